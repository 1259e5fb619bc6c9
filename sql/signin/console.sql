-- title: "Who signed in to the console or the access portal, from where?"
-- answers: [Q042, Q047, Q061, Q070]
-- attack: [T1078.004, T1550.001]
-- severity: note
-- keywords: [login, logon, consolelogin, authentication, mfa]
-- needs: [management:write]
-- global: [signin, sso]
-- formerly: [console/sign-ins]
-- parameters:
--   address:
--     type: list of text
--     optional: true
--     means: address
--     help: "source addresses or networks; every one when left out"
-- chart: timeline
-- next: [signin/weak, signin/failures, signin/new]
-- false_positives: |
--   Everyday work: it is a history. New addresses are in signin/new.
-- cannot_show: |
--   The sign-in at an outside identity provider, and its second factor, are in that
--   provider's log. Sign-out, and when a session ended.
-- notes: |
--   A failed sign-in has no error code; read `outcome`. Of a wrong user name AWS hides
--   what was typed, for it may be a password: HIDDEN_DUE_TO_SECURITY_REASONS.
--   `mfa_used` is only meant for IAM users and root: everybody else shows No, with or
--   without a second factor. For Identity Center `credentials` says what was checked.
--   The Region of a sign-in follows the page that was used, not where the user works.
--   CheckMfa comes before ConsoleLogin. GetSigninToken makes a console session of keys.
select
    time, action, actor, source_ip, account, region, outcome, event_id,
    service, identity_type, identity_id,
    json_extract_scalar(additional_data, '$.MFAUsed') as mfa_used,
    json_extract_scalar(additional_data, '$.CredentialType') as credentials,
    json_extract_scalar(additional_data, '$.LoginTo') as login_to,
    json_extract_scalar(additional_data, '$.SwitchFrom') as switched_from,
    json_extract_scalar(additional_data, '$.AuthWorkflowID') as workflow,
    json_extract_scalar(response, '$.credentials.accessKeyId') as issued_key,
    session_name, user_agent, error_message
from events
where
    (
        service = 'signin'
        or (service = 'sso' and action in ('Authenticate', 'Federate', 'Logout'))
    )
    and (
        :address is null
        or contains(:address, source_ip)
        or any_match(
            :address,
            n -> strpos(n, '/') > 0
            and try(contains(n, try_cast(client_ip as ipaddress)))
        )
    )
order by time, event_id
