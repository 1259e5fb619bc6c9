-- title: "Which calls handed on an identity, or made a credential?"
-- answers: [Q036, Q037, Q039, Q044, Q046]
-- attack: [T1078.004, T1550.001, T1098.001]
-- needs: [management:read, management:write]
-- global: [sts, iam, signin]
-- keywords: [lineage, hop, chain, assume role, credential, origin]
-- parameters:
--   keys: {type: list of text, optional: true, help: "keys of callers, or issued"}
--   sessions:
--     type: list of text
--     optional: true
--     help: "values of session_id, of the caller or of what came of it"
--   principals: {type: list of text, optional: true, help: "ARNs that signed in"}
--   made: {type: list of text, optional: true, help: "what was made: values of made"}
--   roles: {type: list of text, optional: true, help: "ARNs of assumed roles"}
--   starts:
--     type: list of time
--     optional: true
--     help: "seconds in which a call without an answer may have begun a session"
--   portal: {type: list of text, optional: true, help: "values of portal_target"}
--   event: {type: text, optional: true, help: "the id of one call"}
-- chart: timeline
-- next: [lineage/credentials, lineage/acts, identity/role-assumptions]
-- notes: |
--   A row is one call, with the copy that knows the caller; `copy_event_id` is the
--   copy of the other account. `issued_key` is the key in the answer: in a switch of
--   roles and in Identity Center it is not the key that is used. `issued_session` is
--   the session_id that its calls have when they begin in that second. Without a
--   parameter
--   every call of the case is listed; `case.trace` follows them.
-- cannot_show: |
--   Keys that no record issues: of the console, of CloudShell, of aws login and of
--   services that act on behalf of a caller.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, identity_type, identity_id, session_name, principal_arn, access_key,
        session_id, caller_account, source_identity, via, user_agent, action_id,
        error_message,
        request, response, additional_data, service_details,
        nullif(
            coalesce(
                json_extract_scalar(response, '$.credentials.accessKeyId'),
                json_extract_scalar(response, '$.accessKey.accessKeyId'),
                json_extract_scalar(
                    response, '$.serviceSpecificCredential.serviceSpecificCredentialId'
                )
            ),
            access_key
        ) as issued_key,
        json_extract_scalar(response, '$.assumedRoleUser.assumedRoleId') as assumed_id,
        json_extract_scalar(request, '$.userName') as target_user,
        coalesce(
            json_extract_scalar(request, '$.roleArn'),
            json_extract_scalar(request, '$.targetPrincipal'),
            case when action = 'SwitchRole' then principal_arn end
        ) as asked_role,
        coalesce(
            json_extract_scalar(request, '$.policyName'),
            regexp_extract(json_extract_scalar(request, '$.policyArn'), '[^/]+$')
        ) as policy,
        date_format(time, '/%Y-%m-%dT%H:%i:%sZ') as began,
        'arn:aws:iam::' || account || ':' as owner
    from events
    where
        (
            service = 'sts'
            and action in (
                'AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity',
                'AssumeRoot', 'GetFederationToken', 'GetSessionToken'
            )
        )
        or (
            service = 'signin'
            and action in ('ConsoleLogin', 'GetSigninToken', 'SwitchRole')
        )
        or (service = 'sso' and action in ('Federate', 'GetRoleCredentials'))
        or (service = 'cognito-identity' and action = 'GetCredentialsForIdentity')
        or (
            service = 'iam'
            and action in (
                'AddUserToGroup', 'AttachGroupPolicy', 'AttachRolePolicy',
                'AttachUserPolicy', 'CreateAccessKey', 'CreateLoginProfile',
                'CreateOpenIDConnectProvider', 'CreatePolicy', 'CreatePolicyVersion',
                'CreateRole', 'CreateSAMLProvider', 'CreateServiceSpecificCredential',
                'CreateUser', 'PutGroupPolicy', 'PutRolePolicy', 'PutUserPolicy',
                'UpdateAssumeRolePolicy', 'UpdateLoginProfile'
            )
        )
),

told as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        identity_type, identity_id, access_key, caller_account,
        source_identity, via, user_agent, error_message, issued_key,
        -- Before it has a session, whoever signs in has the name of a role or none.
        case when action <> 'SwitchRole' then session_id end as session_id,
        case
            when
                action <> 'AssumeRole' and action <> 'AssumeRoleWithSAML'
                and action <> 'AssumeRoleWithWebIdentity'
                then action
            when strpos(json_extract_scalar(request, '$.principalArn'), '/AWSSSO_') > 0
                then 'Identity Center'
            when action = 'AssumeRoleWithSAML'
                then 'SAML'
            when
                strpos(
                    coalesce(json_extract_scalar(response, '$.provider'), identity_id),
                    'token.actions.githubusercontent.com'
                ) > 0
                then 'GitHub Actions'
            when
                strpos(
                    coalesce(json_extract_scalar(response, '$.provider'), identity_id),
                    'oidc.eks.'
                ) > 0
                then 'EKS service account'
            when action = 'AssumeRoleWithWebIdentity'
                then 'web identity'
            when via = 'ec2.amazonaws.com' then 'EC2 instance profile'
            when via = 'ecs-tasks.amazonaws.com' then 'ECS task'
            when via = 'lambda.amazonaws.com' then 'Lambda function'
            when via = 'pods.eks.amazonaws.com' then 'EKS Pod Identity'
            when via = 'account-access.amazonaws.com' then 'account access manager'
            when identity_type is null or identity_type = 'AWSService'
                then 'service role'
            when
                lower(source_ip) = 'aws internal' or via = 'AWS Internal'
                or strpos(lower(user_agent), 'aws-internal') = 1
                then 'SwitchRole'
            when identity_type = 'AssumedRole' then 'role chain'
            else 'AssumeRole'
        end as kind,
        case
            when
                action in ('AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity')
                or action = 'AssumeRole'
                then replace(assumed_id, ':', '/') || began
            when action = 'GetFederationToken'
                then
                    json_extract_scalar(response, '$.federatedUser.arn') || '/'
                    || split_part(
                        json_extract_scalar(
                            response, '$.federatedUser.federatedUserId'
                        ),
                        ':', 2
                    ) || began
            when action = 'GetSessionToken' then identity_id || began
            when action = 'AssumeRoot'
                then
                    'arn:aws:iam::' || regexp_extract(asked_role, '[0-9]{12}')
                    || ':root' || began
            when action = 'SwitchRole' then session_id || began
            when action in ('ConsoleLogin', 'GetSigninToken')
                then coalesce(session_id, identity_id || began)
        end as issued_session,
        coalesce(
            regexp_replace(asked_role, ':role/.*/', ':role/'),
            case
                when service = 'sts'
                    then regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
            end
        ) as role,
        json_extract_scalar(request, '$.roleSessionName') as role_session,
        coalesce(
            case
                when action in ('CreateLoginProfile', 'UpdateLoginProfile')
                    then 'password:' || owner || 'user/' || target_user
                when action = 'CreateUser' then owner || 'user/' || target_user
                when action = 'CreateRole' or action = 'UpdateAssumeRolePolicy'
                    then owner || 'role/' || json_extract_scalar(request, '$.roleName')
                when action = 'AddUserToGroup'
                    then
                        owner || 'group/'
                        || json_extract_scalar(request, '$.groupName')
                        || ' with user/' || target_user
                when action in ('PutUserPolicy', 'AttachUserPolicy')
                    then
                        'policy ' || policy || ' on ' || owner || 'user/'
                        || target_user
                when action in ('PutRolePolicy', 'AttachRolePolicy')
                    then
                        'policy ' || policy || ' on ' || owner || 'role/'
                        || json_extract_scalar(request, '$.roleName')
                when action in ('PutGroupPolicy', 'AttachGroupPolicy')
                    then
                        'policy ' || policy || ' on ' || owner || 'group/'
                        || json_extract_scalar(request, '$.groupName')
                when action = 'CreatePolicyVersion'
                    then json_extract_scalar(request, '$.policyArn')
                when action = 'CreatePolicy' then owner || 'policy/' || policy
                when action = 'CreateSAMLProvider'
                    then json_extract_scalar(response, '$.sAMLProviderArn')
                when action = 'CreateOpenIDConnectProvider'
                    then json_extract_scalar(response, '$.openIDConnectProviderArn')
            end,
            case
                when service = 'iam' and outcome <> 'success'
                    then regexp_extract(
                        error_message, 'on resource: "?((?:user |role )?[^ "]+)', 1
                    )
            end
        ) as made,
        coalesce(
            json_extract_scalar(request, '$.assumeRolePolicyDocument'),
            case
                when action = 'UpdateAssumeRolePolicy'
                    then json_extract_scalar(request, '$.policyDocument')
            end
        ) as trust,
        json_extract_scalar(additional_data, '$.SwitchFrom') as switched_from,
        json_extract_scalar(service_details, '$.account_id') || '/'
        || json_extract_scalar(service_details, '$.role_name') as portal_target,
        regexp_replace(principal_arn, ':(user|role)/.*/', ':$1/') as principal,
        action_id,
        row_number() over (
            partition by action_id
            order by
                case when identity_type = 'AWSAccount' then 1 else 0 end,
                event_id, account, actor
        ) as copy
    from calls
),

joined as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        kind, role_session, made, trust, switched_from, portal_target, principal,
        identity_type, identity_id, access_key, session_id, caller_account,
        source_identity, via, user_agent, error_message, copy,
        max(issued_key) over (partition by action_id) as issued_key,
        max(issued_session) over (partition by action_id) as issued_session,
        max(role) over (partition by action_id) as role,
        max(case when copy = 2 then event_id end) over (partition by action_id)
            as copy_event_id
    from told
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    kind, access_key, session_id, issued_key, issued_session, role, role_session,
    made, trust, switched_from, portal_target, principal, identity_type, identity_id,
    caller_account, source_identity, via, user_agent, copy_event_id, error_message
from joined
where
    copy = 1
    and (
        (
            :keys is null and :sessions is null and :principals is null
            and :made is null and :roles is null and :starts is null
            and :portal is null and :event is null
        )
        or contains(:keys, access_key)
        or contains(:keys, issued_key)
        or contains(:sessions, session_id)
        or contains(:sessions, issued_session)
        or (
            access_key is null and session_id is null
            and contains(:principals, principal)
        )
        or contains(:made, made)
        or contains(:roles, role)
        or (
            issued_session is null and role_session is not null
            and contains(:starts, time)
        )
        or contains(:portal, portal_target)
        or event_id = :event
        or copy_event_id = :event
    )
order by time, event_id
