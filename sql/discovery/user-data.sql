-- title: "Whose user data, the start scripts of instances, was read?"
-- answers: [Q083]
-- attack: [T1552.005, T1580]
-- severity: medium
-- keywords: [user data, cloud-init, launch template, secrets, credentials, pacu]
-- needs: [management:read]
-- parameters:
--   target:
--     {type: list of text, means: resource, optional: true,
--       help: "an instance or launch template"}
-- chart: timeline
-- next: [credentials/secrets-read, discovery/calls, identity/activity]
-- notes: |
--   User data often holds passwords and keys. It is read from an instance
--   (DescribeInstanceAttribute with userData), from a launch template or out of an
--   instance into one, or from a launch configuration. `different_targets` counts what
--   this identity read of them in the window: five instances and more are seldom
--   chance, denied ones too.
-- false_positives: |
--   Terraform reads the user data of each instance it keeps, at each plan; the console
--   when the page of an instance's user data is opened.
-- cannot_show: |
--   What the data held, and reads from within the instance (169.254.169.254), which no
--   log of AWS sees.
with found as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        identity_id,
        coalesce(
            json_extract_scalar(request, '$.instanceId'),
            json_extract_scalar(request, '$.GetLaunchTemplateDataRequest.InstanceId'),
            regexp_extract(request, '"LaunchTemplate(Id|Name)" *: *"([^"]+)"', 2),
            regexp_extract(request, '"launchTemplate(Id|Name)" *: *"([^"]+)"', 2),
            regexp_extract(
                request, '"launchConfigurationNames" *: *\[ *"([^"]+)"', 1
            ),
            regexp_extract(error_message, 'on resource: "?[^ "]*/([^ "/]+)', 1)
        ) as target
    from events
    where
        (
            service = 'ec2'
            and action = 'DescribeInstanceAttribute'
            and (
                json_extract_scalar(request, '$.attribute') = 'userData'
                -- A denied call may lack the attribute.
                or (outcome = 'denied' and request is null)
            )
        )
        or (
            service = 'ec2'
            and action in ('DescribeLaunchTemplateVersions', 'GetLaunchTemplateData')
        )
        or (service = 'autoscaling' and action = 'DescribeLaunchConfigurations')
),

numbered as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        target, principal_arn, access_key, user_agent, via, error_code, error_message,
        identity_id,
        dense_rank() over (
            partition by identity_id order by target nulls last
        ) as target_number
    from found
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target,
    max(case when target is not null then target_number end) over (
        partition by identity_id
    ) as different_targets,
    principal_arn, access_key, user_agent, via, error_code, error_message
from numbered
where
    :target is null
    or contains(:target, target)
    or (target is null and any_match(:target, part -> strpos(error_message, part) > 0))
order by time, event_id
