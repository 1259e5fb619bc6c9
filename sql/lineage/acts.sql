-- title: "What did these keys and sessions do?"
-- answers: [Q022, Q023, Q024]
-- attack: [T1078.004]
-- needs: [management:read, management:write]
-- global: [sts, iam, signin]
-- keywords: [lineage, blast radius, chain]
-- parameters:
--   keys: {type: list of text, optional: true, help: "access keys"}
--   sessions:
--     type: list of text
--     optional: true
--     help: "values of session_id, whose other keys count too"
--   apart: {type: list of text, optional: true, help: "keys of sessions apart"}
--   events: {type: list of text, optional: true, help: "ids that count anyway"}
-- chart: timeline
-- next: [lineage/touched, lineage/handovers, overview/errors]
-- notes: |
--   Each event is one row. The copy that the account of a resource got does not know
--   the key: it is listed only where `events` names it. Without a parameter nothing is.
-- cannot_show: |
--   What was not recorded: data events, unless a trail selects them.
select
    time, action, actor, source_ip, account, region, outcome, event_id,
    service, access_key, session_id, via, user_agent, read_only, is_write,
    error_code, error_message
from events
where
    contains(:keys, access_key)
    or (
        contains(:sessions, session_id)
        and (
            :apart is null or access_key is null or not contains(:apart, access_key)
        )
    )
    or contains(:events, event_id)
order by time, event_id
