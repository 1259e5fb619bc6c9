with records as (
select
    event_time,
    event_source,
    event_name,
    aws_region,
    source_ip_address,
    user_agent,
    error_code,
    error_message,
    request_parameters,
    response_elements,
    additional_event_data,
    request_id,
    event_id,
    event_type,
    recipient_account_id,
    service_event_details,
    shared_event_id,
    user_identity_type,
    user_identity_principal_id,
    user_identity_arn,
    user_identity_account_id,
    user_identity_access_key_id,
    user_identity_user_name,
    user_identity_invoked_by,
    user_identity_credential_id,
    session_issuer_arn,
    session_issuer_user_name,
    session_creation_date,
    session_source_identity,
    session_assumed_root,
    session_sign_in_session_arn,
    on_behalf_of_user_id,
    invoked_by_delegate_account_id,
    folder_account
from (
    select
        cast(try(from_iso8601_timestamp(eventtime)) at time zone 'UTC' as timestamp) as event_time,
        eventsource as event_source,
        eventname as event_name,
        awsregion as aws_region,
        sourceipaddress as source_ip_address,
        useragent as user_agent,
        errorcode as error_code,
        errormessage as error_message,
        requestparameters as request_parameters,
        responseelements as response_elements,
        additionaleventdata as additional_event_data,
        requestid as request_id,
        eventid as event_id,
        eventtype as event_type,
        recipientaccountid as recipient_account_id,
        serviceeventdetails as service_event_details,
        sharedeventid as shared_event_id,
        useridentity.type as user_identity_type,
        useridentity.principalid as user_identity_principal_id,
        useridentity.arn as user_identity_arn,
        useridentity.accountid as user_identity_account_id,
        useridentity.accesskeyid as user_identity_access_key_id,
        useridentity.username as user_identity_user_name,
        useridentity.invokedby as user_identity_invoked_by,
        useridentity.credentialid as user_identity_credential_id,
        useridentity.sessioncontext.sessionissuer.arn as session_issuer_arn,
        useridentity.sessioncontext.sessionissuer.username as session_issuer_user_name,
        cast(try(from_iso8601_timestamp(useridentity.sessioncontext.attributes.creationdate)) at time zone 'UTC' as timestamp) as session_creation_date,
        useridentity.sessioncontext.sourceidentity as session_source_identity,
        useridentity.sessioncontext.assumedroot as session_assumed_root,
        useridentity.sessioncontext.signinsessionarn as session_sign_in_session_arn,
        useridentity.onbehalfof.userid as on_behalf_of_user_id,
        useridentity.invokedbydelegate.accountid as invoked_by_delegate_account_id,
        "account" as folder_account
    from "security"."cloudtrail"
    where
        "day" between '2026/03/09' and '2026/03/10'
)
where
    event_time >= timestamp '2026-03-09 00:00:00.000'
    and event_time < timestamp '2026-03-10 00:00:00.000'
),
events as (
select distinct
    time,
    outcome,
    action,
    service,
    event_type,
    identity_type,
    caller_account,
    access_key,
    source_identity,
    session_name,
    session_start,
    actor,
    identity_id,
    principal_arn,
    session_id,
    via,
    source_ip,
    user_agent,
    account,
    region,
    error_message,
    request,
    response,
    additional_data,
    service_details,
    event_id,
    shared_event_id,
    action_id,
    issued_key,
    asked_role,
    case
        when action = 'GetSessionToken' and service = 'sts'
            then identity_id
        when action = 'AssumeRoot' and service = 'sts'
            then asked_role
        when action = 'GetFederationToken' and service = 'sts'
            then
                json_extract_scalar(response_elements, '$.federatedUser.arn') || '/'
                || split_part(
                    json_extract_scalar(
                        response_elements, '$.federatedUser.federatedUserId'
                    ),
                    ':', 2
                )
        when service in ('rolesanywhere', 'sts')
            then replace(
                coalesce(
                    json_extract_scalar(
                        response_elements, '$.assumedRoleUser.assumedRoleId'
                    ),
                    json_extract_scalar(
                        response_elements,
                        '$.credentialSet[0].assumedRoleUser.assumedRoleId'
                    )
                ),
                ':', '/'
            )
        when service = 'signin' and action = 'SwitchRole'
            then session_id
        when
            service = 'signin' and session_id is null
            and action in ('ConsoleLogin', 'GetSigninToken')
            then identity_id
    end || date_format(time, '/%Y-%m-%dT%H:%i:%sZ') as issued_session
from (
    select
        time,
        outcome,
        action,
        service,
        event_type,
        identity_type,
        caller_account,
        access_key,
        source_identity,
        session_name,
        session_start,
        coalesce(
            case
                when
                    lower(caller_account) in ('anonymous', 'anonymous_principal')
                    or lower(user_identity_principal_id) = 'anonymous'
                    then 'anonymous'
                when identity_type = 'Root'
                    then if(assumed_root, 'root-session', 'root')
                when identity_type = 'IAMUser'
                    then 'user/' || coalesce(
                        user_name, regexp_extract(user_identity_arn, '[^/]+$')
                    )
                when strpos(session_issuer_arn, ':role/aws-reserved/sso.amazonaws.com/') > 0
                    then 'sso/' || session_name
                when identity_type = 'AssumedRole'
                    then 'role/' || coalesce(
                        nullif(session_issuer_user_name, ''),
                        nullif(split_part(user_identity_arn, '/', 2), '')
                    ) || coalesce('/' || session_name, '')
                when identity_type = 'Role'
                    then 'role/' || coalesce(
                        user_name, regexp_extract(user_identity_arn, '[^/]+$')
                    )
                when identity_type = 'FederatedUser'
                    then 'federated/' || session_name
                when identity_type in ('SAMLUser', 'WebIdentityUser')
                    then 'federated/' || coalesce(
                        user_name, nullif(user_identity_principal_id, '')
                    )
                -- Identity Center used to call its users Unknown.
                when
                    identity_type = 'IdentityCenterUser'
                    or (
                        identity_type = 'Unknown'
                        and service in ('signin', 'sso', 'sso-directory', 'sso-oauth')
                    )
                    then 'sso/' || coalesce(
                        user_name,
                        nullif(on_behalf_of_user_id, ''),
                        nullif(user_identity_principal_id, '')
                    )
                when identity_type = 'AWSAccount'
                    then 'account/' || caller_account || coalesce(
                        '/' || nullif(user_identity_principal_id, ''), ''
                    )
                when identity_type is null or identity_type = 'AWSService'
                    then 'service/' || nullif(
                        split_part(user_identity_invoked_by, '.amazonaws.com', 1), ''
                    )
                else lower(identity_type) || '/' || coalesce(
                    user_name,
                    nullif(user_identity_arn, ''),
                    nullif(user_identity_principal_id, '')
                )
            end,
            nullif(user_identity_arn, ''),
            'account/' || caller_account
        ) as actor,
        identity_id,
        principal_arn,
        coalesce(
            case when identity_type = 'IdentityCenterUser' then credential_id end,
            case
                when session_start is not null or session_name is not null
                    then identity_id || coalesce('/' || session_name, '') || coalesce(
                        date_format(session_start, '/%Y-%m-%dT%H:%i:%sZ'), ''
                    )
            end,
            nullif(session_sign_in_session_arn, '')
        ) as session_id,
        via,
        source_ip,
        user_agent,
        account,
        region,
        error_message,
        request,
        response,
        additional_data,
        service_details,
        event_id,
        shared_event_id,
        coalesce(
            shared_event_id || '/' || service || '/' || action,
            event_id || coalesce(date_format(time, '/%Y-%m-%dT%H:%i:%sZ'), '/no time'),
            'no id/' || coalesce(date_format(time, '%Y-%m-%dT%H:%i:%sZ'), '')
            || '/' || coalesce(request_id, '')
            || '/' || coalesce(event_source, '')
            || '/' || coalesce(event_name, '')
            || '/' || coalesce(identity_id, '')
        ) as action_id,
        issued_key,
        asked_role,
        response_elements
    from (
        select
            time,
            outcome,
            action,
            event_name,
            service,
            event_source,
            event_type,
            identity_type,
            caller_account,
            access_key,
            credential_id,
            source_identity,
            assumed_root,
            user_name,
            case
                when identity_type in ('AssumedRole', 'AWSAccount', 'FederatedUser')
                    then coalesce(
                        nullif(split_part(user_identity_principal_id, ':', 2), ''),
                        nullif(split_part(user_identity_arn, '/', 3), '')
                    )
            end as session_name,
            session_start,
            coalesce(
                case
                    when
                        lower(caller_account) in ('anonymous', 'anonymous_principal')
                        or lower(user_identity_principal_id) = 'anonymous'
                        then 'anonymous'
                    when identity_type in ('SAMLUser', 'WebIdentityUser')
                        then nullif(user_identity_principal_id, '')
                end,
                regexp_extract(user_identity_principal_id, '^A[A-Z]{3}[A-Z0-9]{7,}'),
                regexp_extract(user_identity_arn, '^[^/]+:assumed-role/[^/]+'),
                nullif(user_identity_arn, ''),
                nullif(on_behalf_of_user_id, ''),
                case
                    when
                        identity_type in ('IdentityCenterUser', 'Unknown')
                        and user_name <> 'HIDDEN_DUE_TO_SECURITY_REASONS'
                        then user_name
                end,
                coalesce(nullif(user_identity_invoked_by, ''), caller_account)
            ) as identity_id,
            principal_arn,
            via,
            source_ip,
            user_agent,
            account,
            region,
            error_message,
            request,
            response,
            additional_data,
            service_details,
            event_id,
            shared_event_id,
            request_id,
            case
                when
                    service in ('cognito-identity', 'rolesanywhere', 'signin', 'sts')
                    or action in ('CreateAccessKey', 'CreateServiceSpecificCredential')
                    then nullif(
                        coalesce(
                            json_extract_scalar(
                                response_elements, '$.credentials.accessKeyId'
                            ),
                            json_extract_scalar(response_elements, '$.accessKey.accessKeyId'),
                            json_extract_scalar(
                                response_elements,
                                '$.serviceSpecificCredential.serviceSpecificCredentialId'
                            ),
                            json_extract_scalar(
                                response_elements, '$.credentialSet[0].credentials.accessKeyId'
                            )
                        ),
                        access_key
                    )
            end as issued_key,
            case
                when
                    service in ('rolesanywhere', 'sts')
                    and json_extract_scalar(request_parameters, '$.targetPrincipal') is not null
                    then
                        'arn:aws:iam::'
                        || regexp_extract(
                            json_extract_scalar(request_parameters, '$.targetPrincipal'),
                            '[0-9]{12}'
                        )
                        || ':root'
                when service in ('rolesanywhere', 'sts')
                    then coalesce(
                        regexp_replace(
                            json_extract_scalar(request_parameters, '$.roleArn'),
                            ':role/.*/', ':role/'
                        ),
                        if(
                            service = 'sts',
                            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
                        )
                    )
                when service = 'signin' and action = 'SwitchRole'
                    then regexp_replace(principal_arn, ':role/.*/', ':role/')
            end as asked_role,
            on_behalf_of_user_id,
            response_elements,
            session_issuer_arn,
            session_issuer_user_name,
            session_sign_in_session_arn,
            user_identity_arn,
            user_identity_invoked_by,
            user_identity_principal_id
        from (
            select
                event_time as time,
                case
                    when
                        regexp_replace(error_code, '^(Client|Server)[.]|Exception$', '') in (
                            'AuthorizationError', 'Forbidden', 'Unauthorized',
                            'UnauthorizedAccess', 'VpceAccessDenied'
                        )
                        or regexp_like(
                            error_code,
                            '^((Client|Server)[.])?AccessDenied|UnauthorizedOperation(Exception)?$'
                        )
                        then 'denied'
                    when not regexp_like(nullif(error_code, ''), '^2[0-9]{2}$')
                        then 'failed'
                    when
                        split_part(event_source, '.amazonaws.com', 1) in ('signin', 'sso')
                        and strpos(
                            replace(
                                coalesce(response_elements, '')
                                || coalesce(service_event_details, ''),
                                ' ',
                                ''
                            ),
                            '"' || nullif(event_name, '') || '":"Failure"'
                        ) > 0
                        then 'failed'
                    when
                        split_part(event_source, '.amazonaws.com', 1) = 'signin'
                        and error_message <> ''
                        then 'failed'
                    else 'success'
                end as outcome,
                nullif(
                    regexp_replace(
                        event_name,
                        '20[0-9]{2}[-_]?(0[1-9]|1[0-2])[-_]?(0[1-9]|[12][0-9]|3[01])(v[0-9]+)?$',
                        ''
                    ),
                    ''
                ) as action,
                nullif(event_name, '') as event_name,
                nullif(split_part(event_source, '.amazonaws.com', 1), '') as service,
                nullif(event_source, '') as event_source,
                nullif(event_type, '') as event_type,
                nullif(user_identity_type, '') as identity_type,
                nullif(user_identity_account_id, '') as caller_account,
                nullif(user_identity_access_key_id, '') as access_key,
                nullif(user_identity_credential_id, '') as credential_id,
                nullif(session_source_identity, '') as source_identity,
                lower(session_assumed_root) = 'true' as assumed_root,
                coalesce(
                    nullif(user_identity_user_name, ''),
                    case
                        when user_identity_type in ('IdentityCenterUser', 'Unknown')
                            then nullif(
                                json_extract_scalar(additional_event_data, '$.UserName'), ''
                            )
                    end
                ) as user_name,
                session_creation_date as session_start,
                coalesce(
                    nullif(session_issuer_arn, ''),
                    case
                        when strpos(user_identity_arn, ':assumed-role/') > 0
                            then regexp_replace(
                                user_identity_arn,
                                '^(arn:[^:]*):sts:([^:]*:[^:]*):assumed-role/([^/]+).*$',
                                '$1:iam:$2:role/$3'
                            )
                        when strpos(user_identity_arn, ':iam:') > 0
                            then user_identity_arn
                    end
                ) as principal_arn,
                coalesce(
                    nullif(user_identity_invoked_by, ''),
                    nullif(invoked_by_delegate_account_id, '')
                ) as via,
                nullif(source_ip_address, '') as source_ip,
                case
                    when strpos(user_agent, '[') = 1 and substr(user_agent, -1) = ']'
                        then nullif(substr(user_agent, 2, length(user_agent) - 2), '')
                    else nullif(user_agent, '')
                end as user_agent,
                coalesce(nullif(recipient_account_id, ''), folder_account) as account,
                nullif(aws_region, '') as region,
                nullif(error_message, '') as error_message,
                nullif(request_parameters, '') as request,
                nullif(response_elements, '') as response,
                nullif(additional_event_data, '') as additional_data,
                nullif(service_event_details, '') as service_details,
                nullif(event_id, '') as event_id,
                nullif(shared_event_id, '') as shared_event_id,
                nullif(request_id, '') as request_id,
                on_behalf_of_user_id,
                request_parameters,
                response_elements,
                session_issuer_arn,
                session_issuer_user_name,
                session_sign_in_session_arn,
                user_identity_arn,
                user_identity_invoked_by,
                user_identity_principal_id
            from records
        )
    )
)
),
calls as (
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
        (cast(null as timestamp) is null or time >= cast(null as timestamp))
        and (cast(null as timestamp) is null or time <= cast(null as timestamp))
        -- What cannot be wanted goes before its JSON is read: `wanted`, which decides,
        -- implies this.
        and (
            (
                cast(null as array(varchar)) is null and cast(null as array(varchar)) is null and cast(null as array(varchar)) is null
                and cast(null as array(varchar)) is null and cast(null as array(varchar)) is null and cast(null as array(timestamp)) is null
                and cast(null as varchar) is null
            )
            or not contains(cast(null as array(varchar)), '-')
            or contains(cast(null as array(varchar)), access_key)
            or contains(cast(null as array(varchar)), issued_key)
            or contains(cast(null as array(varchar)), session_id)
            or contains(cast(null as array(varchar)), issued_session)
            or (not contains(cast(null as array(varchar)), '-') and service = 'sso-oauth')
            or (
                not contains(cast(null as array(varchar)), '-')
                and (
                    (access_key is null and session_id is null)
                    or action in ('AcceptDelegationRequest', 'SendDelegationToken')
                )
            )
            or (
                not contains(cast(null as array(varchar)), '-')
                and (
                    service not in ('signin', 'sts')
                    or action = 'GetWebIdentityToken'
                )
            )
            or contains(cast(null as array(varchar)), asked_role)
            or contains(cast(null as array(timestamp)), time)
            or event_id = cast(null as varchar)
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
            cast(null as array(varchar)) is null and cast(null as array(varchar)) is null and cast(null as array(varchar)) is null
            and cast(null as array(varchar)) is null and cast(null as array(varchar)) is null and cast(null as array(timestamp)) is null
            and cast(null as array(varchar)) is null and cast(null as varchar) is null
        )
        or contains(cast(null as array(varchar)), access_key)
        or contains(cast(null as array(varchar)), issued_key)
        or contains(cast(null as array(varchar)), session_id)
        or contains(cast(null as array(varchar)), issued_session)
        or (
            contains(cast(null as array(varchar)), principal)
            and (
                (access_key is null and session_id is null)
                or action in ('AcceptDelegationRequest', 'SendDelegationToken')
            )
        )
        or contains(cast(null as array(varchar)), made)
        or (contains(cast(null as array(varchar)), role) and service = 'sts')
        or (
            contains(cast(null as array(timestamp)), time)
            and (
                (issued_session is null and role is not null and made is null)
                or service = 'eks-auth'
            )
        )
        or any_match(
            cast(null as array(varchar)), x -> strpos(' ' || links || ' ', ' ' || x || ' ') > 0
        )
        or event_id = cast(null as varchar) as wanted
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
