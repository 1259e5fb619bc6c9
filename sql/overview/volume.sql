-- title: "How much happened, hour by hour, and with what outcome?"
-- answers: [Q001, Q015]
-- needs: [management:read, management:write]
-- chart: volume
-- formerly: [activity/volume]
-- next: [identity/active, overview/errors, overview/regions]
-- notes: |
--   An hour without a row had no event. That may be quiet, or a trail that was off.
--   A call that two accounts recorded counts once.
select
    date_trunc('hour', time) as hour,
    outcome,
    count(distinct action_id) as events,
    count(distinct action_id) filter (where is_write) as writes,
    count(distinct identity_id) as identities,
    min(time) as first_seen,
    max(time) as last_seen
from events
group by date_trunc('hour', time), outcome
order by hour, outcome
