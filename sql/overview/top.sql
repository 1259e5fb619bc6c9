-- title: "What occurs most: actions, services, identities, addresses, agents, errors?"
-- answers: [Q002, Q003, Q004, Q005, Q006, Q007, Q008]
-- needs: [management:read, management:write]
-- keywords: [most, frequent, ranking, active, principals, statistics]
-- parameters:
--   by:
--     type: text
--     default: action
--     one_of:
--       - action
--       - service
--       - identity
--       - address
--       - agent
--       - error
--       - access_key
--       - account
--       - caller_account
--       - region
--     help: "what the rows are"
--   most: {type: integer, default: 50, help: "how many rows"}
-- limit: most
-- chart: ranking
-- next: [overview/rare, overview/first-seen, identity/active, overview/errors]
-- notes: |
--   `name` is there where `by` is identity. By error, calls with a code are counted.
--   What occurs most is mostly routine: what is rare is in overview/rare.
--   A call that two accounts recorded counts once in a row.
with condensed as (
    select
        case :by
            when 'action' then service || ':' || action
            when 'service' then service
            when 'identity' then identity_id
            when 'address' then source_ip
            when 'agent' then user_agent
            when 'error' then error_code
            when 'access_key' then access_key
            when 'account' then account
            when 'caller_account' then caller_account
            when 'region' then region
        end as value,
        if(:by = 'identity', regexp_replace(actor, '^(role/[^/]+)/.*$', '$1')) as name,
        outcome, identity_id, source_ip,
        is_write,
        if(shared_event_id is not null, action_id) as shared_action,
        shared_event_id is null as is_own,
        time
    from events
    where :by <> 'error' or error_code is not null
),

counted as (
    select
        value, name, outcome, identity_id, source_ip, is_write, shared_action,
        count_if(is_own) as own,
        min(time) as first_seen,
        max(time) as last_seen
    from condensed
    group by value, name, outcome, identity_id, source_ip, is_write, shared_action
),

summed as (
    select
        value,
        max(name) as name,
        cast(sum(own) as bigint) + count(distinct shared_action) as events,
        cast(sum(if(outcome = 'success', own, 0)) as bigint)
        + count(distinct if(outcome = 'success', shared_action)) as succeeded,
        cast(sum(if(outcome = 'denied', own, 0)) as bigint)
        + count(distinct if(outcome = 'denied', shared_action)) as denied,
        cast(sum(if(outcome = 'failed', own, 0)) as bigint)
        + count(distinct if(outcome = 'failed', shared_action)) as failed,
        cast(sum(if(is_write, own, 0)) as bigint)
        + count(distinct if(is_write, shared_action)) as writes,
        count(distinct identity_id) as identities,
        count(distinct source_ip) as addresses,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen
    from counted
    group by value
)

select
    value, name, events,
    round(1000e0 * events / sum(events) over ()) / 10e0 as percent_of_events,
    succeeded, denied, failed, writes, identities, addresses, first_seen, last_seen
from summed
order by events desc, value asc
limit :most
