-- Insights: times at which the rate of an API's calls or errors was unusual.
--
-- Start and End of one insight share `shared_event_id`; the End has the whole course.
select
    event_time as time,
    insight_state as state,
    insight_type as insight_type,
    nullif(insight_event_name, '') as action,
    nullif(split_part(insight_event_source, '.amazonaws.com', 1), '') as service,
    -- CloudTrail writes the text "null" for calls without an error.
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
    nullif(event_id, '') as event_id,
    file as file
from records
