-- title: "Who was active, and how?"
-- answers: [Q005, Q019]
-- attack: [T1078.004]
-- severity: note
-- keywords: [principal, user, role, who, top, identities]
-- needs: [management:read, management:write]
-- chart: ranking
-- next: [identity/activity, identity/access-key, identity/sessions]
-- false_positives: |
--   None: it is an overview.
-- cannot_show: |
--   Who did nothing that was recorded, and who was given access and did not use it.
-- notes: |
--   One row for an IAM user, a role with all its sessions, a service, or a person of
--   Identity Center in one role. Who was deleted and made again is two rows.
--   A call that two accounts recorded counts once. A record that AWS amended later
--   under the same id counts again.
with named as (
    select
        time, outcome, identity_id, identity_type, caller_account, user_name,
        is_write, session_id, access_key, source_ip, user_agent,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as name,
        -- The sessions of a role are one identity; people who share a role of Identity
        -- Center are not, nor is root with and without AssumeRoot.
        case
            when identity_type in ('AssumedRole', 'Root') and strpos(actor, 'role/') = 0
                then actor
        end as person,
        -- Only a call that two accounts may have recorded needs its id to be counted.
        if(
            shared_event_id is not null and identity_type is distinct from 'AWSService',
            action_id
        ) as shared_action
    from events
),

-- Some thousand rows for any number of events: what is distinct is counted over these.
grouped as (
    select
        identity_id, person, shared_action, outcome,
        is_write,
        session_id, access_key, source_ip, user_agent,
        max(name) filter (where user_name is not null) as user_name,
        max(name) as name,
        max(identity_type) as identity_type,
        max(caller_account) as caller_account,
        if(shared_action is null, count(*), 0) as calls,
        min(time) as first_seen,
        max(time) as last_seen
    from named
    group by
        identity_id, person, shared_action, outcome, is_write,
        session_id, access_key, source_ip, user_agent
)

select
    -- Not every event has the user's name, and another account knows a role/… as
    -- account/… only: the greater text says more.
    coalesce(max(user_name), max(name)) as identity,
    identity_id,
    max(identity_type) as identity_type,
    max(caller_account) as caller_account,
    sum(calls) + count(distinct shared_action) as events,
    coalesce(sum(calls) filter (where outcome = 'success'), 0)
    + count(distinct shared_action) filter (where outcome = 'success') as succeeded,
    coalesce(sum(calls) filter (where outcome = 'denied'), 0)
    + count(distinct shared_action) filter (where outcome = 'denied') as denied,
    coalesce(sum(calls) filter (where outcome = 'failed'), 0)
    + count(distinct shared_action) filter (where outcome = 'failed') as failed,
    coalesce(sum(calls) filter (where is_write), 0)
    + count(distinct shared_action) filter (where is_write) as writes,
    count(distinct session_id) as sessions,
    count(distinct access_key) as access_keys,
    count(distinct source_ip) as addresses,
    count(distinct user_agent) as user_agents,
    min(first_seen) as first_seen,
    max(last_seen) as last_seen
from grouped
group by identity_id, person
order by events desc, identity_id asc, identity asc
