-- title: "What was seen for the first time, and when last?"
-- answers: [Q019, Q029, Q012]
-- attack: [T1078.004, T1535]
-- needs: [management:read, management:write]
-- keywords: [new, never before, unseen, baseline, anomaly, last seen]
-- lookback: 28d
-- parameters:
--   by:
--     type: text
--     default: identity
--     one_of:
--       - identity
--       - action
--       - service
--       - region
--       - address
--       - agent
--       - access_key
--       - caller_account
--     help: "what the rows are"
--   for_each_identity:
--     {type: boolean, default: false, help: "what is new to one identity, not to all"}
--   only_new:
--     {type: boolean, default: false, help: "leave out what was there before"}
-- chart: ranking
-- next: [overview/rare, overview/regions-unused, identity/access-key]
-- notes: |
--   Everything seen in the window, newest first; `is_new` says that the 28 days before
--   it do not have it. It is null where no log of those days is there (or no window is
--   set): then nothing is known to be new. `logs_begin` is the first event read.
--   By action with for_each_identity=True shows what an identity never called before.
with condensed as (
    select
        case :by
            when 'identity' then identity_id
            when 'action' then service || ':' || action
            when 'service' then service
            when 'region' then account || '/' || region
            when 'address' then source_ip
            when 'agent' then user_agent
            when 'access_key' then access_key
            when 'caller_account' then caller_account
        end as value,
        if(:by = 'identity' or :for_each_identity, identity_id) as of_identity,
        if(
            :by = 'identity' or :for_each_identity,
            regexp_replace(actor, '^(role/[^/]+)/.*$', '$1')
        ) as name,
        is_write,
        outcome,
        :window_start is null or time >= :window_start as is_now,
        time,
        event_id
    from events
),

seen as (
    select
        value, of_identity as identity_id,
        max(name) as identity,
        count_if(is_now) as events,
        count_if(is_now and is_write) as writes,
        count_if(is_now and outcome = 'denied') as denied,
        count_if(not is_now) as events_before,
        min(time) as first_seen,
        max(time) as last_seen,
        max(if(not is_now, time)) as last_before,
        min(min(time)) over () as logs_begin,
        min_by(
            event_id, date_format(time, '%Y-%m-%dT%H:%i:%s ') || event_id
        ) as first_event_id
    from condensed
    where value is not null
    group by value, of_identity
),

judged as (
    select
        value, identity_id, identity, events, writes, denied, events_before,
        first_seen, last_seen, last_before, logs_begin, first_event_id,
        if(logs_begin < :window_start, first_seen >= :window_start) as is_new
    from seen
)

select
    value, identity, is_new, events, writes, denied, events_before,
    first_seen, last_seen, last_before, logs_begin, identity_id, first_event_id
from judged
where events > 0 and (is_new = true or not :only_new)
order by first_seen desc, value asc, identity_id asc
