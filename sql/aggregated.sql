-- Aggregated data events: how often something happened in five minutes, counted by one
-- dimension (eventName, resourceARN or userIdentity), not call by call. One row for a
-- record; its counts stand in `summary`. Each dimension may count the same calls.
select
    window_start as window_start,
    window_end as window_end,
    nullif(split_part(event_source, '.amazonaws.com', 1), '') as service,
    family_of(service) as family,
    json_extract_scalar(summary, '$.primaryDimension.dimension') as dimension,
    json_extract_scalar(summary, '$.primaryDimension.aggregationType') as aggregation,
    nullif(summary, '') as summary,
    nullif(addendum_reason, '') as addendum_reason,
    coalesce(nullif(account_id, ''), folder_account) as account,
    nullif(aws_region, '') as region,
    nullif(event_id, '') as event_id,
    file as file
from records
