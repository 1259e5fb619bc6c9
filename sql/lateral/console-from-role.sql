-- title: "Did the role of a machine sign in to the console?"
-- answers: [Q170]
-- attack: [T1550.001, T1078.004]
-- severity: critical
-- keywords: [instance role, getsignintoken, console login, federation, imds, ssrf]
-- needs: [management:read, management:write]
-- global: [signin, sts]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     help: "an instance's id or its role, or a part of them"
--     means: role
-- chart: timeline
-- next: [identity/credential-misuse, signin/console, identity/sessions]
-- false_positives: |
--   A tool on a jump host that opens the console for people; some single sign-on
--   brokers run on EC2 under a role of their own.
-- cannot_show: |
--   Who was behind it. Credentials of functions and tasks, whose sessions have no such
--   name: identity/credential-misuse. GetSigninToken and the login are recorded where
--   the sign-in endpoint is, often us-east-1.
-- notes: |
--   A machine has no use for the console: its temporary credentials were taken and
--   turned into a sign-in link. `target` is the session: the instance's id. `step`
--   is the token, the login, or a call made from that console session. `token_for` is
--   where the link leads.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, session_id, user_agent, via, error_code,
        error_message, session_name,
        case
            when action = 'GetSigninToken' then 'token'
            when service = 'signin' then 'login'
            else 'call from the console'
        end as step,
        coalesce(
            json_extract_scalar(additional_data, '$.LoginTo'),
            json_extract_scalar(request, '$.Destination')
        ) as token_for,
        json_extract_scalar(additional_data, '$.MFAUsed') as mfa_used
    from events
    where
        (
            service = 'signin'
            and action in ('ConsoleLogin', 'GetSigninToken', 'SwitchRole')
            or from_console
        )
        and identity_type = 'AssumedRole'
        and regexp_like(session_name, '^m?i-[0-9a-f]{8,}$')
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    session_name as target,
    step, token_for, mfa_used, session_id,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    :target is null
    or any_match(:target, part -> strpos(session_name, part) > 0)
    or any_match(:target, part -> strpos(principal_arn, part) > 0)
order by time, event_id
