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
    request_id,
    event_id,
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
    session_source_identity,
    session_assumed_root,
    session_sign_in_session_arn,
    on_behalf_of_user_id,
    invoked_by_delegate_account_id,
    in_scope_of_credentials_issued_to
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
        requestid as request_id,
        eventid as event_id,
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
        useridentity.sessioncontext.sourceidentity as session_source_identity,
        useridentity.sessioncontext.assumedroot as session_assumed_root,
        useridentity.sessioncontext.signinsessionarn as session_sign_in_session_arn,
        useridentity.onbehalfof.userid as on_behalf_of_user_id,
        useridentity.invokedbydelegate.accountid as invoked_by_delegate_account_id,
        useridentity.inscopeof.credentialsissuedto as in_scope_of_credentials_issued_to
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
    identity_type,
    caller_account,
    access_key,
    issued_to,
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
    from_console,
    via,
    source_ip,
    user_agent,
    event_id,
    request_id,
    sign_in_session
from (
    select
        time,
        outcome,
        service,
        identity_type,
        caller_account,
        access_key,
        credential_id,
        issued_to,
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
        from_console,
        via,
        source_ip,
        user_agent,
        event_id,
        request_id,
        sign_in_session,
        on_behalf_of_user_id,
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
            nullif(split_part(event_source, '.amazonaws.com', 1), '') as service,
            nullif(user_identity_type, '') as identity_type,
            nullif(user_identity_account_id, '') as caller_account,
            nullif(user_identity_access_key_id, '') as access_key,
            nullif(user_identity_credential_id, '') as credential_id,
            nullif(in_scope_of_credentials_issued_to, '') as issued_to,
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
            nullif(event_id, '') as event_id,
            nullif(request_id, '') as request_id,
            nullif(session_sign_in_session_arn, '') as sign_in_session,
            on_behalf_of_user_id,
            session_issuer_arn,
            session_issuer_user_name,
            session_sign_in_session_arn,
            user_identity_arn,
            user_identity_invoked_by,
            user_identity_principal_id
        from records
    )
)
),
calls as (
    select
        access_key, session_id, identity_id, session_name, session_start, actor,
        regexp_replace(principal_arn, ':(user|role)/.*/', ':$1/') as principal,
        identity_type, caller_account, source_identity, source_ip, user_agent,
        issued_to, via, outcome, time, event_id, from_console, sign_in_session,
        if(
            contains(cast(null as array(varchar)), 'request/' || request_id), 'request/' || request_id
        ) as link
    from events
    where
        (cast(null as timestamp) is null or time >= cast(null as timestamp))
        and (cast(null as timestamp) is null or time <= cast(null as timestamp))
        and identity_type is not null
        and identity_type not in ('AWSAccount', 'AWSService')
        and (access_key is not null or session_id is not null)
)

select
    access_key, session_id, identity_id, session_name, session_start, actor, principal,
    max(identity_type) as identity_type,
    max(caller_account) as caller_account,
    max(source_identity) as source_identity,
    max(issued_to) as issued_to,
    max(via) as one_via,
    max(sign_in_session) as sign_in_session,
    array_join(
        array_sort(array_agg(distinct link) filter (where link is not null)), ' '
    ) as links,
    count(*) as events,
    count_if(outcome <> 'success') as unsuccessful,
    -- A partner with delegated access shows its account there, and is no service.
    count_if(not regexp_like(via, '^[0-9]{12}$')) as relayed,
    count_if(from_console) as from_console,
    count(distinct source_ip) as addresses,
    min(source_ip) as one_address,
    min(time) as first_seen,
    max(time) as last_seen
from calls
where
    (
        cast(null as array(varchar)) is null and cast(null as array(varchar)) is null and cast(null as array(varchar)) is null
        and cast(null as varchar) is null and cast(null as varchar) is null and cast(null as varchar) is null
        and cast(null as array(varchar)) is null and cast(null as array(varchar)) is null
    )
    or contains(cast(null as array(varchar)), access_key)
    or contains(cast(null as array(varchar)), session_id)
    or contains(cast(null as array(varchar)), principal)
    or regexp_extract(principal, '[^/]+$') = cast(null as varchar)
    or actor = cast(null as varchar)
    or identity_id = cast(null as varchar)
    or regexp_extract(principal, '[^/]+$') || '/' || session_name = cast(null as varchar)
    or source_ip = cast(null as varchar)
    or event_id = cast(null as varchar)
    or contains(cast(null as array(varchar)), session_name)
    or contains(cast(null as array(varchar)), regexp_extract(issued_to, ':function:([^:]+)', 1))
    or link is not null
    or contains(cast(null as array(varchar)), 'sign-in/' || sign_in_session)
group by
    access_key, session_id, identity_id, session_name, session_start, actor, principal
order by
    first_seen, access_key, session_id, identity_id, session_name, session_start, actor,
    principal
