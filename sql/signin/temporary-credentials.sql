-- title: "Which temporary credentials and console sign-ins were handed out, to whom?"
-- answers: [Q044, Q045, Q046, Q047, Q048]
-- attack: [T1550.001, T1078.004, T1606.002, T1548.005, T1199]
-- severity: low
-- keywords: [sts, saml, oidc, web identity, federation, token, golden saml, github]
-- needs: [management:read, management:write]
-- global: [sts, signin]
-- parameters:
--   action:
--     type: list of text
--     means: action
--     optional: true
--     help: "one way, such as GetFederationToken; every way when left out"
--   access_key:
--     type: list of text
--     optional: true
--     means: access_key
--     help: "the key that asked, or that was handed out; any key when left out"
--   services:
--     type: boolean
--     default: false
--     help: "true: what services assumed for themselves, too"
-- chart: timeline
-- next: [identity/role-assumptions, identity/handed-over, identity/access-key]
-- false_positives: |
--   Pipelines, brokers such as aws-vault or a company portal, mobile applications.
-- cannot_show: |
--   Keys behind consoles, the access portal and `aws login`: they are issued without a
--   record. The run of a pipeline behind a web identity, and the person behind a SAML
--   assertion, are known to the provider alone. Some refused SAML calls are not
--   recorded.
-- notes: |
--   `target` is the role, user or account that the credentials are for. `provider`,
--   `subject` and `audience` say who vouched: for GitHub the repository and branch, for
--   Kubernetes the service account. `weakness` names what is unusual: long-term key to
--   console or to a session without a second factor, a federated user made by a key, a
--   session as root of a member account, a token for other clouds or partitions.
--   A role that was never taken through SAML before is how a forged assertion looks.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        identity_type, identity_id, principal_arn, access_key, session_id,
        mfa_authenticated, via, user_agent, error_code, error_message, issued_key,
        coalesce(
            json_extract_scalar(request, '$.roleArn'),
            json_extract_scalar(request, '$.targetPrincipal'),
            json_extract_scalar(response, '$.federatedUser.arn'),
            json_extract_scalar(request, '$.profileArn'),
            json_extract_scalar(request, '$.name'),
            json_extract_scalar(request, '$.identityId'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1),
            if(action = 'GetSessionToken', principal_arn)
        ) as target,
        json_extract_scalar(request, '$.roleSessionName') as role_session,
        coalesce(
            json_extract_scalar(response, '$.provider'),
            json_extract_scalar(response, '$.issuer'),
            json_extract_scalar(request, '$.principalArn'),
            json_extract_scalar(request, '$.trustAnchorArn'),
            json_extract_scalar(request, '$.clusterName')
        ) as provider,
        coalesce(
            json_extract_scalar(response, '$.subjectFromWebIdentityToken'),
            json_extract_scalar(response, '$.subject'),
            if(identity_type in ('SAMLUser', 'WebIdentityUser'), user_name)
        ) as subject,
        coalesce(
            json_extract_scalar(response, '$.audience'),
            json_extract_scalar(request, '$.audience[0]')
        ) as audience,
        try_cast(json_extract_scalar(request, '$.durationSeconds') as bigint)
            as duration_seconds,
        json_extract_scalar(request, '$.serialNumber') as mfa_device,
        coalesce(
            json_extract_scalar(request, '$.taskPolicyArn.arn'),
            json_extract_scalar(request, '$.taskPolicyArn'),
            json_extract_scalar(request, '$.policy')
        ) as policy
    from events
    where
        (
            service = 'sts'
            and action in (
                'AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity',
                'AssumeRoot', 'GetDelegatedAccessToken', 'GetFederationToken',
                'GetSessionToken', 'GetWebIdentityToken'
            )
        )
        or (service = 'signin' and action = 'GetSigninToken')
        or (service = 'eks-auth' and action = 'AssumeRoleForPodIdentity')
        or (service = 'rolesanywhere' and action = 'CreateSession')
        or (
            service = 'cognito-identity'
            and action in ('GetCredentialsForIdentity', 'GetOpenIdToken')
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, provider, subject, audience, role_session, issued_key, duration_seconds,
    case
        when action = 'AssumeRoot' then 'root of a member account'
        when action = 'GetFederationToken' then 'federated user made by a key'
        when action = 'GetSigninToken' then 'keys turned into a console sign-in'
        when action = 'GetWebIdentityToken' then 'token for use outside of this account'
        when action = 'GetSessionToken' and mfa_device is null
            then 'session without a second factor'
        when action = 'AssumeRole' and identity_type = 'Root' then 'role taken by root'
    end as weakness,
    mfa_device, policy, access_key, identity_type, identity_id, principal_arn,
    session_id, via, user_agent, error_code, error_message
from calls
where
    (:action is null or contains(:action, action))
    and (
        :access_key is null
        or contains(:access_key, access_key) or contains(:access_key, issued_key)
    )
    and (:services or identity_type is distinct from 'AWSService')
order by time, event_id
