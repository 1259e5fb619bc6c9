-- title: "What did this access key do, with the rest of its session?"
-- answers: [Q022, Q023, Q024]
-- attack: [T1078.004]
-- severity: note
-- keywords: [key, credential, akia, asia, stolen, leaked, session]
-- needs: [management:read, management:write]
-- parameters:
--   access_key:
--     type: list of text
--     means: access_key
--     help: "its id, such as AKIAIOSFODNN7EXAMPLE"
--   outcome:
--     type: list of text
--     one_of: [success, denied, failed]
--     optional: true
--     help: "success, denied or failed; every outcome when left out"
-- scans: 2
-- chart: timeline
-- next: [identity/role-assumptions, identity/credential-use, identity/address]
-- false_positives: |
--   An access key id that begins with ASIA can occur again after months, for another
--   session. Look at `actor` when the dates lie far apart.
-- cannot_show: |
--   Under which keys AWS runs a console sign-in is never recorded: `session` is an
--   inference from the role or user, the session's name and its second of issue.
-- notes: |
--   `joined_by` says why a row is here. `key`: the key's own call. `session`: a call of
--   the same console sign-in, which uses many keys. `service`: a call that a service
--   made for the session, under a key that no record issues.
--   Keys that came of AssumeRole calls of their own are other sessions, even of the
--   same role, session name and second. They are left out; `other_keys` counts those in
--   sight. A long-term key (AKIA…) has no session: its events stand alone.
--   What the key went on to as another role is in identity/role-assumptions; where it
--   came from, and all that came of it, over all hops: `case.trace(access_key)`.
--   It reads the events twice: first for the key's few sessions, then for those alone.
with own as (
    select array_sort(array_agg(distinct session_id)) as sessions
    from events
    where contains(:access_key, access_key) and session_start is not null
),

near as (
    select
        e.time, e.action, e.actor, e.source_ip, e.account, e.region, e.outcome,
        e.event_id, e.service, e.access_key, e.identity_id, e.session_name,
        e.session_start, e.session_id, e.via, e.user_agent, e.read_only,
        e.error_code, e.error_message,
        contains(o.sessions, e.session_id) as in_session,
        -- The key that the call issued to the same role and session name, then.
        if(contains(o.sessions, e.issued_session), e.issued_key) as issued_key,
        e.from_console
        or regexp_like(
            lower(e.user_agent), '^mozilla/|console|^signin[.]amazonaws'
        ) as by_console
    from events as e
    cross join own as o
    where
        contains(:access_key, e.access_key)
        or contains(o.sessions, e.session_id)
        or (e.issued_key is not null and contains(o.sessions, e.issued_session))
),

judged as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, access_key, session_id, via, user_agent, read_only,
        error_code, error_message, in_session,
        case
            when contains(:access_key, access_key)
                then 'key'
            when
                in_session is distinct from true
                or max(if(issued_key is not null, 1, 0)) over (
                    partition by coalesce(issued_key, access_key)
                ) = 1
                then null
            when via is not null
                then 'service'
            when
                max(if(by_console, 1, 0)) over (
                    partition by identity_id, session_name, session_start
                ) = 1
                then 'session'
        end as joined_by
    from near
),

numbered as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, access_key, joined_by, session_id, via, user_agent, read_only,
        error_code, error_message, in_session,
        dense_rank() over (
            order by if(joined_by is not null, access_key) nulls last
        ) as number_joined,
        dense_rank() over (
            order by if(joined_by is null and in_session, access_key) nulls last
        ) as number_other
    from judged
),

counted as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, access_key, joined_by, session_id, via, user_agent, read_only,
        error_code, error_message,
        max(
            if(joined_by is not null and access_key is not null, number_joined)
        ) over () as keys_joined,
        coalesce(
            max(
                if(
                    joined_by is null and in_session and access_key is not null,
                    number_other
                )
            ) over (),
            0
        ) as other_keys
    from numbered
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    service, access_key, joined_by, keys_joined, other_keys, session_id, via,
    user_agent, read_only, error_code, error_message
from counted
where joined_by is not null and (:outcome is null or contains(:outcome, outcome))
order by time, event_id
