-- title: "What changed in Cognito, and who took credentials from an identity pool?"
-- answers: [Q123]
-- attack: [T1078.004, T1098, T1136.003]
-- severity: medium
-- keywords: [identity pool, user pool, unauthenticated, guest, app login, persistence]
-- needs: [management:write, data:cognito-identity]
-- parameters:
--   target:
--     {type: list of text, means: resource, optional: true,
--       help: "a pool's id, a user or an identity"}
-- chart: timeline
-- next: [identity/role-assumptions, persistence/service-credentials, identity/address]
-- notes: |
--   An identity pool hands out credentials of a role. `guests` is true where it does so
--   to whoever asks (allowUnauthenticatedIdentities); `guest_role` and `user_role` are
--   what SetIdentityPoolRoles gives them. GetId and GetCredentialsForIdentity are how
--   the credentials are taken: the caller is anonymous, so read `source_ip`. For user
--   pools every change of pools, clients, users and groups is here, with `member`.
-- false_positives: |
--   Mobile apps with guests by design take credentials from many addresses; support
--   staff reset passwords; sign-up code confirms users.
-- cannot_show: |
--   GetId and GetCredentialsForIdentity where data events of Cognito are off. Names and
--   attributes of users: AWS hides them. What the credentials did: the role's sessions
--   are named CognitoIdentityCredentials.
with changes as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.identityPoolId'),
            json_extract_scalar(request, '$.userPoolId'),
            json_extract_scalar(request, '$.identityId'),
            json_extract_scalar(response, '$.identityPoolId'),
            json_extract_scalar(response, '$.userPool.id'),
            coalesce(
                json_extract_scalar(request, '$.identityPoolName'),
                json_extract_scalar(request, '$.poolName'),
                json_extract_scalar(request, '$.clientId'),
                regexp_extract(error_message, '(?:identity|user)pool/([^ "]+)', 1)
            )
        ) as target,
        coalesce(
            json_extract_scalar(request, '$.username'),
            json_extract_scalar(request, '$.groupName'),
            json_extract_scalar(request, '$.clientName'),
            json_extract_scalar(response, '$.identityId'),
            json_extract_scalar(response, '$.user.username')
        ) as member,
        json_extract_scalar(request, '$.allowUnauthenticatedIdentities') = 'true'
            as guests,
        json_extract_scalar(request, '$.roles.unauthenticated') as guest_role,
        json_extract_scalar(request, '$.roles.authenticated') as user_role
    from events
    where
        (
            service in ('cognito-identity', 'cognito-idp', 'cognito-sync')
            and regexp_like(
                action,
                '^(Create|Update|Delete|Set|Add|Remove|Enable|Disable|Import|Start'
                || '|Link|Unlink|Merge|Sign.?Up|Confirm|Forgot|Reset|Change)'
                || '|^Admin(Add|Confirm|Create|Delete|Disable|Enable|Forget|Link'
                || '|Remove|Reset|Set|Update)'
            )
        )
        or (
            service = 'cognito-identity'
            and regexp_like(action, '^Get(Id|CredentialsForIdentity|OpenIdToken)')
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, member, guests, guest_role, user_role, service,
    principal_arn, access_key, user_agent, via, error_code, error_message
from changes
where
    :target is null
    or any_match(:target, one -> one in (target, member))
    or (target is null and any_match(:target, part -> strpos(error_message, part) > 0))
order by time, event_id
