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
    identity_type,
    caller_account,
    access_key,
    source_identity,
    session_name,
    actor,
    identity_id,
    session_id,
    via,
    source_ip,
    user_agent,
    account,
    region,
    error_code,
    error_message,
    request,
    additional_data,
    event_id,
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
        identity_type,
        caller_account,
        access_key,
        source_identity,
        session_name,
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
        error_code,
        error_message,
        request,
        additional_data,
        event_id,
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
            via,
            source_ip,
            user_agent,
            account,
            region,
            error_code,
            error_message,
            request,
            additional_data,
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
                nullif(error_code, '') as error_code,
                nullif(error_message, '') as error_message,
                nullif(request_parameters, '') as request,
                nullif(additional_event_data, '') as additional_data,
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
assumptions as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        access_key, identity_id, session_id, source_identity, caller_account,
        via, user_agent, error_code, error_message, issued_key, issued_session,
        asked_role as role,
        coalesce(
            json_extract_scalar(request, '$.roleSessionName'),
            case when action = 'SwitchRole' then session_name end
        ) as role_session,
        json_extract_scalar(additional_data, '$.SwitchFrom') as switched_from,
        -- The owner's copy says nothing that the caller's record does not say too.
        coalesce(
            identity_type = 'AWSAccount'
            and count_if(identity_type is distinct from 'AWSAccount') over same > 0
            and (
                issued_key is null
                or issued_key = max(
                    if(identity_type is distinct from 'AWSAccount', issued_key)
                ) over same
            ),
            false
        ) as is_copy,
        count(*) over same as copies
    from events
    where
        (
            service = 'sts'
            and action in (
                'AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity',
                'AssumeRoot', 'GetFederationToken', 'GetSessionToken'
            )
        )
        or (service = 'signin' and action = 'SwitchRole')
    window same as (partition by action_id, identity_id, source_ip, asked_role)
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    role, role_session, issued_key, issued_session, access_key, identity_id, session_id,
    source_identity, caller_account, switched_from, via, user_agent,
    error_code, error_message, copies
from assumptions
where
    not is_copy
    and (
        cast(null as array(varchar)) is null
        or contains(cast(null as array(varchar)), role)
        or contains(cast(null as array(varchar)), regexp_extract(role, '[^/]+$'))
        or (role is null and any_match(cast(null as array(varchar)), part -> strpos(error_message, part) > 0))
    )
    and (
        cast(null as array(varchar)) is null
        or contains(cast(null as array(varchar)), access_key)
        or contains(cast(null as array(varchar)), issued_key)
    )
order by time, event_id
