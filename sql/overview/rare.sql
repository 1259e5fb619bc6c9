-- title: "Which calls are rare for this identity?"
-- answers: [Q011]
-- attack: [T1078.004]
-- needs: [management:read, management:write]
-- keywords: [unusual, anomaly, outlier, baseline, never before]
-- lookback: 28d
-- parameters:
--   identity:
--     type: list of text
--     optional: true
--     means: principal
--     help: "an ARN, a unique id or a part of the actor's name; all when left out"
--   times:
--     {type: integer, default: 3, help: "rare is so many times or fewer in all"}
--   least:
--     {type: integer, default: 50, help: "leave out an identity with fewer events"}
-- chart: ranking
-- next: [overview/first-seen, overview/unusual-parameters, identity/access-key]
-- notes: |
--   Calls of the window that the identity made `times` times or fewer in the window and
--   the 28 days before. `callers` counts the identities that make the call at all: one
--   that no one else makes stands first. Where the logs begin late all is rare: see
--   `logs_begin`. For an identity with few events everything is rare: it is left out.
with condensed as (
    select
        identity_id,
        -- As in identity/active: who shares a role of Identity Center is not one.
        case
            when identity_type in ('AssumedRole', 'Root') and strpos(actor, 'role/') = 0
                then actor
        end as person,
        max(regexp_replace(actor, '^(role/[^/]+)/.*$', '$1')) as identity,
        max(principal_arn) as principal_arn,
        max(if(called_by(:identity), 1, 0)) as wanted,
        service,
        action,
        count(*) as events,
        count_if(:window_start is null or time >= :window_start) as events_now,
        count_if(outcome <> 'success') as unsuccessful,
        count_if(is_write) as writes,
        min(time) as first_seen,
        max(time) as last_seen,
        min_by(
            event_id, date_format(time, '%Y-%m-%dT%H:%i:%s ') || event_id
        ) as first_event_id
    from events
    group by
        identity_id,
        case
            when identity_type in ('AssumedRole', 'Root') and strpos(actor, 'role/') = 0
                then actor
        end,
        service,
        action
),

weighed as (
    select
        identity_id, identity, principal_arn, wanted, service, action, events,
        events_now,
        unsuccessful, writes, first_seen, last_seen, first_event_id,
        cast(
            sum(events) over (partition by identity_id, person) as bigint
        ) as of_events,
        count(*) over (partition by service, action) as callers,
        min(first_seen) over () as logs_begin
    from condensed
)

select
    identity, service, action, events, of_events, callers, unsuccessful, writes,
    first_seen, last_seen, logs_begin, identity_id, principal_arn, first_event_id
from weighed
where
    events_now > 0
    and events <= :times
    and of_events >= :least
    and (
        :identity is null
        or wanted = 1
        or any_match(:identity, part -> strpos(identity, part) > 0)
    )
order by callers asc, events asc, identity asc, service asc, action asc, identity_id asc
