-- title: "What did people do through IAM Identity Center?"
-- answers: [Q042, Q043]
-- attack: [T1078.004, T1098.003]
-- severity: note
-- keywords: [sso, permission set, portal, awsreservedsso, workforce, groups]
-- needs: [management:read, management:write]
-- global: [sso, signin, iam, sts]
-- parameters:
--   user:
--     type: list of text
--     optional: true
--     means: principal
--     help: "a user's name, user id, or the text of `actor`; every one when left out"
-- chart: timeline
-- next: [signin/portal, persistence/identity-center, identity/activity]
-- false_positives: |
--   Everyday work: it is a history. Directories are filled by SCIM, under a role.
-- cannot_show: |
--   The portal's events are in the account and Region of the instance only. Which
--   portal session led to which role session is not recorded: compare user, account,
--   permission set and time. Sign-in at an outside identity provider is in that
--   provider's log.
-- notes: |
--   `what`: sign-in, portal (accounts and permission sets looked at and taken), role
--   taken (the SAML call in the account), directory (users, groups, members), access
--   (permission sets, assignments, applications, settings), change or denied (under the
--   person's role in an account; what was only read there is left out: see
--   identity/activity). A user name stands on one event of a sign-in; portal events
--   have the user's id.
with seen as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, identity_id, principal_arn, session_id, access_key,
        via, user_agent, error_code, error_message, request,
        called_by(:user) as by_them,
        case
            when service = 'sts' then 'role taken'
            when service = 'signin' then 'sign-in'
            when family = 'sso' and service in ('sso-directory', 'identitystore')
                then 'directory'
            when service = 'sso' and identity_type in ('IdentityCenterUser', 'Unknown')
                then 'portal'
            when service = 'sso-oauth' then 'portal'
            when service = 'sso' then 'access'
            when outcome = 'denied' then 'denied'
            else 'change'
        end as what,
        coalesce(
            json_extract_scalar(service_details, '$.role_name'),
            json_extract_scalar(request, '$.permissionSetArn'),
            regexp_extract(
                coalesce(json_extract_scalar(request, '$.roleArn'), principal_arn),
                'AWSReservedSSO_(.*)_[0-9a-f]{16}$', 1
            )
        ) as permission_set,
        coalesce(
            json_extract_scalar(service_details, '$.account_id'),
            json_extract_scalar(request, '$.targetId')
        ) as target_account,
        coalesce(
            coalesce(
                json_extract_scalar(request, '$.principalId'),
                json_extract_scalar(request, '$.groupId'),
                json_extract_scalar(request, '$.userId'),
                json_extract_scalar(request, '$.userName'),
                json_extract_scalar(request, '$.displayName'),
                json_extract_scalar(request, '$.roleName')
            ),
            json_extract_scalar(request, '$.roleArn'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target
    from events
    where
        service in ('sso', 'sso-directory', 'sso-oauth', 'identitystore')
        or (service = 'signin' and identity_type in ('IdentityCenterUser', 'Unknown'))
        or (
            service = 'sts'
            and action = 'AssumeRoleWithSAML'
            and strpos(json_extract_scalar(request, '$.roleArn'), 'AWSReservedSSO_') > 0
        )
        or (
            starts_with(actor, 'sso/')
            and (read_only is distinct from true or outcome = 'denied')
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    what, target, permission_set, target_account, service, identity_id, session_id,
    principal_arn, access_key, via, user_agent, error_code, error_message
from seen
where
    :user is null
    or by_them
    or contains(:user, target)
    or any_match(:user, one -> actor = 'sso/' || one)
    or contains(:user, json_extract_scalar(request, '$.roleSessionName'))
order by time, event_id
