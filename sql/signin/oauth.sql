-- title: "Which applications, agents or command lines were let in by OAuth?"
-- answers: [Q042, Q061]
-- attack: [T1528, T1550.001]
-- severity: medium
-- keywords: [aws login, device code, consent, token, mcp, assistant, phishing]
-- needs: [management:read, management:write]
-- global: [signin]
-- chart: timeline
-- next: [identity/sessions, signin/console, signin/portal]
-- false_positives: |
--   Developers who run `aws login` or `aws sso login`, and agents that they let in.
--   Consent in a browser and token on a remote machine have two addresses by design.
-- cannot_show: |
--   The keys and tokens that were issued: no record has them, and the command line gets
--   a new key every 15 minutes for up to 12 hours. What the application did is under
--   the role or user that consented. Sign-ins by OIDC to AWS's web applications leave
--   nothing.
-- notes: |
--   `step`: consent, token, token by keys (a program that has AWS credentials), device
--   (a code that a person confirms elsewhere), client (a registration), checked,
--   revoked.
--   `flow` is same-device or cross-device for `aws login`. `resource` is what the token
--   is for: AWS's MCP server, for one. `consent_ip` is the address of the last consent
--   of the same session; `other_address` is true where the token was asked for from
--   another. GetTokensFromRefreshToken is Amazon Cognito's: for users of one's own
--   application.
with steps as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        identity_id, principal_arn, session_name, session_start, session_id, access_key,
        user_agent, error_code, error_message,
        case
            when strpos(action, 'Authorize') = 1 then 'consent'
            when action = 'StartDeviceAuthorization' then 'device'
            when action in ('CreateOAuth2PublicClient', 'RegisterClient') then 'client'
            when strpos(action, 'Introspect') = 1 then 'checked'
            when strpos(action, 'Revoke') > 0 or action = 'Logout' then 'revoked'
            when strpos(action, 'WithIAM') > 0 then 'token by keys'
            else 'token'
        end as step,
        coalesce(
            json_extract_scalar(request, '$.client_id'),
            json_extract_scalar(request, '$.clientId')
        ) as client,
        coalesce(
            json_extract_scalar(request, '$.resource'),
            json_extract_scalar(request, '$.audience[0]'),
            json_extract_scalar(request, '$.scope')
        ) as resource,
        coalesce(
            json_extract_scalar(additional_data, '$.grant_type'),
            json_extract_scalar(request, '$.grant_type'),
            json_extract_scalar(request, '$.grantType')
        ) as grant_type,
        coalesce(
            json_extract_scalar(request, '$.redirect_uri'),
            json_extract_scalar(request, '$.redirectUri')
        ) as redirect_uri,
        json_extract_scalar(additional_data, '$.signInSessionArn') as new_session
    from events
    where
        (
            service = 'signin'
            and action in (
                'AuthorizeOAuth2Access', 'CreateBearerToken',
                'CreateOAuth2PublicClient', 'CreateOAuth2Token',
                'CreateOAuth2TokenWithIAM', 'CreateOAuth2TokenWithTokenExchange',
                'IntrospectOAuth2Token',
                'IntrospectOAuth2TokenWithIAM', 'RevokeOAuth2Token',
                'RevokeOAuth2TokenWithIAM'
            )
        )
        or (
            service in ('sso', 'sso-oauth', 'sso-oidc')
            and action in (
                'CreateToken', 'CreateTokenWithIAM', 'Logout', 'RegisterClient',
                'StartDeviceAuthorization'
            )
        )
        or action in (
            'BatchRevokeSessions', 'GetTokensFromRefreshToken', 'GetWebIdentityToken'
        )
),

with_consent as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        identity_id, principal_arn, session_id, access_key, user_agent, error_code,
        error_message, step, client, resource, grant_type, redirect_uri, new_session,
        substr(
            max(
                if(
                    step = 'consent',
                    date_format(time, '%Y-%m-%dT%H:%i:%s ') || source_ip
                )
            ) over (
                partition by identity_id, session_name, session_start
                order by time asc
                range between unbounded preceding and current row
            ),
            21
        ) as consent_ip
    from steps
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    step,
    coalesce(
        resource, client, regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
    ) as target,
    client,
    regexp_extract(client, '(same-device|cross-device)$') as flow,
    grant_type, redirect_uri, consent_ip,
    step = 'token' and source_ip <> consent_ip as other_address,
    new_session, service, identity_id, principal_arn, session_id, access_key,
    user_agent,
    error_code, error_message
from with_consent
order by time, event_id
