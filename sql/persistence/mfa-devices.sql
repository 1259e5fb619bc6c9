-- title: "Whose second factor was added, taken away or changed?"
-- answers: [Q105, Q106]
-- attack: [T1556.006, T1098.005]
-- severity: high
-- keywords: [mfa, totp, passkey, second factor, persistence, device]
-- needs: [management:write]
-- global: [iam]
-- parameters:
--   target:
--     {type: list of text, means: resource, optional: true,
--       help: "a user's name or id, or a device"}
-- chart: timeline
-- next: [signin/console, persistence/passwords, identity/root-activity]
-- notes: |
--   `target` is the user, and `root` for the root user; `device` its device. A virtual
--   device is made first and enabled next: only EnableMFADevice names the user. Devices
--   of Identity Center are enrolled in two steps (Start…, Complete…), and their users
--   are known by id. Rules for everyone in a directory or a pool name no user.
-- false_positives: |
--   A new telephone: the same user removes one device and adds another within minutes.
--   The help desk removes devices for others.
-- cannot_show: |
--   Second factors at an external identity provider; the device itself.
with changes as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        identity_type, user_name,
        coalesce(
            json_extract_scalar(request, '$.userName'),
            json_extract_scalar(request, '$.username'),
            json_extract_scalar(request, '$.userId'),
            json_extract_scalar(request, '$.userPoolId'),
            case
                when
                    identity_type = 'Root' and outcome <> 'denied'
                    and strpos(action, 'VirtualMFADevice') = 0
                    then 'root'
            end,
            case
                when strpos(action, 'VirtualMFADevice') = 0
                    then regexp_extract(
                        error_message,
                        'on resource: "?(?:user )?(?:[^ ":/]*[:/])*([^ ":/]+)',
                        1
                    )
            end
        ) as target,
        coalesce(
            json_extract_scalar(request, '$.serialNumber'),
            json_extract_scalar(response, '$.virtualMFADevice.serialNumber'),
            json_extract_scalar(request, '$.virtualMFADeviceName'),
            json_extract_scalar(request, '$.mfaDeviceId'),
            json_extract_scalar(request, '$.deviceId'),
            json_extract_scalar(request, '$.deviceName'),
            regexp_extract(error_message, ':mfa/([^ "]+)', 1)
        ) as device
    from events
    where
        service in ('iam', 'sso', 'sso-directory', 'identitystore', 'cognito-idp')
        and regexp_like(action, '(?i)mfa|webauthn|passkey|softwaretoken')
        and not regexp_like(action, '^(Get|List|Describe)')
        and action <> 'CheckMfa'
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, device,
    case
        when target is not null and strpos(action, 'VirtualMFADevice') = 0
            then not (
                (identity_type = 'IAMUser' and user_name = target)
                or (identity_type = 'Root' and target = 'root')
            )
    end as for_another,
    principal_arn, access_key, user_agent, via, error_code, error_message
from changes
where
    :target is null
    or any_match(:target, one -> one in (target, device))
    or (target is null and any_match(:target, part -> strpos(error_message, part) > 0))
order by time, event_id
