-- title: "Which accounts and permission sets were taken through the access portal?"
-- answers: [Q042]
-- attack: [T1078.004, T1528]
-- severity: low
-- keywords: [sso, getrolecredentials, aws sso login, permission set, federate]
-- needs: [management:read, management:write]
-- global: [sso]
-- parameters:
--   accounts_in_an_hour:
--     type: integer
--     default: 1
--     help: "only portal sessions that took at least so many accounts in an hour"
-- chart: timeline
-- next: [identity/identity-center, signin/oauth, identity/activity]
-- false_positives: |
--   People who work in many accounts, and tools that refresh all profiles at once.
-- cannot_show: |
--   The key that was handed out: no record has it. Compare user, account, permission
--   set and time with the AssumeRoleWithSAML in the target account. Events stand in the
--   account and Region of the Identity Center instance alone. Who the user id is: one
--   event of the sign-in has the name.
-- notes: |
--   GetRoleCredentials hands keys to a command line; Federate opens a console. `target`
--   is account and permission set. `accounts_taken` counts the accounts whose roles one
--   portal session took in the same hour of the clock: taking many is how a stolen
--   portal token is emptied. Listings of accounts and roles are shown with it.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        identity_id, credential_id, session_id, user_agent, error_code, error_message,
        coalesce(
            json_extract_scalar(service_details, '$.account_id'),
            json_extract_scalar(request, '$.accountId')
        ) as target_account,
        coalesce(
            json_extract_scalar(service_details, '$.role_name'),
            json_extract_scalar(request, '$.roleName')
        ) as permission_set,
        date_trunc('hour', time) as hour_of,
        if(
            action in ('Federate', 'GetRoleCredentials'),
            coalesce(
                json_extract_scalar(service_details, '$.account_id'),
                json_extract_scalar(request, '$.accountId')
            )
        ) as taken_account
    from events
    where
        service = 'sso'
        and action in (
            'Authenticate', 'Federate', 'GetRoleCredentials', 'ListAccountRoles',
            'ListAccounts', 'ListApplications', 'ListProfilesForApplication', 'Logout'
        )
),

numbered as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        identity_id, credential_id, session_id, user_agent, error_code, error_message,
        target_account, permission_set, hour_of, taken_account,
        dense_rank() over (
            partition by identity_id, credential_id, hour_of
            order by taken_account nulls last
        ) as account_number
    from calls
),

counted as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        identity_id, credential_id, session_id, user_agent, error_code, error_message,
        target_account, permission_set,
        coalesce(
            max(if(taken_account is not null, account_number)) over (
                partition by identity_id, credential_id, hour_of
            ),
            0
        ) as accounts_taken
    from numbered
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target_account || coalesce('/' || permission_set, '') as target, target_account,
    permission_set, accounts_taken, identity_id, credential_id, session_id, user_agent,
    error_code, error_message
from counted
where :accounts_in_an_hour <= 1 or accounts_taken >= :accounts_in_an_hour
order by time, event_id
