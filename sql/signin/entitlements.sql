-- title: "Who was given a role through the account access manager?"
-- answers: [Q108]
-- attack: [T1098.003]
-- severity: medium
-- keywords: [entitlement, account access, sso, identity center, assignment, role]
-- needs: [management:write]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "a user's or group's id, a role's ARN, or an account"
-- chart: timeline
-- next: [persistence/identity-center, signin/portal, identity/left-behind]
-- false_positives: |
--   Onboarding and code.
-- cannot_show: |
--   Names: users and groups stand here by id. Which members a group has. A role's trust
--   must name the manager too: see the changes of trust.
-- notes: |
--   An entitlement lets a user or group of Identity Center take one IAM role in one
--   account. `given` is false for what was taken away; a removal names the entitlement
--   alone. `target` is the user or group, `role` what it may take, `target_account`
--   where.
with changes as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, session_id, via, user_agent, error_code,
        error_message,
        coalesce(
            json_extract_scalar(
                request, '$.entitlement.principalRole.principal.identityCenter.userId'
            ),
            json_extract_scalar(
                request, '$.entitlement.principalRole.principal.identityCenter.groupId'
            ),
            json_extract_scalar(request, '$.entitlementId'),
            json_extract_scalar(request, '$.applicationArn'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        json_extract_scalar(request, '$.entitlement.principalRole.roleArn') as role,
        coalesce(
            json_extract_scalar(response, '$.entitlementId'),
            json_extract_scalar(request, '$.entitlementId')
        ) as entitlement,
        json_extract_scalar(request, '$.applicationArn') as application
    from events
    where service = 'account-access' and read_only is distinct from true
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, strpos(action, 'Delete') = 0 as given, role,
    split_part(role, ':', 5) as target_account, entitlement, application, principal_arn,
    access_key, session_id, via, user_agent, error_code, error_message
from changes
where
    :target is null
    or any_match(:target, one -> one in (
        target, regexp_extract(role, '[^/]+$'), split_part(role, ':', 5)
    ))
    or (target is null and any_match(:target, part -> strpos(error_message, part) > 0))
order by time, event_id
