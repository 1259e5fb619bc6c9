-- title: "Whose console password was made, changed or removed?"
-- answers: [Q097]
-- attack: [T1098.001, T1098]
-- severity: high
-- keywords: [login profile, console, backdoor, persistence]
-- needs: [management:write]
-- global: [iam]
-- parameters:
--   target:
--     {type: list of text, means: resource, optional: true,
--       help: "a user's name; everyone when left out"}
-- chart: timeline
-- next: [signin/console, persistence/users-and-keys, persistence/mfa-devices]
-- notes: |
--   `for_another` is true where the caller is not the user: that is how a stolen key
--   becomes a sign-in to the console. ChangePassword is a user's own by nature.
--   UpdateAccountPasswordPolicy and its removal change the rules for all, so `target`
--   is the account. `reset_required` false means the password works as it is.
-- false_positives: |
--   Help desk and onboarding, mostly by the same few people; `reset_required` is true
--   then. Code that makes users makes their passwords too.
-- cannot_show: |
--   The password itself, and passwords of Identity Center users where those are kept in
--   another directory. Whether it was used: ask signin/console.
with changes as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        identity_type, user_name,
        coalesce(
            json_extract_scalar(request, '$.userName'),
            json_extract_scalar(request, '$.userId'),
            case when strpos(action, 'PasswordPolicy') > 0 then account end,
            case
                when action = 'ChangePassword' and identity_type = 'IAMUser'
                    then user_name
            end,
            regexp_extract(
                error_message,
                'on resource: "?(?:user )?(?:[^ ":/]*[:/])*([^ ":/]+)',
                1
            )
        ) as target,
        json_extract_scalar(request, '$.passwordResetRequired') = 'true'
            as reset_required
    from events
    where
        (
            service = 'iam'
            and action in (
                'ChangePassword', 'CreateLoginProfile', 'DeleteLoginProfile',
                'UpdateLoginProfile', 'UpdateAccountPasswordPolicy',
                'DeleteAccountPasswordPolicy'
            )
        )
        or (
            service in ('identitystore', 'sso-directory')
            and action in ('UpdatePassword', 'VerifyEmail')
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target,
    case
        when strpos(action, 'PasswordPolicy') = 0
            then not (identity_type = 'IAMUser' and user_name = target)
    end as for_another,
    reset_required,
    principal_arn, access_key, user_agent, via, error_code, error_message
from changes
where
    :target is null
    or contains(:target, target)
    or (target is null and any_match(:target, part -> strpos(error_message, part) > 0))
order by time, event_id
