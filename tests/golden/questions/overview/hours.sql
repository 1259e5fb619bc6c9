with records as (
select
    event_time,
    event_source,
    event_name,
    source_ip_address,
    additional_event_data,
    event_id,
    read_only,
    user_identity_type,
    user_identity_principal_id,
    user_identity_arn,
    user_identity_account_id,
    user_identity_user_name,
    user_identity_invoked_by,
    session_issuer_arn,
    session_issuer_user_name,
    session_assumed_root,
    on_behalf_of_user_id,
    invoked_by_delegate_account_id
from (
    select
        cast(try(from_iso8601_timestamp(eventtime)) at time zone 'UTC' as timestamp) as event_time,
        eventsource as event_source,
        eventname as event_name,
        sourceipaddress as source_ip_address,
        additionaleventdata as additional_event_data,
        eventid as event_id,
        case lower(readonly) when 'true' then true when 'false' then false end as read_only,
        useridentity.type as user_identity_type,
        useridentity.principalid as user_identity_principal_id,
        useridentity.arn as user_identity_arn,
        useridentity.accountid as user_identity_account_id,
        useridentity.username as user_identity_user_name,
        useridentity.invokedby as user_identity_invoked_by,
        useridentity.sessioncontext.sessionissuer.arn as session_issuer_arn,
        useridentity.sessioncontext.sessionissuer.username as session_issuer_user_name,
        useridentity.sessioncontext.assumedroot as session_assumed_root,
        useridentity.onbehalfof.userid as on_behalf_of_user_id,
        useridentity.invokedbydelegate.accountid as invoked_by_delegate_account_id
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
    identity_type,
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
    via,
    source_ip,
    is_write,
    event_id
from (
    select
        time,
        service,
        identity_type,
        caller_account,
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
        via,
        source_ip,
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
        on_behalf_of_user_id,
        session_issuer_arn,
        session_issuer_user_name,
        user_identity_arn,
        user_identity_invoked_by,
        user_identity_principal_id
    from (
        select
            event_time as time,
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
            read_only as read_only,
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
clocked as (
    select
        identity_id, identity_type, source_ip, time,
        -- As in identity/active: who shares a role of Identity Center is not one.
        case
            when identity_type in ('AssumedRole', 'Root') and strpos(actor, 'role/') = 0
                then actor
        end as person,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as name,
        is_write,
        date_add('minute', 0, time) as local_at
    from events
    where via is null and identity_type <> 'AWSService'
),

marked as (
    select
        identity_id, identity_type, source_ip, time, person, name, is_write,
        date_trunc('day', local_at) as local_day,
        (true and day_of_week(local_at) > 5)
        or not if(
            7 < 19,
            hour(local_at) >= 7 and hour(local_at) < 19,
            hour(local_at) >= 7 or hour(local_at) < 19
        ) as is_outside
    from clocked
),

condensed as (
    select
        identity_id, identity_type, source_ip, person, name, is_write, local_day,
        is_outside,
        count(*) as events,
        min(time) as first_seen,
        max(time) as last_seen
    from marked
    group by
        identity_id, identity_type, source_ip, person, name, is_write, local_day,
        is_outside
),

summed as (
    select
        max(name) as identity,
        identity_id,
        max(identity_type) as identity_type,
        cast(sum(if(is_outside, events, 0)) as bigint) as events_outside,
        cast(sum(if(is_outside and is_write, events, 0)) as bigint) as writes_outside,
        cast(sum(events) as bigint) as events,
        count(distinct if(is_outside, local_day)) as days_outside,
        count(distinct local_day) as days,
        count(distinct if(is_outside, source_ip)) as addresses_outside,
        min(if(is_outside, first_seen)) as first_seen,
        max(if(is_outside, last_seen)) as last_seen
    from condensed
    group by identity_id, person
)

select
    identity, identity_id, identity_type, events_outside, writes_outside, events,
    round(1000e0 * events_outside / events) / 10e0 as percent_outside,
    days_outside, days, addresses_outside, first_seen, last_seen
from summed
where events_outside > 0
order by percent_outside asc, events_outside desc, identity_id asc, identity asc
