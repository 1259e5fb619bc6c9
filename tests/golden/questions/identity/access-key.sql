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
    event_id,
    read_only,
    recipient_account_id,
    service_event_details,
    session_credential_from_console,
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
        eventid as event_id,
        case lower(readonly) when 'true' then true when 'false' then false end as read_only,
        recipientaccountid as recipient_account_id,
        serviceeventdetails as service_event_details,
        case lower(sessioncredentialfromconsole) when 'true' then true when 'false' then false end as session_credential_from_console,
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
    access_key,
    session_name,
    session_start,
    actor,
    identity_id,
    session_id,
    from_console,
    via,
    source_ip,
    user_agent,
    account,
    region,
    error_code,
    error_message,
    read_only,
    event_id,
    issued_key,
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
        access_key,
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
        from_console,
        via,
        source_ip,
        user_agent,
        account,
        region,
        error_code,
        error_message,
        read_only,
        event_id,
        issued_key,
        asked_role,
        response_elements
    from (
        select
            time,
            outcome,
            action,
            service,
            identity_type,
            caller_account,
            access_key,
            credential_id,
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
            from_console,
            via,
            source_ip,
            user_agent,
            account,
            region,
            error_code,
            error_message,
            read_only,
            event_id,
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
                nullif(split_part(event_source, '.amazonaws.com', 1), '') as service,
                nullif(user_identity_type, '') as identity_type,
                nullif(user_identity_account_id, '') as caller_account,
                nullif(user_identity_access_key_id, '') as access_key,
                nullif(user_identity_credential_id, '') as credential_id,
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
                session_credential_from_console as from_console,
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
                read_only as read_only,
                nullif(event_id, '') as event_id,
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
own as (
    select array_sort(array_agg(distinct session_id)) as sessions
    from events
    where contains(array['AKIAIOSFODNN7EXAMPLE'], access_key) and session_start is not null
),

near as (
    select
        e.time, e.action, e.actor, e.source_ip, e.account, e.region, e.outcome,
        e.event_id, e.service, e.access_key, e.identity_id, e.session_name,
        e.session_start, e.session_id, e.via, e.user_agent, e.read_only,
        e.error_code, e.error_message,
        contains(o.sessions, e.session_id) as in_session,
        -- The key that the call issued to the same role and session name, then.
        if(contains(o.sessions, e.issued_session), e.issued_key) as issued_key,
        e.from_console
        or regexp_like(
            lower(e.user_agent), '^mozilla/|console|^signin[.]amazonaws'
        ) as by_console
    from events as e
    cross join own as o
    where
        contains(array['AKIAIOSFODNN7EXAMPLE'], e.access_key)
        or contains(o.sessions, e.session_id)
        or (e.issued_key is not null and contains(o.sessions, e.issued_session))
),

judged as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, access_key, session_id, via, user_agent, read_only,
        error_code, error_message, in_session,
        case
            when contains(array['AKIAIOSFODNN7EXAMPLE'], access_key)
                then 'key'
            when
                in_session is distinct from true
                or max(if(issued_key is not null, 1, 0)) over (
                    partition by coalesce(issued_key, access_key)
                ) = 1
                then null
            when via is not null
                then 'service'
            when
                max(if(by_console, 1, 0)) over (
                    partition by identity_id, session_name, session_start
                ) = 1
                then 'session'
        end as joined_by
    from near
),

numbered as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, access_key, joined_by, session_id, via, user_agent, read_only,
        error_code, error_message, in_session,
        dense_rank() over (
            order by if(joined_by is not null, access_key) nulls last
        ) as number_joined,
        dense_rank() over (
            order by if(joined_by is null and in_session, access_key) nulls last
        ) as number_other
    from judged
),

counted as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, access_key, joined_by, session_id, via, user_agent, read_only,
        error_code, error_message,
        max(
            if(joined_by is not null and access_key is not null, number_joined)
        ) over () as keys_joined,
        coalesce(
            max(
                if(
                    joined_by is null and in_session and access_key is not null,
                    number_other
                )
            ) over (),
            0
        ) as other_keys
    from numbered
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    service, access_key, joined_by, keys_joined, other_keys, session_id, via,
    user_agent, read_only, error_code, error_message
from counted
where joined_by is not null and (cast(null as array(varchar)) is null or contains(cast(null as array(varchar)), outcome))
order by time, event_id
