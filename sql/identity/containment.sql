-- title: "Which sessions and keys of these identities were used after a time?"
-- answers: [Q025]
-- attack: [T1078.004, T1550.001]
-- severity: high
-- keywords: [containment, eradication, revoke, still active, disabled, after, outlive]
-- needs: [management:read, management:write]
-- parameters:
--   identities:
--     type: list of text
--     means: principal
--     help: "users, roles, ARNs, unique ids, access keys, or texts of `actor`"
--   since:
--     type: time
--     means: time
--     help: "when they were shut out: the key disabled, the policy attached"
-- chart: ranking
-- next: [identity/activity, identity/self-assumption, identity/left-behind]
-- false_positives: |
--   A role stays in use by others who may use it: see who is behind each session.
-- cannot_show: |
--   A session that lives on but was not used. Other identities that the same person
--   took: follow them with identity/role-assumptions and identity/left-behind.
--   Calls that AWS delivers late: ask again after an hour.
-- notes: |
--   `state`: outlived (a session that began before the time), new session (began after
--   it: the door is still open), key in use (a long-term key). `succeeded` after the
--   time means that containment failed; calls that were denied show that it held.
--   `could_last_until` is 12 hours from the session's start, the longest of a role; the
--   36 hours of GetSessionToken concern IAM users.
with calls as (
    select
        time, identity_id, session_name, session_start, access_key, outcome, source_ip,
        account, read_only, identity_type,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as name
    from events
    where
        time >= :since
        and called_by(:identities)
)

select
    max(name) as identity, identity_id, session_name, session_start,
    if(session_start is null, access_key) as access_key,
    case
        when session_start is null then 'key in use'
        when session_start < :since then 'outlived'
        else 'new session'
    end as state,
    count(*) as events,
    count(*) filter (where outcome = 'success') as succeeded,
    count(*) filter (where outcome = 'denied') as denied,
    count(*) filter (where outcome = 'failed') as failed,
    count(*) filter (where read_only is distinct from true and outcome = 'success')
        as writes_succeeded,
    count(distinct source_ip) as addresses,
    min(source_ip) as example_address,
    count(distinct account) as accounts,
    session_start + if(
        max(identity_type) = 'IAMUser', interval '36' hour, interval '12' hour
    ) as could_last_until,
    min(time) as first_seen,
    max(time) as last_seen
from calls
group by
    identity_id, session_name, session_start, if(session_start is null, access_key)
order by
    last_seen desc, identity_id asc, session_name asc, session_start asc, access_key asc
