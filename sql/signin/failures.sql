-- title: "Who guessed or sprayed passwords, or wore a user down with MFA requests?"
-- answers: [Q063, Q064, Q065]
-- attack: [T1110, T1110.001, T1110.003, T1621]
-- severity: medium
-- keywords: [brute force, password spraying, mfa fatigue, failed login]
-- needs: [management:write]
-- global: [signin]
-- parameters:
--   minutes:
--     type: integer
--     default: 60
--     help: "the length of each stretch of time that is looked at"
--   failures:
--     type: integer
--     default: 5
--     help: "how many failures in one stretch are suspicious"
--   users:
--     type: integer
--     default: 5
--     help: "how many user names from one address in one stretch are suspicious"
-- chart: ranking
-- next: [signin/console, identity/address, signin/weak]
-- false_positives: |
--   Caps lock, a changed password in a manager, an office behind one address.
-- cannot_show: |
--   What was typed as an unknown user name: AWS hides it, so such names cannot be told
--   apart and count as one. Guesses at an outside identity provider. Some failures of
--   federated users are never recorded.
-- notes: |
--   `counted_by` is address (all failures from one address) or user (all failures of
--   one user, from anywhere): the same failures can stand in both. `finding`: spraying
--   (many users from one address), MFA (failures of the second factor), unknown users
--   (names that do not exist), guessing (the rest). `then_in` counts sign-ins that
--   succeeded from the same address, or of the same user, in the stretch at or after
--   the first failure.
with attempts as (
    select
        time, source_ip, action, outcome, account, actor, user_agent, error_message,
        case
            when
                user_name = 'HIDDEN_DUE_TO_SECURITY_REASONS'
                or strpos(lower(error_message), 'no username found') > 0
                then 'unknown'
            else coalesce(identity_id, actor)
        end as user_key,
        -- What fails after the password was right is the second factor.
        action = 'CheckMfa'
        or regexp_like(
            json_extract_scalar(additional_data, '$.CredentialType'),
            'TOTP|WEBAUTHN|EMAIL_OTP|RADIUS|MFA'
        )
        or json_extract_scalar(additional_data, '$.MFAUsed') = 'Yes' as second_factor,
        date_diff('minute', timestamp '2000-01-01 00:00:00', time) / :minutes as stretch
    from events
    where
        service = 'signin'
        and action in (
            'ConsoleLogin', 'CheckMfa', 'CredentialVerification', 'UserAuthentication'
        )
),

grouped as (
    select
        side.counted_by,
        if(side.counted_by = 'address', a.source_ip, a.user_key) as subject,
        a.time, a.source_ip, a.action, a.outcome, a.account, a.actor, a.user_agent,
        a.user_key, a.second_factor, a.stretch,
        min(if(a.outcome <> 'success', a.time)) over (
            partition by
                side.counted_by,
                if(side.counted_by = 'address', a.source_ip, a.user_key),
                a.stretch
        ) as first_failure
    from attempts as a
    cross join (values ('address'), ('user')) as side (counted_by)
    where side.counted_by = 'address' or a.user_key <> 'unknown'
)

select
    counted_by, subject,
    case
        when
            counted_by = 'address'
            and count(distinct user_key) filter (where outcome <> 'success') >= :users
            then 'spraying'
        when
            count(*) filter (where outcome <> 'success' and second_factor) * 2
            >= count(*) filter (where outcome <> 'success')
            then 'MFA'
        when
            count(*) filter (where outcome <> 'success' and user_key = 'unknown') * 2
            >= count(*) filter (where outcome <> 'success')
            then 'unknown users'
        else 'guessing'
    end as finding,
    count(*) filter (where outcome <> 'success') as failures,
    count(*) filter (where outcome <> 'success' and second_factor) as mfa_failures,
    count(*) filter (where outcome <> 'success' and user_key = 'unknown')
        as unknown_users,
    count(distinct user_key) filter (where outcome <> 'success') as users,
    count(distinct source_ip) filter (where outcome <> 'success') as addresses,
    count(*) filter (
        where outcome = 'success'
        and action in ('ConsoleLogin', 'UserAuthentication')
        and time >= first_failure
    ) as then_in,
    min(actor) filter (where outcome <> 'success') as example_actor,
    min(source_ip) filter (where outcome <> 'success') as example_address,
    min(user_agent) filter (where outcome <> 'success') as example_agent,
    min(account) as example_account,
    min(time) filter (where outcome <> 'success') as first_seen,
    max(time) filter (where outcome <> 'success') as last_seen
from grouped
group by counted_by, subject, stretch
having
    count(*) filter (where outcome <> 'success') >= :failures
    or (
        counted_by = 'address'
        and count(distinct user_key) filter (where outcome <> 'success') >= :users
    )
order by failures desc, first_seen asc, counted_by asc, subject asc
