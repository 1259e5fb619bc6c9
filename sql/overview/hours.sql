-- title: "Who was active outside working hours?"
-- answers: [Q013]
-- attack: [T1078.004]
-- needs: [management:read, management:write]
-- keywords: [night, weekend, time zone, unusual time, working hours]
-- parameters:
--   start_hour: {type: integer, default: 7, help: "the hour at which work begins"}
--   end_hour: {type: integer, default: 19, help: "the hour at which work ends"}
--   offset_minutes:
--     type: integer
--     default: 0
--     help: "minutes that local time is ahead of UTC, such as 330 or -300"
--   weekends:
--     {type: boolean, default: true, help: "Saturday and Sunday are outside too"}
-- chart: ranking
-- next: [overview/first-seen, overview/moment, identity/access-key]
-- notes: |
--   One row for an identity with events outside; who is outside least often, measured
--   by all its events, stands first: a job of the night is outside all the time, and a
--   person who works by day is not. Services are left out. The offset is fixed: where
--   clocks change, ask for each half. A call of two accounts counts for each.
with clocked as (
    select
        identity_id, identity_type, source_ip, time,
        -- As in identity/active: who shares a role of Identity Center is not one.
        case
            when identity_type in ('AssumedRole', 'Root') and strpos(actor, 'role/') = 0
                then actor
        end as person,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as name,
        is_write,
        date_add('minute', :offset_minutes, time) as local_at
    from events
    where via is null and identity_type <> 'AWSService'
),

marked as (
    select
        identity_id, identity_type, source_ip, time, person, name, is_write,
        date_trunc('day', local_at) as local_day,
        (:weekends and day_of_week(local_at) > 5)
        or not if(
            :start_hour < :end_hour,
            hour(local_at) >= :start_hour and hour(local_at) < :end_hour,
            hour(local_at) >= :start_hour or hour(local_at) < :end_hour
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
