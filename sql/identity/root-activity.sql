-- title: "What did the root users do?"
-- answers: [Q048, Q049, Q068]
-- attack: [T1078.004, T1548.005]
-- needs: [management:read, management:write]
-- global: [signin, iam, sts]
-- chart: timeline
-- next: [console/sign-ins, persistence/iam-changes, identity/access-key]
-- notes: |
--   `root-session` is not the root user: the management account, or an administrator it
--   appointed, took a short session with AssumeRoot. The AssumeRoot call says who.
--   What AWS services do for an account appears under root too; it is left out here, by
--   `via` and the event type. A failed sign-in as root may be anybody who knows the
--   account's e-mail address.
select
    time, action, actor, source_ip, account, region, outcome, event_id,
    service, access_key, session_id, mfa_authenticated,
    json_extract_scalar(additional_data, '$.MFAUsed') as mfa_used,
    read_only, user_agent, error_code, error_message
from events
where
    identity_type = 'Root'
    and via is null
    and event_type is distinct from 'AwsServiceEvent'
order by time, event_id
