with records as (
select
    event_time,
    event_source,
    event_name,
    source_ip_address,
    user_agent,
    error_code,
    error_message,
    response_elements,
    additional_event_data,
    event_id,
    recipient_account_id,
    service_event_details,
    user_identity_type,
    user_identity_principal_id,
    user_identity_arn,
    user_identity_account_id,
    user_identity_access_key_id,
    user_identity_user_name,
    user_identity_invoked_by,
    session_issuer_arn,
    session_issuer_user_name,
    session_assumed_root,
    on_behalf_of_user_id,
    invoked_by_delegate_account_id,
    in_scope_of_credentials_issued_to,
    folder_account
from (
    select
        cast(try(from_iso8601_timestamp(eventtime)) at time zone 'UTC' as timestamp) as event_time,
        eventsource as event_source,
        eventname as event_name,
        sourceipaddress as source_ip_address,
        useragent as user_agent,
        errorcode as error_code,
        errormessage as error_message,
        responseelements as response_elements,
        additionaleventdata as additional_event_data,
        eventid as event_id,
        recipientaccountid as recipient_account_id,
        serviceeventdetails as service_event_details,
        useridentity.type as user_identity_type,
        useridentity.principalid as user_identity_principal_id,
        useridentity.arn as user_identity_arn,
        useridentity.accountid as user_identity_account_id,
        useridentity.accesskeyid as user_identity_access_key_id,
        useridentity.username as user_identity_user_name,
        useridentity.invokedby as user_identity_invoked_by,
        useridentity.sessioncontext.sessionissuer.arn as session_issuer_arn,
        useridentity.sessioncontext.sessionissuer.username as session_issuer_user_name,
        useridentity.sessioncontext.assumedroot as session_assumed_root,
        useridentity.onbehalfof.userid as on_behalf_of_user_id,
        useridentity.invokedbydelegate.accountid as invoked_by_delegate_account_id,
        useridentity.inscopeof.credentialsissuedto as in_scope_of_credentials_issued_to,
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
    issued_to,
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
    via,
    client_ip,
    user_agent,
    account,
    event_id,
    issued_key
from (
    select
        time,
        outcome,
        action,
        service,
        identity_type,
        caller_account,
        access_key,
        issued_to,
        assumed_root,
        user_name,
        case
            when identity_type in ('AssumedRole', 'AWSAccount', 'FederatedUser')
                then coalesce(
                    nullif(split_part(user_identity_principal_id, ':', 2), ''),
                    nullif(split_part(user_identity_arn, '/', 3), '')
                )
        end as session_name,
        via,
        case
            when
                regexp_like(
                    source_ip,
                    '^(::[fF]{4}:)?((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])[.]){3}'
                    || '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])$'
                )
                or regexp_like(lower(source_ip), '^[0-9a-f]{1,4}(:[0-9a-f]{1,4}){7}$')
                or (
                    regexp_like(
                        lower(source_ip),
                        '^([0-9a-f]{1,4}(:[0-9a-f]{1,4})*)?::'
                        || '([0-9a-f]{1,4}(:[0-9a-f]{1,4})*)?$'
                    )
                    and not regexp_like(source_ip, '([^:]+:+){7}[^:]')
                )
                then source_ip
        end as client_ip,
        user_agent,
        account,
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
        on_behalf_of_user_id,
        session_issuer_arn,
        session_issuer_user_name,
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
            nullif(in_scope_of_credentials_issued_to, '') as issued_to,
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
            nullif(event_id, '') as event_id,
            on_behalf_of_user_id,
            response_elements,
            session_issuer_arn,
            session_issuer_user_name,
            user_identity_arn,
            user_identity_invoked_by,
            user_identity_principal_id
        from records
    )
)
),
calls as (
    select
        time, client_ip, outcome, actor, account, user_agent, action,
        if(service = 'sts', issued_key) as issued_key,
        access_key
    from events
    where
        via is null
        and client_ip is not null
        and (access_key is not null or service = 'sts')
),

grouped as (
    select
        coalesce(issued_key, access_key) as access_key,
        issued_key is not null as issuing,
        client_ip,
        case
            when strpos(client_ip, ':') > 0
                then regexp_extract(client_ip, '^[^:]*:[^:]*')
            else regexp_extract(client_ip, '^[0-9]+[.][0-9]+')
        end as network,
        max(if(issued_key is null, actor)) as actor,
        max(if(issued_key is not null, actor)) as issued_to,
        max(if(issued_key is not null, action)) as issued_by,
        max(account) as account,
        max(user_agent) as user_agent,
        count(*) as events,
        count(*) filter (where outcome = 'denied') as denied,
        min(time) as first_seen,
        max(time) as last_seen
    from calls
    where coalesce(issued_key, access_key) is not null
    group by coalesce(issued_key, access_key), issued_key is not null, client_ip
),

joined as (
    select
        access_key, issuing, client_ip, network, actor, account, user_agent, events,
        denied, first_seen, last_seen,
        min(issued_to) over (partition by access_key) as a_receiver,
        max(issued_to) over (partition by access_key) as another_receiver,
        max(issued_by) over (partition by access_key) as issued_by,
        min(if(issuing, client_ip)) over (partition by access_key) as an_address,
        max(if(issuing, client_ip)) over (partition by access_key) as another_address,
        -- A second record of its issue, from elsewhere, must not make it look at home.
        min(if(issuing, network)) over (partition by access_key) as a_network,
        max(if(issuing, network)) over (partition by access_key) as another_network,
        min(if(issuing, first_seen)) over (partition by access_key) as issued_at
    from grouped
)

select
    actor, access_key, client_ip as address, issued_by,
    concat_ws(', ', a_receiver, nullif(another_receiver, a_receiver)) as issued_to,
    concat_ws(', ', an_address, nullif(another_address, an_address)) as issued_from,
    issued_at, account, user_agent, events, denied, first_seen, last_seen
from joined
where
    not issuing
    and (network <> a_network or network <> another_network)
    and (cast(null as array(varchar)) is null or contains(cast(null as array(varchar)), issued_by))
order by first_seen asc, access_key asc, address asc
