-- title: "What changed in IAM Identity Center: users, groups, who may enter what?"
-- answers: [Q108, Q129]
-- attack: [T1098.003, T1098, T1136.003]
-- severity: medium
-- keywords: [sso, permission set, assignment, scim, group, persistence, privilege]
-- needs: [management:write]
-- parameters:
--   target:
--     type: list of text
--     means: resource
--     optional: true
--     help: "an account, permission set, user, group or policy, or a part of its id"
-- chart: timeline
-- next: [persistence/identity-providers, persistence/mfa-devices, signin/console]
-- notes: |
--   These are recorded in the account and Region of the instance, mostly the
--   organization's management account. `target` is what was changed, `target_account`
--   the account in which it counts, `grantee` the user or group that got it, by id.
--   `administrator` is true where AdministratorAccess was attached, or an inline policy
--   allows every action. A sign-in to the portal is not here.
-- false_positives: |
--   Onboarding, and directories that are kept in step by SCIM: the same few callers.
-- cannot_show: |
--   Names: AWS hides them in many of these records, and ids remain. What a group had
--   before the window. Changes in an external directory.
with changes as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.permissionSetArn'),
            json_extract_scalar(response, '$.permissionSet.permissionSetArn'),
            json_extract_scalar(request, '$.groupId'),
            json_extract_scalar(response, '$.groupId'),
            json_extract_scalar(response, '$.group.groupId'),
            coalesce(
                json_extract_scalar(request, '$.userId'),
                json_extract_scalar(response, '$.userId'),
                json_extract_scalar(response, '$.user.userId'),
                json_extract_scalar(request, '$.applicationArn'),
                json_extract_scalar(request, '$.name'),
                json_extract_scalar(request, '$.instanceArn'),
                json_extract_scalar(request, '$.directoryId'),
                json_extract_scalar(request, '$.identityStoreId')
            ),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1),
            regexp_extract(request, '"[A-Za-z]*(?:Id|Arn|Name)" *: *"([^"]+)"', 1)
        ) as target,
        coalesce(
            json_extract_scalar(request, '$.targetId'),
            json_extract_scalar(request, '$.accountId')
        ) as target_account,
        coalesce(
            json_extract_scalar(request, '$.principalId'),
            json_extract_scalar(request, '$.memberId.userId'),
            json_extract_scalar(request, '$.memberId'),
            json_extract_scalar(request, '$.member.memberId')
        ) as grantee,
        json_extract_scalar(request, '$.principalType') as grantee_type,
        coalesce(
            json_extract_scalar(request, '$.managedPolicyArn'),
            json_extract_scalar(request, '$.customerManagedPolicyReference.name')
        ) as policy,
        json_extract_scalar(request, '$.inlinePolicy') as inline_policy
    from events
    where
        service in ('sso', 'sso-directory', 'identitystore', 'identitystore-scim')
        and not regexp_like(
            action,
            '^(Get|List|Describe|Search|Is[A-Z]|Authenticat|Federate|Logout|Sign'
            || '|CreateToken|StartDeviceAuth|VerifyCode)'
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, target_account, grantee, grantee_type, policy, inline_policy,
    case
        when regexp_like(policy, ':aws:policy/AdministratorAccess$')
            then true
        when inline_policy is not null
            then coalesce(
                any_match(
                    coalesce(
                        try_cast(
                            json_extract(inline_policy, '$.Statement') as array(json)
                        ),
                        array[json_extract(inline_policy, '$.Statement')]
                    ),
                    s -> json_extract_scalar(s, '$.Effect') = 'Allow'
                    and regexp_like(
                        json_format(json_extract(s, '$.Action')), '"[*](:[*])?"'
                    )
                ),
                false
            )
        when strpos(policy, ':aws:policy/') > 0
            then false
    end as administrator,
    service, principal_arn, access_key, user_agent, via, error_code, error_message
from changes
where
    :target is null
    or any_match(:target, part -> strpos(target, part) > 0)
    or any_match(:target, one -> one in (target_account, grantee))
    or any_match(:target, part -> strpos(policy, part) > 0)
    or (target is null and any_match(:target, part -> strpos(error_message, part) > 0))
order by time, event_id
