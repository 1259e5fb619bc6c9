-- title: "With which tools was AWS used?"
-- answers: [Q007, Q030, Q190]
-- attack: [T1078.004]
-- needs: [management:read, management:write]
-- chart: ranking
-- formerly: [activity/user-agents]
-- next: [identity/active, network/source-address, identity/access-key]
-- notes: |
--   The caller chooses the user agent: a known one proves nothing, a strange one is a
--   lead. Rare ones stand at the end. A service's name stands for calls it made itself.
--   A call that two accounts recorded counts once.
select
    user_agent,
    count(distinct action_id) as events,
    count(distinct action_id) filter (where outcome = 'success') as succeeded,
    count(distinct action_id) filter (where outcome = 'denied') as denied,
    count(distinct action_id) filter (where outcome = 'failed') as failed,
    count(distinct action_id) filter (where read_only is distinct from true) as writes,
    count(distinct action) as actions,
    count(distinct identity_id) as identities,
    count(distinct source_ip) as addresses,
    min(time) as first_seen,
    max(time) as last_seen
from events
group by user_agent
order by events desc, user_agent asc
