-- title: "With which tools was AWS used?"
-- answers: [Q007, Q030, Q190]
-- attack: [T1078.004]
-- needs: [management:read, management:write]
-- keywords: [kali, pacu, boto3, sdk, cli, terraform, scanner]
-- chart: ranking
-- formerly: [activity/user-agents]
-- next: [overview/first-seen, identity/active, identity/access-key]
-- notes: |
--   The caller chooses the user agent: a known one proves nothing, a strange one is a
--   lead. Rare ones stand at the end. A service's name stands for calls it made itself.
--   A call that two accounts recorded counts once.
with condensed as (
    -- Many events become few rows here. What one account alone recorded is counted;
    -- only what two recorded is told apart by its action.
    select
        user_agent, outcome, action, identity_id, source_ip,
        is_write,
        if(shared_event_id is not null, action_id) as shared_action,
        count_if(shared_event_id is null) as own,
        min(time) as first_seen,
        max(time) as last_seen
    from events
    group by
        user_agent, outcome, action, identity_id, source_ip,
        is_write,
        if(shared_event_id is not null, action_id)
)

select
    user_agent,
    cast(sum(own) as bigint) + count(distinct shared_action) as events,
    cast(sum(if(outcome = 'success', own, 0)) as bigint)
    + count(distinct if(outcome = 'success', shared_action)) as succeeded,
    cast(sum(if(outcome = 'denied', own, 0)) as bigint)
    + count(distinct if(outcome = 'denied', shared_action)) as denied,
    cast(sum(if(outcome = 'failed', own, 0)) as bigint)
    + count(distinct if(outcome = 'failed', shared_action)) as failed,
    cast(sum(if(is_write, own, 0)) as bigint)
    + count(distinct if(is_write, shared_action)) as writes,
    count(distinct action) as actions,
    count(distinct identity_id) as identities,
    count(distinct source_ip) as addresses,
    min(first_seen) as first_seen,
    max(last_seen) as last_seen
from condensed
group by user_agent
order by events desc, user_agent asc
