-- title: "Who signed in past single sign-on, as an IAM user or root?"
-- answers: [Q066]
-- attack: [T1078.004]
-- severity: low
-- keywords: [sso bypass, local user, okta, saml, break glass, iam user]
-- needs: [management:write]
-- global: [signin]
-- chart: timeline
-- next: [signin/weak, signin/passwords, identity/activity]
-- false_positives: |
--   Break-glass users, accounts that never had single sign-on, vendors with a user.
-- cannot_show: |
--   Whether the user was meant to use single sign-on. Programs with a user's key: see
--   identity/without-mfa.
-- notes: |
--   Successful and failed sign-ins of IAM users and root. Who comes through SAML, an
--   identity provider or Identity Center is a role and not listed.
--   `federated_in_account` counts such sign-ins of the same account in the same time:
--   where it is large, a local user is an exception.
with sign_ins as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        identity_type, identity_id, user_name, user_agent, error_message,
        json_extract_scalar(additional_data, '$.MFAUsed') as mfa_used,
        json_extract_scalar(additional_data, '$.LoginTo') as login_to,
        sum(if(identity_type in ('IAMUser', 'Root'), 0, 1)) over (
            partition by account
        ) as federated_in_account
    from events
    where service = 'signin' and action = 'ConsoleLogin'
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    coalesce(user_name, actor) as target, mfa_used, federated_in_account, identity_type,
    identity_id, login_to, user_agent, error_message
from sign_ins
where identity_type in ('IAMUser', 'Root')
order by time, event_id
