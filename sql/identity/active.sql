-- title: "Who was active, and how?"
-- answers: [Q005, Q019]
-- attack: [T1078.004]
-- needs: [management:read, management:write]
-- chart: ranking
-- next: [identity/access-key, identity/role-assumptions, overview/errors]
-- notes: |
--   One row for an IAM user, a role with all its sessions, a service, or a person of
--   Identity Center in one role. Who was deleted and made again is two rows.
--   A call that two accounts recorded counts once.
with named as (
    select
        time, outcome, action_id, identity_id, identity_type, caller_account, user_name,
        is_write, session_id, access_key, source_ip, user_agent,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as name,
        -- The sessions of a role are one identity; people who share a role of Identity
        -- Center are not, nor is root with and without AssumeRoot.
        case
            when identity_type in ('AssumedRole', 'Root') and strpos(actor, 'role/') = 0
                then actor
        end as person
    from events
)

select
    -- Not every event has the user's name, and another account knows a role/… as
    -- account/… only: the greater text says more.
    coalesce(max(name) filter (where user_name is not null), max(name)) as identity,
    identity_id,
    max(identity_type) as identity_type,
    max(caller_account) as caller_account,
    count(distinct action_id) as events,
    count(distinct action_id) filter (where outcome = 'success') as succeeded,
    count(distinct action_id) filter (where outcome = 'denied') as denied,
    count(distinct action_id) filter (where outcome = 'failed') as failed,
    count(distinct action_id) filter (where is_write) as writes,
    count(distinct session_id) as sessions,
    count(distinct access_key) as access_keys,
    count(distinct source_ip) as addresses,
    count(distinct user_agent) as user_agents,
    min(time) as first_seen,
    max(time) as last_seen
from named
group by identity_id, person
order by events desc, identity_id asc, identity asc
