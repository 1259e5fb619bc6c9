-- title: "How much was reading, and how much writing?"
-- answers: [Q015]
-- needs: [management:read, management:write]
-- keywords: [read only, mutating, changes, split, share]
-- parameters:
--   by:
--     type: text
--     default: service
--     one_of: [service, identity, account, region, address, agent]
--     help: "what the rows are"
-- chart: ranking
-- next: [overview/volume, overview/top, identity/active]
-- notes: |
--   `unknown` counts events of which AWS does not say whether they only read (old ones
--   and some of services); questions about writes take them for writes.
--   Calls for objects and items are data events: they are here only where recorded.
--   A call of two accounts counts for each.
with condensed as (
    select
        case :by
            when 'service' then service
            when 'identity' then identity_id
            when 'account' then account
            when 'region' then region
            when 'address' then source_ip
            when 'agent' then user_agent
        end as value,
        if(:by = 'identity', regexp_replace(actor, '^(role/[^/]+)/.*$', '$1')) as name,
        category, read_only, is_write, outcome, time
    from events
)

select
    value,
    category,
    max(name) as name,
    count(*) as events,
    count_if(read_only = true) as read_events,
    count_if(read_only = false) as writes,
    count_if(read_only is null) as unknown,
    count_if(is_write and outcome = 'success') as writes_done,
    count_if(is_write and outcome = 'denied') as writes_denied,
    round(1000e0 * count_if(read_only = false) / count(*)) / 10e0 as percent_writes,
    min(time) as first_seen,
    max(time) as last_seen
from condensed
group by value, category
order by writes desc, events desc, value asc, category asc
