-- title: "How much happened, hour by hour, and with what outcome?"
-- answers: [Q001, Q015]
-- needs: [management:read, management:write]
-- keywords: [trend, activity, per hour, per day, count, histogram]
-- chart: volume
-- formerly: [activity/volume]
-- next: [overview/rates, overview/errors, overview/regions, identity/active]
-- notes: |
--   An hour without a row had no event. That may be quiet, or a trail that was off.
--   A call that two accounts recorded counts once.
with condensed as (
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
