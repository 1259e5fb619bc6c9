-- title: "What did this access key do, with the rest of its session?"
-- answers: [Q022, Q023, Q024]
-- attack: [T1078.004]
-- needs: [management:read, management:write]
-- parameters:
--   access_key: {type: text, help: "its id, such as AKIAIOSFODNN7EXAMPLE"}
-- chart: timeline
-- next: [identity/role-assumptions, network/source-address, overview/errors]
-- notes: |
--   One console sign-in uses many access keys. `joined_by` says whether an event is the
--   key's own or of the same session, `keys_joined` how many keys are in the frame.
--   A long-term key (AKIA…) has no session: its events stand alone, and what services
--   did for it is under keys of their own.
--   What the key went on to as another role is in identity/role-assumptions.
with marked as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, access_key, session_id, via, user_agent, read_only,
        error_code, error_message,
        max(case when access_key = :access_key then 1 else 0 end) over (
            partition by coalesce(session_id, event_id)
        ) as in_session
    from events
),

joined as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, access_key, session_id, via, user_agent, read_only,
        error_code, error_message,
        dense_rank() over (order by access_key nulls last) as key_number
    from marked
    where in_session = 1
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    service, access_key,
    case when access_key = :access_key then 'key' else 'session' end as joined_by,
    max(case when access_key is not null then key_number end) over () as keys_joined,
    session_id, via, user_agent, read_only, error_code, error_message
from joined
order by time, event_id
