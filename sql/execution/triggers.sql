-- title: "Which rules, schedules and notifications were set to run something?"
-- answers: [Q122]
-- attack: [T1546, T1053]
-- severity: low
-- keywords: [eventbridge, schedule, cron, trigger, persistence, notification, pipe]
-- needs: [management:write]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     help: "a rule, schedule, bucket or topic, or a part of its name"
--     means: resource
-- chart: timeline
-- next: [impairment/event-rules, execution/functions, execution/roles-passed]
-- false_positives: |
--   Applications and other services make rules all day: see `via` and the name.
-- cannot_show: |
--   What a run did: its calls are those of `role` or of the function. For event source
--   mappings ask execution/functions.
-- notes: |
--   PutRule says when (`schedule` or `event_pattern`), PutTargets says what (`runs`,
--   with `role` and `input`): look at both. A rule on CreateUser or on sign-ins gives a
--   hidden function a hand in them. A target in another account, or an API destination,
--   sends events out. `target` is the rule, schedule, bucket or topic.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.name'),
            json_extract_scalar(request, '$.rule'),
            json_extract_scalar(request, '$.functionName'),
            json_extract_scalar(request, '$.bucketName'),
            json_extract_scalar(request, '$.topicArn'),
            json_extract_scalar(request, '$.stateMachineArn'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        service,
        json_extract_scalar(request, '$.scheduleExpression') as schedule,
        json_extract_scalar(request, '$.eventPattern') as event_pattern,
        coalesce(
            json_extract_scalar(request, '$.state'),
            json_extract_scalar(request, '$.desiredState')
        ) as state,
        coalesce(
            array_join(
                transform(
                    try_cast(json_extract(request, '$.targets') as array(json)),
                    one -> json_extract_scalar(one, '$.arn')
                ),
                ', '
            ),
            json_extract_scalar(request, '$.target.arn'),
            json_extract_scalar(request, '$.target'),
            json_extract_scalar(request, '$.endpoint'),
            json_format(
                json_extract(request, '$.NotificationConfiguration')
            )
        ) as runs,
        coalesce(
            json_extract_scalar(request, '$.targets[0].roleArn'),
            json_extract_scalar(request, '$.target.roleArn'),
            json_extract_scalar(request, '$.roleArn')
        ) as role,
        coalesce(
            json_extract_scalar(request, '$.targets[0].input'),
            json_extract_scalar(request, '$.target.input')
        ) as input
    from events
    where
        (
            service = 'events'
            and action in (
                'CreateApiDestination', 'CreateConnection', 'EnableRule',
                'PutPermission', 'PutRule', 'PutTargets'
            )
        )
        or (
            service = 'scheduler'
            and action in ('CreateSchedule', 'UpdateSchedule')
        )
        or (
            service = 'pipes'
            and action in ('CreatePipe', 'UpdatePipe')
        )
        or (
            service = 's3'
            and action in (
                'PutBucketNotification', 'PutBucketNotificationConfiguration'
            )
        )
        or (
            service = 'sns'
            and action = 'Subscribe'
            and (
                outcome <> 'success'
                or json_extract_scalar(request, '$.protocol')
                in ('http', 'https', 'lambda')
            )
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, service, schedule, event_pattern, state, runs, role, input,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
