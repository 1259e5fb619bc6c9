-- title: "Who fetched tokens and role credentials from the access portal, or by OAuth?"
-- answers: [Q163]
-- attack: [T1528]
-- severity: medium
-- keywords:
--   [identity center, sso, device code, oauth, aws login, phishing, refresh token]
-- needs: [management:read]
-- global: [sso, signin, sts]
-- parameters:
--   principal:
--     type: list of text
--     optional: true
--     help: "a part of the actor, the identity's id or its ARN"
--     means: principal
-- chart: timeline
-- next: [signin/console, identity/sessions, identity/role-assumptions]
-- false_positives: |
--   Everybody who works with Identity Center does it several times a day; the command
--   line renews its token by itself.
-- cannot_show: |
--   The keys that GetRoleCredentials handed out are not in the record: the session that
--   begins in `for_account` is found by its role, the user's name and the minute. The
--   portal's events are in the Region and account of Identity Center.
-- notes: |
--   `target` is the role, client or audience that it was for. A device sign-in whose
--   consent and token come from different networks is how a token is phished.
--   CreateTokenWithIAM and GetWebIdentityToken turn AWS credentials into a token for
--   elsewhere. CreateOAuth2Token belongs to `aws login`.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            coalesce(
                json_extract_scalar(service_details, '$.role_name'),
                json_extract_scalar(request, '$.roleName'),
                json_extract_scalar(request, '$.clientId'),
                json_extract_scalar(request, '$.client_id'),
                json_extract_scalar(request, '$.resource'),
                json_extract_scalar(request, '$.audience[0]'),
                json_extract_scalar(request, '$.applicationArn')
            ),
            json_extract_scalar(request, '$.clientName'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        coalesce(
            json_extract_scalar(service_details, '$.account_id'),
            json_extract_scalar(request, '$.accountId')
        ) as for_account,
        coalesce(
            json_extract_scalar(request, '$.grantType'),
            json_extract_scalar(request, '$.grant_type'),
            json_extract_scalar(request, '$.requestedTokenType')
        ) as grant_type,
        array_join(
            try_cast(
                coalesce(
                    json_extract(request, '$.scope'),
                    json_extract(request, '$.scopes')
                ) as array(varchar)
            ),
            ', '
        ) as scopes,
        identity_id,
        called_by(:principal) as by_them,
        session_id,
        request,
        service_details
    from events
    where
        (
            service = 'sso'
            and action in (
                'Authenticate', 'Federate', 'GetRoleCredentials', 'ListAccountRoles',
                'ListAccounts', 'ListApplications', 'Logout'
            )
        )
        or (
            service in ('sso', 'sso-oauth', 'signin', 'oauth')
            and action in (
                'AuthorizeOAuth2Access', 'CreateOAuth2Token', 'CreateToken',
                'CreateTokenWithIAM', 'RegisterClient', 'StartDeviceAuthorization'
            )
        )
        or (service = 'sts' and action = 'GetWebIdentityToken')
        or (
            service = 'cognito-idp'
            and action in ('GetTokensFromRefreshToken', 'InitiateAuth')
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, for_account, grant_type, scopes, identity_id, session_id, request,
    service_details,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    :principal is null
    or by_them
    or any_match(:principal, part -> strpos(actor, part) > 0)
order by time, event_id
