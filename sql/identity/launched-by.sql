-- title: "Who launched this instance?"
-- answers: [Q060]
-- attack: [T1578.002, T1496.001]
-- severity: note
-- keywords: [ec2, runinstances, instance, who started, auto scaling, fleet, spot]
-- needs: [management:write]
-- parameters:
--   instance:
--     type: list of text
--     optional: true
--     means: resource
--     help: "an instance's id (i-…); every launch when left out"
-- chart: timeline
-- next: [identity/activity, impact/compute, execution/machine-commands]
-- false_positives: |
--   Auto Scaling, EKS, EMR, Batch and fleets launch all day: read `via` and `actor`.
-- cannot_show: |
--   A launch that failed, or was refused, made no instance: it has no id, and is listed
--   only when no instance is asked for. Who caused a service to launch it: look for who
--   changed the group, fleet or template. What the user data held: AWS hides it.
-- notes: |
--   `target` lists the ids that the call made. `profile` is the role that the instance
--   was given, `key_pair` who can log in. Spot requests and fleets name instances only
--   when they were filled at once. StartInstances starts one that was there before.
with launches as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, session_id, via, user_agent, error_code,
        error_message, request, response,
        coalesce(
            json_extract(response, '$.instancesSet.items'),
            json_extract(request, '$.instancesSet.items')
        ) as instances
    from events
    where
        service = 'ec2'
        and action in (
            'CreateFleet', 'RequestSpotFleet', 'RequestSpotInstances', 'RunInstances',
            'RunScheduledInstances', 'StartInstances'
        )
        and (
            :instance is null
            or any_match(:instance, part -> strpos(response, part) > 0)
            or any_match(:instance, part -> strpos(request, part) > 0)
            or any_match(:instance, part -> strpos(error_message, part) > 0)
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    coalesce(
        nullif(
            array_join(
                transform(
                    try_cast(instances as array(json)),
                    each -> json_extract_scalar(each, '$.instanceId')
                ),
                ', '
            ),
            ''
        ),
        regexp_extract(response, 'i-[0-9a-f]{8,17}'),
        regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
    ) as target,
    coalesce(
        json_extract_scalar(request, '$.instanceType'),
        json_extract_scalar(response, '$.instancesSet.items[0].instanceType')
    ) as instance_type,
    coalesce(
        json_extract_scalar(request, '$.instancesSet.items[0].imageId'),
        json_extract_scalar(response, '$.instancesSet.items[0].imageId')
    ) as image,
    coalesce(
        json_extract_scalar(request, '$.iamInstanceProfile.arn'),
        json_extract_scalar(request, '$.iamInstanceProfile.name'),
        json_extract_scalar(response, '$.instancesSet.items[0].iamInstanceProfile.arn')
    ) as profile,
    coalesce(
        json_extract_scalar(request, '$.instancesSet.items[0].keyName'),
        json_extract_scalar(response, '$.instancesSet.items[0].keyName')
    ) as key_pair,
    json_extract_scalar(request, '$.userData') is not null as has_user_data,
    principal_arn, access_key, session_id, via, user_agent, error_code, error_message
from launches
order by time, event_id
