-- title: "Which log groups, streams, filters and alarms were removed or muted?"
-- answers: [Q146]
-- attack: [T1685.002, T1685, T1070]
-- severity: medium
-- keywords:
--   [cloudwatch, log group, log stream, alarm, retention, metric filter,
--   subscription, evasion]
-- needs: [management:write]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     help: "what was changed, by its name, its id or a part of it"
--     means: resource
-- chart: timeline
-- next: [impairment/other-logs, impairment/log-entries, resource/history]
-- false_positives: |
--   Deployments remove the log groups of what they replace, and set a short retention
--   to save money. Auto Scaling makes and deletes its own alarms all day: see `via`.
-- cannot_show: |
--   What a deleted group held. A trail that delivers to a log group keeps its files in
--   S3.
-- notes: |
--   A retention of a day deletes the rest of a group within days. Alarms are muted by
--   deletion, by DisableAlarmActions, by PutMetricAlarm with `actions_enabled` false,
--   or by SetAlarmState, which lasts until the next measurement. A metric filter or a
--   subscription that is gone silences what watched it. AssociateKmsKey with a
--   stranger's key makes new entries unreadable.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.logGroupName'),
            json_extract_scalar(request, '$.logGroupIdentifier'),
            json_extract_scalar(request, '$.alarmName'),
            json_extract_scalar(request, '$.alarmNames[0]'),
            json_extract_scalar(request, '$.destinationName'),
            json_extract_scalar(request, '$.ruleName'),
            json_extract_scalar(request, '$.resourceArn'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        json_extract_scalar(request, '$.logStreamName') as log_stream,
        json_extract_scalar(request, '$.filterName') as filter_name,
        try_cast(
            json_extract_scalar(request, '$.retentionInDays') as bigint
        ) as retention_days,
        array_join(
            try_cast(json_extract(request, '$.alarmNames') as array(varchar)), ', '
        ) as alarms,
        json_format(json_extract(request, '$.alarmActions')) as alarm_actions,
        json_extract_scalar(request, '$.actionsEnabled') = 'true' as actions_enabled,
        json_extract_scalar(request, '$.stateValue') as alarm_state
    from events
    where
        (
            service = 'logs'
            and action in (
                'AssociateKmsKey', 'DeleteAccountPolicy',
                'DeleteDataProtectionPolicy', 'DeleteDelivery',
                'DeleteDestination', 'DeleteLogGroup', 'DeleteLogStream',
                'DeleteMetricFilter', 'DeleteResourcePolicy',
                'DeleteSubscriptionFilter', 'DisassociateKmsKey',
                'PutRetentionPolicy'
            )
        )
        or (
            service = 'monitoring'
            and action in (
                'DeleteAlarms', 'DeleteAnomalyDetector', 'DeleteMetricStream',
                'DisableAlarmActions', 'DisableInsightRules', 'PutMetricAlarm',
                'SetAlarmState', 'StopMetricStreams'
            )
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, log_stream, filter_name, retention_days, alarms, alarm_actions,
    actions_enabled, alarm_state,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
