-- title: "Which permissions were given or taken: policies, boundaries, groups of IAM?"
-- answers: [Q100, Q101, Q102, Q103, Q104]
-- attack: [T1098.003, T1098.007, T1098]
-- severity: high
-- keywords: [administrator, admin, privilege escalation, policy, group, boundary]
-- needs: [management:write]
-- global: [iam]
-- parameters:
--   target:
--     type: list of text
--     means: resource
--     optional: true
--     help: "a user, role, group or policy by name; every one when left out"
-- chart: timeline
-- next: [privilege/role-trust, persistence/users-and-keys, identity/activity]
-- notes: |
--   `target` is the user, role or group, else the policy itself; `member` the user that
--   joined or left a group. `effect` says whether access was given or taken; to take a
--   boundary or a policy that denies away gives access too, and stands as `gives`.
--   `allows` is what the written policy allows, statement by statement. `administrator`
--   is true where AdministratorAccess was attached or the policy allows every action on
--   every resource; null where the record does not hold the policy.
-- false_positives: |
--   Terraform, CloudFormation and CDK (see `via` and `user_agent`), onboarding, tests.
--   AWS attaches AWSCompromisedKeyQuarantine to a user whose key it found in public.
-- cannot_show: |
--   What a policy of one's own allowed that was attached in the window but written
--   before it, and what the role could do before. Policies of an organization are in
--   persistence/organization.
with changes as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.groupName'),
            json_extract_scalar(request, '$.roleName'),
            json_extract_scalar(request, '$.userName'),
            json_extract_scalar(request, '$.policyName'),
            regexp_extract(json_extract_scalar(request, '$.policyArn'), '[^/]+$'),
            regexp_extract(
                error_message,
                'on resource: "?(?:(?:user|role|group|policy) )?'
                || '(?:[^ ":/]*[:/])*([^ ":/]+)',
                1
            )
        ) as target,
        case
            when strpos(action, 'Group') > 0 and strpos(action, 'User') > 0
                then json_extract_scalar(request, '$.userName')
        end as member,
        coalesce(
            json_extract_scalar(request, '$.policyArn'),
            json_extract_scalar(request, '$.policyName'),
            json_extract_scalar(request, '$.permissionsBoundary')
        ) as policy,
        coalesce(
            json_extract_scalar(request, '$.versionId'),
            json_extract_scalar(response, '$.policyVersion.versionId')
        ) as version,
        json_extract_scalar(request, '$.setAsDefault') = 'true' as set_as_default,
        json_extract_scalar(request, '$.policyDocument') as written
    from events
    where
        service = 'iam'
        and regexp_like(
            action,
            '^(Attach|Detach|Put|Delete)(User|Role|Group)P(olicy|ermissionsBoundary)$'
            || '|^(Create|Delete)Policy(Version)?$|^SetDefaultPolicyVersion$'
            || '|^(Create|Delete|Update)Group$|^(AddUserTo|RemoveUserFrom)Group$'
        )
),

-- AWS writes a policy as JSON, and now and then URL-encoded.
decoded as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        target, member, policy, version, set_as_default,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        if(strpos(written, '%7B') = 1, try(url_decode(written)), written) as document
    from changes
),

read as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        target, member, policy, version, set_as_default, document,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        -- A policy may hold one statement without a list.
        filter(
            coalesce(
                try_cast(json_extract(document, '$.Statement') as array(json)),
                array[json_extract(document, '$.Statement')]
            ),
            s -> json_extract_scalar(s, '$.Effect') = 'Allow'
        ) as statements
    from decoded
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, member, policy, version, set_as_default,
    case
        when
            action in ('CreateGroup', 'UpdateGroup', 'CreatePolicy')
            or (action = 'CreatePolicyVersion' and set_as_default is distinct from true)
            then 'prepares'
        when regexp_like(action, '^Delete.*Boundary$')
            then 'gives'
        when regexp_like(action, '^(Detach|Delete|Remove)|^Put.*Boundary$')
            then 'takes'
        else 'gives'
    end as effect,
    case
        when regexp_like(policy, ':aws:policy/AdministratorAccess$')
            then true
        when document is not null
            then coalesce(
                any_match(
                    statements,
                    s -> regexp_like(
                        json_format(json_extract(s, '$.Action')), '"[*](:[*])?"'
                    )
                    and regexp_like(json_format(json_extract(s, '$.Resource')), '"[*]"')
                ),
                false
            )
        when strpos(policy, ':aws:policy/') > 0
            then false
    end as administrator,
    nullif(
        replace(
            regexp_replace(
                array_join(
                    transform(
                        statements,
                        s -> coalesce(
                            json_format(json_extract(s, '$.Action')),
                            'all but ' || json_format(json_extract(s, '$.NotAction')),
                            ''
                        ) || ' on ' || coalesce(
                            json_format(json_extract(s, '$.Resource')),
                            'all but ' || json_format(json_extract(s, '$.NotResource')),
                            ''
                        )
                    ),
                    '; '
                ),
                '[\[\]"]'
            ),
            ',',
            ', '
        ),
        ''
    ) as allows,
    document, principal_arn, access_key, user_agent, via, error_code, error_message
from read
where
    :target is null
    or any_match(:target, one -> one in (target, member, policy))
    or contains(:target, regexp_extract(policy, '[^/]+$'))
    or (target is null and any_match(:target, part -> strpos(error_message, part) > 0))
order by time, event_id
