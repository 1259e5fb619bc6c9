-- title: "Who removed users, keys, roles or policies, and who had made them?"
-- answers: [Q155, Q156]
-- attack: [T1070]
-- severity: medium
-- keywords:
--   [indicator removal, deleted user, deleted access key, ses, anti-forensics,
--   evasion, traces]
-- needs: [management:write]
-- global: [iam]
-- lookback: 7d
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     help: "a user, role, group, policy, key or mail identity, or a part of its name"
--     means: resource
-- chart: timeline
-- next: [persistence/users-and-keys, identity/left-behind, identity/activity]
-- false_positives: |
--   Terraform, tests and Identity Center make and remove roles all day. Rotation
--   deletes old keys. An administrator who answers an incident removes what the
--   intruder made.
-- cannot_show: |
--   Who made it, if that was more than 7 days before the window or is not in the
--   evidence. AWS removes the policies of a role that it deletes for itself.
-- notes: |
--   `made_at`, `made_by` and `minutes_lived` are of the last event before that made the
--   same thing; `made_by_same` is true where the same identity made it and took it
--   away, as tests do, and as an intruder does who used a user or a policy for an hour.
with changes as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        identity_id,
        regexp_like(action, '^(Add|Attach|Create|Enable|Put|Upload|Verify)') as makes,
        case
            when service = 'ses' then 'mail identity'
            else regexp_replace(
                regexp_replace(action, '^[A-Z][a-z]+', ''),
                '(To|From)(Group|InstanceProfile)',
                'In$2'
            )
        end as kind,
        coalesce(
            json_extract_scalar(request, '$.userName'),
            json_extract_scalar(request, '$.roleName'),
            json_extract_scalar(request, '$.groupName'),
            json_extract_scalar(request, '$.instanceProfileName'),
            coalesce(
                json_extract_scalar(request, '$.identity'),
                json_extract_scalar(request, '$.emailIdentity'),
                json_extract_scalar(request, '$.emailAddress'),
                json_extract_scalar(request, '$.domain')
            ),
            regexp_extract(
                error_message,
                'on resource: (?:(?:user|role|group|policy|instance profile) )?'
                || '(?:[^ ]*/)?([^ /]+)',
                1
            ),
            if(regexp_like(action, 'AccessKey|MFA|LoginProfile'), user_name)
        ) as owner,
        coalesce(
            json_extract_scalar(request, '$.accessKeyId'),
            json_extract_scalar(response, '$.accessKey.accessKeyId'),
            json_extract_scalar(request, '$.policyArn'),
            json_extract_scalar(response, '$.policy.arn'),
            json_extract_scalar(request, '$.policyName'),
            json_extract_scalar(request, '$.serialNumber'),
            json_extract_scalar(response, '$.virtualMFADevice.serialNumber'),
            coalesce(
                json_extract_scalar(request, '$.sAMLProviderArn'),
                json_extract_scalar(response, '$.sAMLProviderArn'),
                json_extract_scalar(request, '$.openIDConnectProviderArn'),
                json_extract_scalar(response, '$.openIDConnectProviderArn'),
                json_extract_scalar(request, '$.sSHPublicKeyId'),
                json_extract_scalar(request, '$.serviceSpecificCredentialId')
            )
        ) as part
    from events
    where
        (
            service = 'iam'
            and regexp_like(
                action,
                '^(Add|Attach|Create|Deactivate|Delete|Detach|Enable|Put|Remove|Upload)'
            )
            and not regexp_like(action, 'Boundary|PasswordPolicy|ClientID|Alias')
        )
        or (
            service = 'ses'
            and action in (
                'CreateEmailIdentity', 'DeleteEmailIdentity', 'DeleteIdentity',
                'DeleteVerifiedEmailAddress', 'VerifyDomainIdentity',
                'VerifyEmailAddress', 'VerifyEmailIdentity'
            )
        )
),

things as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        identity_id, makes, kind, owner, part,
        -- A key is told by its id alone, whoever is named beside it.
        kind || coalesce('/' || part, '')
        || case when kind = 'AccessKey' then '' else coalesce('/' || owner, '') end
            as thing
    from changes
),

followed as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        makes, kind, owner, part, identity_id,
        lag(if(makes and outcome = 'success', time)) over same as made_at,
        lag(if(makes and outcome = 'success', actor)) over same as made_by,
        lag(identity_id) over same as maker
    from things
    window same as (partition by account, thing order by time, event_id)
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    coalesce(owner, part) as target,
    kind, part, made_at, made_by,
    made_at is not null and maker = identity_id as made_by_same,
    date_diff('minute', made_at, time) as minutes_lived,
    principal_arn, access_key, user_agent, via, error_code, error_message
from followed
where
    not makes
    and (:window_start is null or time >= :window_start)
    and (
        :target is null
        or any_match(:target, named -> strpos(owner, named) > 0)
        or any_match(:target, named -> strpos(part, named) > 0)
        or (
            owner is null
            and any_match(:target, named -> strpos(error_message, named) > 0)
        )
    )
order by time, event_id
