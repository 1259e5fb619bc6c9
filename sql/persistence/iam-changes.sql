-- title: "What did a principal change in IAM, or what was changed about one?"
-- answers: [Q058, Q069, Q110]
-- attack: [T1098, T1098.001, T1098.003, T1136.003]
-- severity: medium
-- keywords: [persistence, privilege escalation, backdoor, access]
-- needs: [management:write]
-- global: [iam]
-- formerly: [iam/access-changes]
-- parameters:
--   target:
--     type: list of text
--     means: resource
--     optional: true
--     help: "a user, role, group or policy by name; every one when left out"
--   principal:
--     type: list of text
--     optional: true
--     means: principal
--     help: "who did it: a name, an ARN, a unique id or the text of actor"
-- chart: timeline
-- next: [privilege/policy-changes, privilege/role-trust, persistence/users-and-keys]
-- notes: |
--   Every write of IAM and of IAM Roles Anywhere, in one list: made, changed and
--   removed users, roles, groups, keys, passwords, policies, trust, providers, tags.
--   Refused and failed ones are listed too. The questions under `next` read them with
--   more columns. `document` is a policy or a trust policy as text.
-- false_positives: |
--   Terraform and CloudFormation make many such calls; look at `user_agent` and `via`.
-- cannot_show: |
--   What Identity Center gives without a call of a person to IAM: ask
--   persistence/identity-center. What was there before the window.
with changes as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        called_by(:principal) as by_them, principal_arn, access_key, session_id, via,
        user_agent, error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.userName'),
            json_extract_scalar(request, '$.roleName'),
            json_extract_scalar(response, '$.accessKey.userName'),
            json_extract_scalar(request, '$.groupName'),
            json_extract_scalar(request, '$.instanceProfileName'),
            json_extract_scalar(request, '$.name'),
            json_extract_scalar(request, '$.url'),
            -- IAM says "user alice" or gives the ARN.
            regexp_extract(
                error_message,
                'on resource: "?(?:(?:user|role|group|policy|instance profile) )?'
                || '(?:[^ ":/]*[:/])*([^ ":/]+)',
                1
            )
        ) as target,
        json_extract_scalar(request, '$.groupName') as group_name,
        coalesce(
            json_extract_scalar(request, '$.policyArn'),
            json_extract_scalar(request, '$.policyName'),
            json_extract_scalar(request, '$.permissionsBoundary'),
            json_extract_scalar(request, '$.sAMLProviderArn'),
            json_extract_scalar(request, '$.openIDConnectProviderArn')
        ) as policy,
        coalesce(
            json_extract_scalar(request, '$.policyDocument'),
            json_extract_scalar(request, '$.assumeRolePolicyDocument')
        ) as document,
        coalesce(
            json_extract_scalar(response, '$.accessKey.accessKeyId'),
            json_extract_scalar(request, '$.accessKeyId')
        ) as changed_key
    from events
    where
        service in ('iam', 'rolesanywhere')
        and read_only is distinct from true
        and not regexp_like(action, '^(Get|List|Simulate|Generate)')
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, group_name, policy, changed_key,
    if(strpos(document, '%7B') = 1, try(url_decode(document)), document) as document,
    principal_arn, access_key, session_id, via, user_agent, error_code, error_message
from changes
where
    (
        :target is null
        or contains(:target, target)
        or contains(:target, group_name)
        or contains(:target, regexp_extract(policy, '[^/]+$'))
        or (
            target is null
            and any_match(:target, part -> strpos(error_message, part) > 0)
        )
    )
    and (
        :principal is null
        or by_them
    )
order by time, event_id
