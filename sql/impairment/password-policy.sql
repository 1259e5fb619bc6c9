-- title: "Was the account's password policy weakened or removed?"
-- answers: [Q153]
-- attack: [T1556]
-- severity: medium
-- keywords: [password policy, minimum length]
-- needs: [management:write]
-- global: [iam]
-- chart: timeline
-- next: [signin/failures, persistence/users-and-keys, identity/access-key]
-- false_positives: |
--   A baseline that is rolled out sets the same policy again and again.
-- cannot_show: |
--   The policy before: look for the last call earlier, or ask with a wider window.
--   Identity Center and Cognito have policies of their own.
-- notes: |
--   UpdateAccountPasswordPolicy replaces the whole: what the call leaves out falls back
--   to AWS's default, and is null here (minimum length 6, nothing required, no expiry).
--   `target` is the account.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(json_extract_scalar(request, '$.userName'), account) as target,
        case
            when outcome <> 'success'
                then 'none'
            when action = 'DeleteAccountPasswordPolicy'
                then 'removed'
            else 'replaced'
        end as effect,
        try_cast(
            json_extract_scalar(request, '$.minimumPasswordLength') as bigint
        ) as minimum_length,
        try_cast(
            json_extract_scalar(request, '$.maxPasswordAge') as bigint
        ) as maximum_age,
        try_cast(
            json_extract_scalar(request, '$.passwordReusePrevention') as bigint
        ) as reuse_prevention,
        json_extract_scalar(request, '$.requireSymbols')
        = 'true' as symbols,
        json_extract_scalar(request, '$.requireNumbers')
        = 'true' as numbers,
        json_extract_scalar(request, '$.requireUppercaseCharacters')
        = 'true' as upper_case,
        json_extract_scalar(request, '$.requireLowercaseCharacters')
        = 'true' as lower_case,
        json_extract_scalar(request, '$.allowUsersToChangePassword')
        = 'true' as users_may_change,
        json_extract_scalar(request, '$.hardExpiry')
        = 'true' as hard_expiry
    from events
    where
        service = 'iam'
        and action in ('DeleteAccountPasswordPolicy', 'UpdateAccountPasswordPolicy')
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, effect, minimum_length, maximum_age, reuse_prevention, symbols, numbers,
    upper_case, lower_case, users_may_change, hard_expiry,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
order by time, event_id
