-- title: "Which sign-ins failed, or went without a second factor?"
-- answers: [Q062, Q063, Q064, Q065]
-- attack: [T1078.004, T1110, T1621]
-- severity: medium
-- keywords: [mfa, second factor, failed login, password, 2fa]
-- needs: [management:write]
-- global: [signin, sso]
-- formerly: [console/weak-sign-ins]
-- chart: timeline
-- next: [signin/failures, signin/console, identity/without-mfa]
-- false_positives: |
--   A failure and then a success is mostly the owner, mistyping. Users who are excepted
--   from the second factor on purpose, such as break-glass accounts.
-- cannot_show: |
--   Of federated users and outside identity providers AWS cannot know whether there was
--   a second factor: none is listed for that. A failed sign-in as root may be anyone.
-- notes: |
--   `finding` says why a sign-in is here. Without a second factor: an IAM user or root
--   whose MFAUsed is not Yes, or an Identity Center sign-in with a password alone.
--   For many failures by address and user ask signin/failures.
with sign_ins as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        identity_type, identity_id, user_agent, error_message,
        json_extract_scalar(additional_data, '$.MFAUsed') as mfa_used,
        json_extract_scalar(additional_data, '$.CredentialType') as credentials
    from events
    where
        service = 'signin'
        or (service = 'sso' and action in ('Authenticate', 'Federate'))
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    case when outcome = 'success' then 'without MFA' else 'failed' end as finding,
    identity_type, identity_id, mfa_used, credentials, user_agent, error_message
from sign_ins
where
    outcome <> 'success'
    or (
        action = 'ConsoleLogin'
        and identity_type in ('IAMUser', 'Root')
        and mfa_used is distinct from 'Yes'
    )
    or (action = 'UserAuthentication' and credentials = 'PASSWORD')
order by time, event_id
