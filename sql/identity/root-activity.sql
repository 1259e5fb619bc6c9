-- title: "What did the root users do?"
-- answers: [Q048, Q049]
-- attack: [T1078.004, T1548.005]
-- severity: high
-- keywords: [root, account owner, break glass, assumeroot]
-- needs: [management:read, management:write]
-- global: [signin, iam, sts]
-- chart: timeline
-- next: [signin/passwords, signin/console, persistence/users-and-keys]
-- false_positives: |
--   Once a year someone changes contacts, billing or the support plan as root. A
--   failed sign-in as root may be anyone who knows the account's e-mail address.
-- cannot_show: |
--   Who the person was: root has no name. Mail and telephone of a password recovery.
-- notes: |
--   `root-session` is not the root user: the management account, or an administrator it
--   appointed, took a short session with AssumeRoot. The AssumeRoot call says who. The
--   session's own events may not tell it from the root user: where the call that issued
--   their key lies outside of the window, they stand here as `root`.
--   What AWS services do for an account appears under root too; it is left out here, by
--   `via` and the event type.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, access_key, session_id, mfa_authenticated, identity_type,
        additional_data, read_only, user_agent, error_code, error_message,
        if(action = 'AssumeRoot', issued_key) as issued_key
    from events
    where
        (
            identity_type = 'Root'
            and via is null
            and event_type is distinct from 'AwsServiceEvent'
        )
        or (service = 'sts' and action = 'AssumeRoot')
),

followed as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, access_key, session_id, mfa_authenticated, identity_type,
        additional_data, read_only, user_agent, error_code, error_message,
        max(issued_key) over (
            partition by coalesce(issued_key, access_key)
        ) as assumed_key
    from calls
)

select
    time, action,
    if(access_key = assumed_key, 'root-session', actor) as actor,
    source_ip, account, region, outcome, event_id,
    service, access_key, session_id, mfa_authenticated,
    json_extract_scalar(additional_data, '$.MFAUsed') as mfa_used,
    read_only, user_agent, error_code, error_message
from followed
where identity_type = 'Root'
order by time, event_id
