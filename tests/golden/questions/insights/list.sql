with insights_records as (
select
    event_time,
    aws_region,
    event_id,
    recipient_account_id,
    shared_event_id,
    insight_state,
    insight_event_source,
    insight_event_name,
    insight_type,
    insight_error_code,
    insight_context,
    folder_account
from (
    select
        cast(try(from_iso8601_timestamp(eventtime)) at time zone 'UTC' as timestamp) as event_time,
        awsregion as aws_region,
        eventid as event_id,
        recipientaccountid as recipient_account_id,
        sharedeventid as shared_event_id,
        json_extract_scalar(insightdetails, '$.state') as insight_state,
        json_extract_scalar(insightdetails, '$.eventSource') as insight_event_source,
        json_extract_scalar(insightdetails, '$.eventName') as insight_event_name,
        json_extract_scalar(insightdetails, '$.insightType') as insight_type,
        json_extract_scalar(insightdetails, '$.errorCode') as insight_error_code,
        json_format(json_extract(insightdetails, '$.insightContext')) as insight_context,
        "account" as folder_account
    from "security"."cloudtrail_insight"
    where
        "day" between '2026/03/09' and '2026/03/10'
)
where
    event_time >= timestamp '2026-03-09 00:00:00.000'
    and event_time < timestamp '2026-03-10 00:00:00.000'
),
insights as (
select distinct
    event_time as time,
    insight_state as state,
    insight_type as insight_type,
    nullif(insight_event_name, '') as action,
    nullif(split_part(insight_event_source, '.amazonaws.com', 1), '') as service,
    nullif(nullif(insight_error_code, ''), 'null') as error_code,
    try_cast(
        json_extract_scalar(insight_context, '$.statistics.baseline.average') as double
    ) as baseline_per_minute,
    try_cast(
        json_extract_scalar(insight_context, '$.statistics.insight.average') as double
    ) as insight_per_minute,
    try_cast(
        json_extract_scalar(insight_context, '$.statistics.insightDuration') as bigint
    ) as insight_minutes,
    nullif(insight_context, '') as context,
    coalesce(nullif(recipient_account_id, ''), folder_account) as account,
    nullif(aws_region, '') as region,
    nullif(shared_event_id, '') as shared_event_id,
    nullif(event_id, '') as event_id
from insights_records
),
told as (
    select
        time, state, insight_type, service, action, error_code, account, region,
        shared_event_id, event_id, context, baseline_per_minute, insight_per_minute,
        insight_minutes,
        try_cast(
            json_extract_scalar(context, '$.statistics.baselineDuration') as bigint
        ) as baseline_minutes,
        transform(
            array['userIdentityArn', 'userAgent', 'errorCode'],
            attribute -> array_join(
                transform(
                    try_cast(
                        json_extract(
                            element_at(
                                filter(
                                    try_cast(
                                        json_extract(
                                            context, '$.attributions'
                                        ) as array(json)
                                    ),
                                    one -> json_extract_scalar(one, '$.attribute')
                                    = attribute
                                ),
                                1
                            ),
                            '$.insight'
                        ) as array(json)
                    ),
                    one -> json_extract_scalar(one, '$.value')
                ),
                ', '
            )
        ) as attributed
    from insights
    where cast(null as array(varchar)) is null or contains(cast(null as array(varchar)), action)
)

select
    account, region, service, action, insight_type,
    max(error_code) as error_code,
    count(distinct event_id) as records,
    bool_or(state = 'End') as is_over,
    min(time) as first_seen,
    max(time) as last_seen,
    max(insight_minutes) as minutes,
    max_by(insight_per_minute, state = 'End') as per_minute,
    max_by(baseline_per_minute, state = 'End') as usual_per_minute,
    max(baseline_minutes) as baseline_minutes,
    max_by(insight_per_minute / nullif(baseline_per_minute, 0e0), state = 'End')
        as times_usual,
    max(element_at(attributed, 1)) as actors,
    max(element_at(attributed, 2)) as user_agents,
    max(nullif(element_at(attributed, 3), 'null')) as error_codes,
    shared_event_id
from told
group by
    account, region, service, action, insight_type,
    shared_event_id, coalesce(shared_event_id, event_id)
order by first_seen, account, region, service, action, insight_type, shared_event_id
