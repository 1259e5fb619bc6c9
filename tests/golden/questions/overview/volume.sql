with records as (
select
    event_time,
    event_source,
    event_name,
    error_code,
    error_message,
    response_elements,
    additional_event_data,
    request_id,
    event_id,
    read_only,
    service_event_details,
    shared_event_id,
    user_identity_type,
    user_identity_principal_id,
    user_identity_arn,
    user_identity_account_id,
    user_identity_user_name,
    user_identity_invoked_by,
    on_behalf_of_user_id
from (
    select
        cast(try(from_iso8601_timestamp(eventtime)) at time zone 'UTC' as timestamp) as event_time,
        eventsource as event_source,
        eventname as event_name,
        errorcode as error_code,
        errormessage as error_message,
        responseelements as response_elements,
        additionaleventdata as additional_event_data,
        requestid as request_id,
        eventid as event_id,
        case lower(readonly) when 'true' then true when 'false' then false end as read_only,
        serviceeventdetails as service_event_details,
        sharedeventid as shared_event_id,
        useridentity.type as user_identity_type,
        useridentity.principalid as user_identity_principal_id,
        useridentity.arn as user_identity_arn,
        useridentity.accountid as user_identity_account_id,
        useridentity.username as user_identity_user_name,
        useridentity.invokedby as user_identity_invoked_by,
        useridentity.onbehalfof.userid as on_behalf_of_user_id
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
    identity_id,
    is_write,
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
    ) as action_id
from (
    select
        time,
        outcome,
        action,
        event_name,
        service,
        event_source,
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
        coalesce(
            not read_only,
            case
                when action in ('GetFederationToken', 'GetSessionToken')
                    then true
                when
                    action in (
                        'AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity',
                        'Decrypt', 'Encrypt', 'GenerateDataKey',
                        'GenerateDataKeyWithoutPlaintext', 'ReEncrypt'
                    )
                    then false
            end,
            not regexp_like(
                action,
                '^(BatchGet|Check|Count|Describe|Detect|Download|Estimate|Get|Head|List'
                || '|Lookup|Preview|Query|Read|Scan|Search|Select|Simulate|Test|Validate'
                || '|Verify|View)([A-Z]|$)'
            ),
            true
        ) as is_write,
        event_id,
        shared_event_id,
        request_id
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
            coalesce(
                nullif(user_identity_user_name, ''),
                case
                    when user_identity_type in ('IdentityCenterUser', 'Unknown')
                        then nullif(
                            json_extract_scalar(additional_event_data, '$.UserName'), ''
                        )
                end
            ) as user_name,
            read_only as read_only,
            nullif(event_id, '') as event_id,
            nullif(shared_event_id, '') as shared_event_id,
            nullif(request_id, '') as request_id,
            on_behalf_of_user_id,
            user_identity_arn,
            user_identity_invoked_by,
            user_identity_principal_id
        from records
    )
)
),
condensed as (
    -- As in overview/user-agents: only what two accounts recorded is told apart.
    select
        date_trunc('hour', time) as hour,
        outcome, identity_id, is_write,
        if(shared_event_id is not null, action_id) as shared_action,
        count_if(shared_event_id is null) as own,
        min(time) as first_seen,
        max(time) as last_seen
    from events
    group by
        date_trunc('hour', time), outcome, identity_id, is_write,
        if(shared_event_id is not null, action_id)
)

select
    hour,
    outcome,
    cast(sum(own) as bigint) + count(distinct shared_action) as events,
    cast(sum(if(is_write, own, 0)) as bigint)
    + count(distinct if(is_write, shared_action)) as writes,
    count(distinct identity_id) as identities,
    min(first_seen) as first_seen,
    max(last_seen) as last_seen
from condensed
group by hour, outcome
order by hour, outcome
