-- title: "Which access keys and sessions are behind these, and since when?"
-- answers: [Q022, Q023]
-- attack: [T1078.004]
-- needs: [management:read, management:write]
-- global: [sts, iam, signin]
-- keywords: [lineage, session, key, origin]
-- parameters:
--   keys: {type: list of text, optional: true, help: "access keys"}
--   sessions: {type: list of text, optional: true, help: "values of session_id"}
--   principals: {type: list of text, optional: true, help: "ARNs of users or roles"}
--   name:
--     type: text
--     optional: true
--     help: "a user's or role's name or unique id, or a session's name"
--   address: {type: text, optional: true, help: "the address that they called from"}
--   event: {type: text, optional: true, help: "the id of an event of theirs"}
--   names:
--     type: list of text
--     optional: true
--     help: "names of role sessions, or of functions whose credentials they have"
--   links:
--     type: list of text
--     optional: true
--     help: "sign-in/ and its session, request/ and the id of a request of theirs"
--   since: {type: time, optional: true, help: "calls from then on; all if left out"}
--   until: {type: time, optional: true, help: "calls until then; all if left out"}
-- chart: ranking
-- next: [lineage/handovers, lineage/acts, identity/access-key]
-- notes: |
--   A row is one key of one session; a long-term key has no session, and a sign-in no
--   key yet. `relayed` counts the calls that a service made on behalf of the caller.
--   With an address or an event, the counts are of those calls only. Copies for the
--   account of a resource are left out: they know no key. `links` says which of the
--   requests asked for were theirs.
with calls as (
    select
        access_key, session_id, identity_id, session_name, session_start, actor,
        regexp_replace(principal_arn, ':(user|role)/.*/', ':$1/') as principal,
        identity_type, caller_account, source_identity, source_ip, user_agent,
        issued_to, via, outcome, time, event_id, from_console, sign_in_session,
        if(
            contains(:links, 'request/' || request_id), 'request/' || request_id
        ) as link
    from events
    where
        (:since is null or time >= :since)
        and (:until is null or time <= :until)
        and identity_type is not null
        and identity_type not in ('AWSAccount', 'AWSService')
        and (access_key is not null or session_id is not null)
)

select
    access_key, session_id, identity_id, session_name, session_start, actor, principal,
    max(identity_type) as identity_type,
    max(caller_account) as caller_account,
    max(source_identity) as source_identity,
    max(issued_to) as issued_to,
    max(via) as one_via,
    max(sign_in_session) as sign_in_session,
    array_join(
        array_sort(array_agg(distinct link) filter (where link is not null)), ' '
    ) as links,
    count(*) as events,
    count_if(outcome <> 'success') as unsuccessful,
    -- A partner with delegated access shows its account there, and is no service.
    count_if(not regexp_like(via, '^[0-9]{12}$')) as relayed,
    count_if(from_console) as from_console,
    count(distinct source_ip) as addresses,
    min(source_ip) as one_address,
    min(time) as first_seen,
    max(time) as last_seen
from calls
where
    (
        :keys is null and :sessions is null and :principals is null
        and :name is null and :address is null and :event is null
        and :names is null and :links is null
    )
    or contains(:keys, access_key)
    or contains(:sessions, session_id)
    or contains(:principals, principal)
    or regexp_extract(principal, '[^/]+$') = :name
    or actor = :name
    or identity_id = :name
    or regexp_extract(principal, '[^/]+$') || '/' || session_name = :name
    or source_ip = :address
    or event_id = :event
    or contains(:names, session_name)
    or contains(:names, regexp_extract(issued_to, ':function:([^:]+)', 1))
    or link is not null
    or contains(:links, 'sign-in/' || sign_in_session)
group by
    access_key, session_id, identity_id, session_name, session_start, actor, principal
order by
    first_seen, access_key, session_id, identity_id, session_name, session_start, actor,
    principal
