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
--   links:
--     type: list of text
--     optional: true
--     help: "what another record has as well: a word of links"
--   event: {type: text, optional: true, help: "the id of one call"}
--   since: {type: time, optional: true, help: "calls from then on; all if left out"}
--   until: {type: time, optional: true, help: "calls until then; all if left out"}
-- chart: timeline
-- next: [lineage/credentials, lineage/acts, identity/role-assumptions]
-- notes: |
--   A row is one call, with the copy that knows the caller; `copy_event_id` is the
--   copy of the other account. `issued_key` is the key in the answer: in a switch of
--   roles and in Identity Center it is not the key that is used. `issued_session` is
--   the session_id that its calls have when they begin in that second. `links` are
--   identifiers by which the call can be joined to other records: `name/` and a
--   session's name, `portal/` account and permission set, `token/`, `sign-in/`,
--   `request/`, `source/` and `tag/` with what a session is to carry on, `person/`,
--   `pods/` and a cluster, `identity/`, and `certificate/`, `provider/`, `passed/` with
--   an ARN. Without a parameter every call of the case is listed; `case.trace` follows
--   them. A list of `-` wants none, and spares the reading that the list would cost.
-- cannot_show: |
--   Keys that no record issues: of the console, of CloudShell, of aws login and of
--   services that act on behalf of a caller. PassRole has no event: a role that was
--   passed stands in the request of the call that needed it.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, event_type, identity_type, identity_id, session_name, session_start,
        principal_arn, access_key, session_id, caller_account, source_identity, via,
        user_agent, action_id, error_message, issued_key, asked_role,
        request, response, additional_data, service_details, shared_event_id,
        regexp_replace(principal_arn, ':(user|role)/.*/', ':$1/') as principal,
        'arn:aws:iam::' || account || ':' as owner,
        json_extract_scalar(request, '$.userName') as target_user,
        json_extract_scalar(request, '$.roleName') as target_role,
        json_extract_scalar(request, '$.groupName') as target_group,
        coalesce(
            json_extract_scalar(request, '$.policyName'),
            regexp_extract(json_extract_scalar(request, '$.policyArn'), '[^/]+$')
        ) as policy,
        coalesce(
            issued_session,
            case
                when
                    service in ('cloudshell', 'signin')
                    and action not in ('SwitchRole', 'UserAuthentication')
                    then session_id
                when service = 'sso-oauth'
                    then json_extract_scalar(
                        additional_data, '$["identitycenter:CredentialId"]'
                    )
            end
        ) as issued_session,
        -- Roles that were passed: no two services have one name for it.
        regexp_replace(
            coalesce(
                json_extract_scalar(request, '$.roleARN'),
                json_extract_scalar(request, '$.serviceRole'),
                json_extract_scalar(request, '$.taskRoleArn'),
                json_extract_scalar(request, '$.overrides.taskRoleArn'),
                json_extract_scalar(request, '$.entitlement.principalRole.roleArn'),
                if(service <> 'sts', json_extract_scalar(request, '$.roleArn')),
                json_extract_scalar(request, '$.role')
            ),
            ':role/.*/', ':role/'
        ) as passed
    from events
    where
        (:since is null or time >= :since)
        and (:until is null or time <= :until)
        -- What cannot be wanted goes before its JSON is read: `wanted`, which decides,
        -- implies this.
        and (
            (
                :keys is null and :sessions is null and :principals is null
                and :made is null and :roles is null and :starts is null
                and :event is null
            )
            or not contains(:links, '-')
            or contains(:keys, access_key)
            or contains(:keys, issued_key)
            or contains(:sessions, session_id)
            or contains(:sessions, issued_session)
            or (not contains(:sessions, '-') and service = 'sso-oauth')
            or (
                not contains(:principals, '-')
                and (
                    (access_key is null and session_id is null)
                    or action in ('AcceptDelegationRequest', 'SendDelegationToken')
                )
            )
            or (
                not contains(:made, '-')
                and (
                    service not in ('signin', 'sts')
                    or action = 'GetWebIdentityToken'
                )
            )
            or contains(:roles, asked_role)
            or contains(:starts, time)
            or event_id = :event
            or (
                shared_event_id is not null
                and (identity_type = 'AWSAccount' or issued_key is null)
            )
        )
        and (
            (
                service = 'sts'
                and action in (
                    'AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity',
                    'AssumeRoot', 'GetDelegatedAccessToken', 'GetFederationToken',
                    'GetSessionToken', 'GetWebIdentityToken'
                )
            )
            or (
                service = 'signin'
                and action in (
                    'AuthorizeOAuth2Access', 'ConsoleLogin', 'CreateOAuth2Token',
                    'CreateOAuth2TokenWithIAM', 'GetSigninToken', 'SwitchRole',
                    'UserAuthentication'
                )
            )
            or (
                service in ('sso', 'sso-oauth')
                and action in (
                    'Authenticate', 'CreateTokenWithIAM', 'Federate',
                    'GetRoleCredentials'
                )
            )
            or (
                service in ('cognito-identity', 'eks-auth', 'rolesanywhere')
                and action in (
                    'AssumeRoleForPodIdentity', 'CreateProfile', 'CreateSession',
                    'CreateTrustAnchor', 'GetCredentialsForIdentity',
                    'UpdateProfile', 'UpdateTrustAnchor'
                )
            )
            or (
                service = 'cloudshell'
                and action in (
                    'CreateEnvironment', 'CreateSession', 'PutCredentials',
                    'RedeemCode', 'createEnvironment', 'createSession',
                    'putCredentials', 'redeemCode'
                )
            )
            or (
                service in ('ec2-instance-connect', 'ecs', 'ssm')
                and action in (
                    'ExecuteCommand', 'RegisterTaskDefinition', 'RunTask',
                    'SendCommand', 'SendSSHPublicKey',
                    'SendSerialConsoleSSHPublicKey', 'StartSession'
                )
            )
            or (
                service in (
                    'cloudformation', 'codebuild', 'ec2', 'glue', 'lambda',
                    'sagemaker', 'states'
                )
                and action in (
                    'CreateChangeSet', 'CreateDevEndpoint', 'CreateFunction',
                    'CreateJob', 'CreateNotebookInstance', 'CreateProject',
                    'CreateStack', 'CreateStateMachine', 'RunInstances',
                    'AssociateIamInstanceProfile', 'StartBuild',
                    'ReplaceIamInstanceProfileAssociation', 'UpdateFunctionCode',
                    'UpdateFunctionConfiguration', 'UpdateProject', 'UpdateStack'
                )
            )
            or (
                action = 'ModifyInstanceAttribute'
                and json_extract_scalar(request, '$.userData') is not null
            )
            or (service = 'account-access' and action = 'CreateEntitlement')
            or (
                service = 'iam'
                and action in (
                    'AcceptDelegationRequest', 'AddClientIDToOpenIDConnectProvider',
                    'AddUserToGroup',
                    'AttachGroupPolicy', 'AttachRolePolicy', 'AttachUserPolicy',
                    'CreateAccessKey', 'CreateLoginProfile',
                    'CreateOpenIDConnectProvider', 'CreatePolicy',
                    'CreatePolicyVersion', 'CreateRole', 'CreateSAMLProvider',
                    'CreateServiceLinkedRole', 'CreateServiceSpecificCredential',
                    'CreateUser', 'PutGroupPolicy', 'PutRolePolicy',
                    'PutUserPolicy', 'SendDelegationToken',
                    'UpdateAssumeRolePolicy', 'UpdateLoginProfile',
                    'UpdateOpenIDConnectProviderThumbprint', 'UpdateSAMLProvider'
                )
            )
            or event_type = 'AwsMcpEvent'
        )
),

told as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, identity_type, identity_id, session_name, session_start, principal,
        access_key, session_id, caller_account, source_identity, via, user_agent,
        error_message, issued_key, issued_session, request, action_id,
        shared_event_id,
        coalesce(asked_role, if(strpos(passed, ':role/') > 0, passed)) as role,
        coalesce(
            case
                when action in ('CreateLoginProfile', 'UpdateLoginProfile')
                    then 'password:' || owner || 'user/' || target_user
                when action = 'CreateUser'
                    then owner || 'user/' || target_user
                when action = 'CreateRole' or action = 'UpdateAssumeRolePolicy'
                    then owner || 'role/' || target_role
                when action = 'CreateServiceLinkedRole'
                    then regexp_replace(
                        json_extract_scalar(response, '$.role.arn'),
                        ':role/.*/', ':role/'
                    )
                when action = 'AddUserToGroup'
                    then
                        owner
                        || 'group/'
                        || target_group
                        || ' with user/'
                        || target_user
                when action in ('PutUserPolicy', 'AttachUserPolicy')
                    then
                        'policy ' || policy || ' on ' || owner || 'user/' || target_user
                when action in ('PutRolePolicy', 'AttachRolePolicy')
                    then
                        'policy ' || policy || ' on ' || owner || 'role/' || target_role
                when action in ('PutGroupPolicy', 'AttachGroupPolicy')
                    then
                        'policy ' || policy || ' on ' || owner || 'group/'
                        || target_group
                when action = 'CreatePolicyVersion'
                    then json_extract_scalar(request, '$.policyArn')
                when action = 'CreatePolicy'
                    then owner || 'policy/' || policy
                when action in ('CreateSAMLProvider', 'UpdateSAMLProvider')
                    then coalesce(
                        json_extract_scalar(request, '$.sAMLProviderArn'),
                        json_extract_scalar(response, '$.sAMLProviderArn')
                    )
                when strpos(action, 'OpenIDConnectProvider') > 0
                    then coalesce(
                        json_extract_scalar(request, '$.openIDConnectProviderArn'),
                        json_extract_scalar(response, '$.openIDConnectProviderArn')
                    )
                when service = 'rolesanywhere' and action <> 'CreateSession'
                    then coalesce(
                        json_extract_scalar(response, '$.trustAnchor.trustAnchorArn'),
                        json_extract_scalar(response, '$.profile.profileArn')
                    )
                when action = 'GetWebIdentityToken'
                    then
                        'token '
                        || json_extract_scalar(response, '$.webIdentityTokenId')
                when
                    service not in ('sts', 'rolesanywhere')
                    and strpos(passed, ':role/') > 0
                    then passed
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
            if(
                action = 'UpdateAssumeRolePolicy',
                json_extract_scalar(request, '$.policyDocument')
            )
        ) as trust,
        json_extract_scalar(additional_data, '$.SwitchFrom') as switched_from,
        if(
            service = 'sts',
            coalesce(json_extract_scalar(response, '$.provider'), identity_id)
        ) as provider,
        concat_ws(
            ' ',
            if(
                service not in ('rolesanywhere', 'sts')
                and strpos(passed, ':role/') > 0,
                'passed/' || passed
            ),
            if(
                service in ('signin', 'sts'),
                'sign-in/' || json_extract_scalar(
                    additional_data, '$.signInSessionArn'
                )
            ),
            case
                when event_type = 'AwsMcpEvent'
                    then array_join(
                        transform(
                            regexp_extract_all(
                                additional_data, '"requestId" ?: ?"[^"]+"'
                            ),
                            x -> 'request/' || regexp_extract(x, '"([^"]+)"$', 1)
                        ),
                        ' '
                    )
                when service = 'sts'
                    then concat_ws(
                        ' ',
                        'source/' || json_extract_scalar(request, '$.sourceIdentity'),
                        if(
                            json_extract_scalar(request, '$.transitiveTagKeys[0]')
                            is not null,
                            concat_ws(
                                ' ',
                                'tag/' || replace(
                                    json_extract_scalar(request, '$.tags[0].key')
                                    || '='
                                    || json_extract_scalar(request, '$.tags[0].value'),
                                    ' ', '+'
                                ),
                                'tag/' || replace(
                                    json_extract_scalar(request, '$.tags[1].key')
                                    || '='
                                    || json_extract_scalar(request, '$.tags[1].value'),
                                    ' ', '+'
                                )
                            )
                        ),
                        'token/' || coalesce(
                            json_extract_scalar(request, '$.webIdentityTokenId'),
                            json_extract_scalar(response, '$.webIdentityTokenId')
                        ),
                        'provider/' || coalesce(
                            json_extract_scalar(request, '$.principalArn'),
                            json_extract_scalar(response, '$.provider')
                        )
                    )
                when service = 'cognito-identity'
                    then 'identity/' || json_extract_scalar(request, '$.identityId')
                when service = 'rolesanywhere'
                    then concat_ws(
                        ' ',
                        'certificate/' || json_extract_scalar(response, '$.subjectArn'),
                        'provider/'
                        || json_extract_scalar(request, '$.trustAnchorArn'),
                        'provider/' || json_extract_scalar(request, '$.profileArn')
                    )
                when action = 'UserAuthentication'
                    then 'person/' || identity_id
                when service = 'sso'
                    then
                        'portal/'
                        || json_extract_scalar(service_details, '$.account_id') || '/'
                        || json_extract_scalar(service_details, '$.role_name')
                when service = 'eks-auth'
                    then 'pods/' || json_extract_scalar(request, '$.clusterName')
                -- From here on: the name of the session of a machine, a function, a
                -- task or a build, on which the call has an effect.
                when service = 'lambda'
                    then 'name/' || regexp_extract(
                        json_extract_scalar(request, '$.functionName'), '[^:]+$'
                    )
                when service = 'codebuild'
                    then 'name/AWSCodeBuild-' || regexp_extract(
                        json_extract_scalar(response, '$.build.id'), '[^:]+$'
                    )
                when service = 'ecs'
                    then 'name/' || regexp_extract(
                        coalesce(
                            json_extract_scalar(request, '$.task'),
                            json_extract_scalar(response, '$.tasks[0].taskArn')
                        ),
                        '[^/]+$'
                    )
                when service in ('ec2', 'ec2-instance-connect', 'ssm')
                    then array_join(
                        transform(
                            regexp_extract_all(
                                coalesce(request, '') || coalesce(response, ''),
                                '"i-([0-9a-f]{17}|[0-9a-f]{8})"'
                            ),
                            x -> 'name/' || replace(x, '"', '')
                        ),
                        ' '
                    )
            end
        ) as links
    from calls
),

chosen as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, identity_type, identity_id, session_name, session_start, principal,
        access_key, session_id, caller_account, source_identity, via, user_agent,
        error_message, issued_key, issued_session, request, action_id,
        shared_event_id, role, made, trust, switched_from, provider, links,
        (
            :keys is null and :sessions is null and :principals is null
            and :made is null and :roles is null and :starts is null
            and :links is null and :event is null
        )
        or contains(:keys, access_key)
        or contains(:keys, issued_key)
        or contains(:sessions, session_id)
        or contains(:sessions, issued_session)
        or (
            contains(:principals, principal)
            and (
                (access_key is null and session_id is null)
                or action in ('AcceptDelegationRequest', 'SendDelegationToken')
            )
        )
        or contains(:made, made)
        or (contains(:roles, role) and service = 'sts')
        or (
            contains(:starts, time)
            and (
                (issued_session is null and role is not null and made is null)
                or service = 'eks-auth'
            )
        )
        or any_match(
            :links, x -> strpos(' ' || links || ' ', ' ' || x || ' ') > 0
        )
        or event_id = :event as wanted
    from told
),

joined as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, identity_type, identity_id, session_name, session_start, principal,
        access_key, session_id, caller_account, source_identity, via, user_agent,
        error_message, request, made, trust, switched_from, provider, links,
        -- What one copy lacks, the other may tell; none takes the other's place.
        coalesce(issued_key, max(issued_key) over same) as issued_key,
        coalesce(issued_session, max(issued_session) over same) as issued_session,
        coalesce(role, max(role) over same) as role,
        bool_or(wanted) over same as wanted,
        coalesce(
            identity_type = 'AWSAccount'
            and count_if(identity_type is distinct from 'AWSAccount') over same > 0
            and (
                issued_key is null
                or issued_key = coalesce(
                    max(
                        if(identity_type is distinct from 'AWSAccount', issued_key)
                    ) over same,
                    max(issued_key) over same
                )
            ),
            false
        ) as is_copy,
        if(
            identity_type is distinct from 'AWSAccount',
            max(if(identity_type = 'AWSAccount', event_id)) over same
        ) as copy_event_id
    from chosen
    -- Copies belong together, also where only one of them has the answer.
    where
        wanted
        or (
            shared_event_id is not null
            and (identity_type = 'AWSAccount' or issued_key is null)
        )
    window same as (partition by action_id, identity_id, source_ip)
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    case
        when
            service = 'sts'
            and strpos(action, 'AssumeRole') = 1
            and action <> 'AssumeRoot'
            then
                case
                    when strpos(links, '/AWSSSO_') > 0 then 'Identity Center'
                    when action = 'AssumeRoleWithSAML' then 'SAML'
                    when strpos(links, 'token/') > 0 then 'outbound token'
                    when strpos(provider, 'token.actions.githubusercontent.com') > 0
                        then 'GitHub Actions'
                    when strpos(provider, 'oidc.eks.') > 0
                        then 'EKS service account'
                    when
                        strpos(provider, 'cognito-identity.amazonaws.com') > 0
                        then 'Cognito'
                    when action = 'AssumeRoleWithWebIdentity' then 'web identity'
                    when via = 'ec2.amazonaws.com' then 'EC2 instance profile'
                    when via = 'ecs-tasks.amazonaws.com' then 'ECS task'
                    when via = 'lambda.amazonaws.com' then 'Lambda function'
                    when via = 'pods.eks.amazonaws.com' then 'EKS Pod Identity'
                    when via = 'account-access.amazonaws.com'
                        then 'account access manager'
                    when
                        strpos(
                            json_extract_scalar(request, '$.roleArn'),
                            ':role/aws-service-role/'
                        )
                        > 0
                        then 'service-linked role'
                    when identity_type is null or identity_type = 'AWSService'
                        then 'service role'
                    when
                        lower(source_ip) = 'aws internal' or via = 'AWS Internal'
                        or strpos(lower(user_agent), 'aws-internal') = 1
                        then 'SwitchRole'
                    when identity_type = 'AssumedRole' then 'role chain'
                    else 'AssumeRole'
                end
        when service = 'cognito-identity' then 'Cognito'
        when service = 'rolesanywhere'
            then if(action = 'CreateSession', 'Roles Anywhere', action)
        when service = 'eks-auth' then 'EKS Pod Identity agent'
        when service = 'cloudshell' then 'CloudShell'
        when action = 'AuthorizeOAuth2Access' then 'OAuth consent'
        when
            service = 'signin' and action like 'CreateOAuth2Token%'
            and json_extract_scalar(request, '$.resource') is not null
            then 'AWS MCP Server'
        when action = 'CreateOAuth2Token' then 'aws login'
        when action = 'UserAuthentication' then 'Identity Center sign-in'
        when service = 'sso' then 'Identity Center portal'
        when strpos(links, 'request/') > 0 then 'MCP tool call'
        when service = 'account-access' then 'account access grant'
        when action like '%IamInstanceProfile%' then 'instance profile placed'
        when action = 'UpdateFunctionCode' then 'code of a function'
        when action = 'ModifyInstanceAttribute' then 'command on a machine'
        when strpos(links, 'passed/') > 0 then 'role passed'
        when service in ('ec2', 'codebuild') or action = 'RunTask' then 'started'
        when service in ('ec2-instance-connect', 'ecs', 'ssm')
            then 'command on a machine'
        when action in ('AcceptDelegationRequest', 'SendDelegationToken')
            then 'delegated access'
        else action
    end as kind,
    access_key,
    -- Before it has a session, whoever switches has the name of a role or none.
    if(action <> 'SwitchRole', session_id) as session_id,
    session_name, session_start, issued_key, issued_session, role,
    json_extract_scalar(request, '$.roleSessionName') as role_session,
    made, trust, switched_from, links, principal, identity_type, identity_id,
    caller_account, source_identity, via, service, user_agent, copy_event_id,
    case
        when service = 'sts'
            then json_format(json_extract(request, '$.incomingTransitiveTags'))
    end as transitive_tags,
    error_message
from joined
where wanted and not is_copy
order by time, event_id
