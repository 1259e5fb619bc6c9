-- title: "Whose password, or root's e-mail address, was changed or recovered?"
-- answers: [Q068, Q069]
-- attack: [T1098, T1078.004]
-- severity: high
-- keywords: [root, password reset, recovery, account takeover, login profile, email]
-- needs: [management:write]
-- global: [iam, signin]
-- parameters:
--   user:
--     type: list of text
--     optional: true
--     means: resource
--     help: "an IAM user's name; everyone, and root, when left out"
-- chart: timeline
-- next: [signin/console, identity/root-activity, persistence/users-and-keys]
-- false_positives: |
--   A help desk that resets passwords; users who change their own; a yearly change of
--   contacts. PasswordRecoveryRequested alone may be anyone who knows the address.
-- cannot_show: |
--   The password. Who reads the mailbox that a recovery goes to. Passwords of an
--   outside identity provider or directory.
-- notes: |
--   `whose`: root, own (a user's for itself), or another's. A password that one sets
--   for another opens the console for both. `reset_required` says whether the user must
--   change it at the next sign-in. Recovery and e-mail events of root are in us-east-1.
with changes as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, identity_type, user_name, principal_arn, access_key, session_id, via,
        user_agent, error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.userName'),
            json_extract_scalar(request, '$.userId'),
            json_extract_scalar(request, '$.accountId'),
            regexp_extract(
                error_message, 'on resource: (?:user )?"?(?:[^ "]*/)?([^ "/]+)', 1
            ),
            if(action = 'ChangePassword', user_name),
            if(service = 'signin' or identity_type = 'Root', 'root')
        ) as target,
        json_extract_scalar(request, '$.passwordResetRequired') as reset_required
    from events
    where
        (
            service = 'iam'
            and action in (
                'ChangePassword', 'CreateLoginProfile', 'DeleteAccountPasswordPolicy',
                'DeleteLoginProfile', 'UpdateAccountPasswordPolicy',
                'UpdateLoginProfile'
            )
        )
        or (
            service = 'signin'
            and action in (
                'EmailUpdated', 'PasswordRecoveryCompleted',
                'PasswordRecoveryRequested', 'PasswordUpdated'
            )
        )
        or (
            service in ('account', 'organizations')
            and action in (
                'AcceptPrimaryEmailUpdate', 'PutAlternateContact',
                'PutContactInformation', 'StartPrimaryEmailUpdate'
            )
        )
        or (service in ('sso-directory', 'identitystore') and action = 'UpdatePassword')
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target,
    case
        when service in ('signin', 'account', 'organizations') then 'root'
        when strpos(action, 'PasswordPolicy') > 0 then 'account'
        when action = 'ChangePassword' or target = user_name then 'own'
        else 'another''s'
    end as whose,
    reset_required, identity_type, principal_arn, access_key, session_id, via,
    user_agent, error_code, error_message
from changes
where
    :user is null
    or contains(:user, target)
    or (target is null and any_match(:user, part -> strpos(error_message, part) > 0))
order by time, event_id
