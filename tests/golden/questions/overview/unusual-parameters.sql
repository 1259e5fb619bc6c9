with records as (
select
    event_time,
    event_source,
    event_name,
    error_code,
    error_message,
    request_parameters,
    response_elements,
    additional_event_data,
    event_id,
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
    on_behalf_of_user_id
from (
    select
        cast(try(from_iso8601_timestamp(eventtime)) at time zone 'UTC' as timestamp) as event_time,
        eventsource as event_source,
        eventname as event_name,
        errorcode as error_code,
        errormessage as error_message,
        requestparameters as request_parameters,
        responseelements as response_elements,
        additionaleventdata as additional_event_data,
        eventid as event_id,
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
        useridentity.onbehalfof.userid as on_behalf_of_user_id
    from "security"."cloudtrail"
    where
        "day" between '2026/02/09' and '2026/03/10'
)
where
    event_time >= timestamp '2026-02-09 00:00:00.000'
    and event_time < timestamp '2026-03-10 00:00:00.000'
),
events as (
select distinct
    time,
    outcome,
    action,
    service,
    access_key,
    user_name,
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
    principal_arn,
    caller_arn,
    request,
    event_id
from (
    select
        time,
        outcome,
        action,
        service,
        identity_type,
        caller_account,
        access_key,
        assumed_root,
        user_name,
        case
            when identity_type in ('AssumedRole', 'AWSAccount', 'FederatedUser')
                then coalesce(
                    nullif(split_part(user_identity_principal_id, ':', 2), ''),
                    nullif(split_part(user_identity_arn, '/', 3), '')
                )
        end as session_name,
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
        caller_arn,
        request,
        event_id,
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
            nullif(user_identity_arn, '') as caller_arn,
            nullif(request_parameters, '') as request,
            nullif(event_id, '') as event_id,
            on_behalf_of_user_id,
            session_issuer_arn,
            session_issuer_user_name,
            user_identity_arn,
            user_identity_invoked_by,
            user_identity_principal_id
        from records
    )
)
),
asked as (
    select
        service, action, time, event_id, outcome, request,
        timestamp '2026-03-09 00:00:00.000' is null or time >= timestamp '2026-03-09 00:00:00.000' as is_now
    from events
    where any_match(array['it''s'], one -> one in (actor, identity_id, principal_arn, caller_arn, user_name, session_name, access_key, regexp_extract(principal_arn, '[^/]+$'), identity_id || ':' || session_name) or (strpos(one, '/') > 0 and (starts_with(actor, one || '/') or starts_with(caller_arn, one || '/'))))
),

pairs as (
    select
        service, action, time, event_id, outcome, is_now,
        regexp_extract(t.pair, '^"([^"\\]*(?:\\.[^"\\]*)*)"', 1) as parameter,
        regexp_replace(
            t.pair, '^"[^"\\]*(?:\\.[^"\\]*)*"\s*:\s*"?(.*?)"?$', '$1'
        ) as value
    from asked
    cross join
        unnest(
            regexp_extract_all(
                request,
                '"[^"\\]*(?:\\.[^"\\]*)*"\s*:\s*'
                || '(?:"[^"\\]*(?:\\.[^"\\]*)*"|-?[0-9][0-9.eE+-]*|true|false)'
            )
        ) as t (pair)
),

counted as (
    select
        service, action, parameter, value,
        count_if(is_now) as events,
        count_if(not is_now) as events_before,
        count_if(is_now and outcome <> 'success') as unsuccessful,
        min(if(is_now, time)) as first_seen,
        max(if(is_now, time)) as last_seen,
        min_by(
            if(is_now, event_id),
            if(is_now, date_format(time, '%Y-%m-%dT%H:%i:%s ') || event_id)
        ) as first_event_id
    from pairs
    group by service, action, parameter, value
),

weighed as (
    select
        service, action, parameter, value, events, events_before, unsuccessful,
        first_seen, last_seen, first_event_id,
        cast(
            sum(events_before) over (partition by service, action, parameter) as bigint
        ) as given_before,
        count(if(events_before > 0, value)) over (
            partition by service, action, parameter
        ) as values_before,
        first_value(if(events_before > 0, value)) over (
            partition by service, action, parameter
            order by events_before desc, value asc
        ) as usual
    from counted
),

judged as (
    select
        service, action, parameter, value, usual, events, events_before, unsuccessful,
        values_before, given_before, first_seen, last_seen, first_event_id,
        max(given_before) over (partition by service, action) as calls_before
    from weighed
)

select
    service, action, parameter, value, usual, events, values_before, given_before,
    unsuccessful, first_seen, last_seen, first_event_id
from judged
where
    events > 0
    and events_before = 0
    and (
        (given_before >= 10 and values_before * 5 <= given_before)
        or (given_before = 0 and calls_before >= 10)
    )
order by first_seen, service, action, parameter, value
