-- title: "Which EventBridge rules and schedules were disabled or deleted?"
-- answers: [Q150]
-- attack: [T1685]
-- severity: medium
-- keywords: [eventbridge, cloudwatch events, rule, schedule, alerting, evasion]
-- needs: [management:write]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     help: "what was changed, by its name, its id or a part of it"
--     means: resource
-- chart: timeline
-- next: [execution/triggers, impairment/detectors, resource/history]
-- false_positives: |
--   Deployments delete and remake their rules; some jobs delete their own schedule when
--   they are done.
-- cannot_show: |
--   What the rule did: look for PutRule and PutTargets in execution/triggers or
--   resource/history.
-- notes: |
--   Findings of GuardDuty, Security Hub and Config reach people through such rules: a
--   rule whose pattern names them and is disabled silences the alarm, not the detector.
--   RemoveTargets leaves the rule without effect: `target_ids` are what was taken off.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.name'),
            json_extract_scalar(request, '$.rule'),
            json_extract_scalar(request, '$.eventBusName'),
            json_extract_scalar(request, '$.topicArn'),
            json_extract_scalar(request, '$.scheduleName'),
            json_extract_scalar(request, '$.groupName'),
            json_extract_scalar(request, '$.archiveName'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        json_extract_scalar(request, '$.eventBusName') as bus,
        array_join(
            try_cast(json_extract(request, '$.ids') as array(varchar)), ', '
        ) as target_ids,
        json_extract_scalar(request, '$.state') as state,
        json_extract_scalar(request, '$.eventPattern') as event_pattern,
        json_extract_scalar(request, '$.scheduleExpression') as schedule
    from events
    where
        (
            service = 'events'
            and action in (
                'DeleteArchive', 'DeleteEventBus', 'DeleteRule', 'DisableRule',
                'RemovePermission', 'RemoveTargets'
            )
        )
        or (
            service = 'scheduler'
            and action in ('DeleteSchedule', 'DeleteScheduleGroup')
        )
        or (
            service in ('events', 'scheduler')
            and action in ('PutRule', 'UpdateSchedule')
            and json_extract_scalar(request, '$.state') = 'DISABLED'
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, bus, target_ids, state, event_pattern, schedule,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
