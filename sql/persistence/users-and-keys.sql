-- title: "Which IAM users and access keys were made, switched on or off, or deleted?"
-- answers: [Q093, Q094, Q095, Q096]
-- attack: [T1136.003, T1098.001, T1070]
-- severity: high
-- keywords: [backdoor, persistence, account, credential, rotation, quarantine]
-- needs: [management:write]
-- global: [iam]
-- parameters:
--   target:
--     type: list of text
--     means: resource
--     optional: true
--     help: "a user's name or an access key's id; every one when left out"
-- chart: timeline
-- next: [persistence/passwords, privilege/policy-changes, identity/access-key]
-- notes: |
--   `target` is the user, `root` for the root user. `changed_key` is the key that was
--   made or changed, `key_status` what it was set to. A key that was made and later
--   deleted shows both rows: what stands in none of the later rows is still there.
--   `for_another` is true where the caller is not the user that got the key; the
--   session of a role always acts for another. A key of root is the worst case.
-- false_positives: |
--   Onboarding and leaving, rotation of keys, Terraform and tests that make and delete
--   their own users. Rotation makes a key for a user that had one before, from a place
--   that did so before.
-- cannot_show: |
--   Keys made before the window, and whether a key was used: ask identity/access-key.
--   Temporary keys are made by STS and sign-in, without an event of IAM.
with changes as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        identity_type, user_name,
        coalesce(
            json_extract_scalar(request, '$.userName'),
            -- Without a name, the caller means itself: the answer names it.
            json_extract_scalar(response, '$.accessKey.userName'),
            case
                when action <> 'CreateUser' and outcome <> 'denied'
                    then case
                        when identity_type = 'Root' then 'root'
                        when identity_type = 'IAMUser' then user_name
                    end
            end,
            regexp_extract(
                error_message,
                'on resource: "?(?:user )?(?:[^ ":/]*[:/])*([^ ":/]+)',
                1
            )
        ) as named,
        coalesce(
            json_extract_scalar(response, '$.accessKey.accessKeyId'),
            json_extract_scalar(request, '$.accessKeyId')
        ) as changed_key,
        coalesce(
            json_extract_scalar(response, '$.accessKey.status'),
            json_extract_scalar(request, '$.status')
        ) as key_status,
        json_extract_scalar(request, '$.newUserName') as new_name
    from events
    where
        service = 'iam'
        and action in (
            'CreateUser', 'UpdateUser', 'DeleteUser',
            'CreateAccessKey', 'UpdateAccessKey', 'DeleteAccessKey'
        )
),

told as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        changed_key, key_status, new_name, error_message,
        -- IAM calls the root user by its account, or by nothing.
        case
            when identity_type = 'Root' and named = account then 'root'
            else named
        end as target,
        case
            when action in ('CreateAccessKey', 'UpdateAccessKey')
                then not (
                    (identity_type = 'IAMUser' and user_name = named)
                    or (identity_type = 'Root' and named in ('root', account))
                )
        end as for_another,
        principal_arn, access_key, user_agent, via, error_code
    from changes
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, changed_key, key_status, for_another, new_name,
    principal_arn, access_key, user_agent, via, error_code, error_message
from told
where
    :target is null
    or any_match(:target, one -> one in (target, changed_key, new_name))
    or (target is null and any_match(:target, part -> strpos(error_message, part) > 0))
order by time, event_id
