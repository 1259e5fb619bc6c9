-- title: "What differs between these two windows?"
-- answers: [Q009, Q019]
-- needs: [management:read, management:write]
-- keywords: [compare, before and after, difference, baseline]
-- parameters:
--   before_start: {type: time, means: time, help: "where the first window starts, UTC"}
--   before_end: {type: time, means: time, help: "where it ends"}
--   after_start: {type: time, means: time, help: "where the second window starts, UTC"}
--   after_end: {type: time, means: time, help: "where it ends"}
--   by:
--     type: text
--     default: action
--     one_of:
--       - action
--       - service
--       - identity
--       - identity-action
--       - region
--       - address
--       - agent
--       - error
--       - access_key
--     help: "what the rows are"
-- chart: ranking
-- next: [overview/first-seen, overview/rare, overview/moment]
-- notes: |
--   Both windows must lie in the window of the case. `only_in` says where a value is
--   alone; the rates are by hour, so that windows of different length can be compared.
--   The windows may overlap; an event in both counts in both. A call of two accounts
--   counts for each.
with condensed as (
    select
        case :by
            when 'action' then service || ':' || action
            when 'service' then service
            when 'identity' then identity_id
            when 'identity-action' then identity_id || ' ' || service || ':' || action
            when 'region' then account || '/' || region
            when 'address' then source_ip
            when 'agent' then user_agent
            when 'error' then error_code
            when 'access_key' then access_key
        end as value,
        if(
            starts_with(:by, 'identity'),
            regexp_replace(actor, '^(role/[^/]+)/.*$', '$1')
        ) as name,
        time >= :before_start and time < :before_end as is_before,
        time >= :after_start and time < :after_end as is_after,
        outcome,
        is_write,
        time
    from events
    where
        (time >= :before_start and time < :before_end)
        or (time >= :after_start and time < :after_end)
),

summed as (
    select
        value,
        max(name) as name,
        count_if(is_before) as events_before,
        count_if(is_after) as events_after,
        count_if(is_before and is_write) as writes_before,
        count_if(is_after and is_write) as writes_after,
        count_if(is_before and outcome <> 'success') as unsuccessful_before,
        count_if(is_after and outcome <> 'success') as unsuccessful_after,
        min(time) as first_seen,
        max(time) as last_seen
    from condensed
    where value is not null
    group by value
)

select
    value, name,
    case
        when events_before = 0 then 'after'
        when events_after = 0 then 'before'
    end as only_in,
    events_before, events_after,
    3600e0 * events_before / date_diff('second', :before_start, :before_end)
        as per_hour_before,
    3600e0 * events_after / date_diff('second', :after_start, :after_end)
        as per_hour_after,
    writes_before, writes_after, unsuccessful_before, unsuccessful_after,
    first_seen, last_seen
from summed
order by only_in asc nulls last, events_after desc, events_before desc, value asc
