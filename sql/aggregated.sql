-- Aggregated data events: how often something happened in five minutes, without who
-- or from where for each call. One row a record; `statistics` are in `summary`.
select
    window_start as window_start,
    window_end as window_end,
    nullif(split_part(event_source, '.amazonaws.com', 1), '') as service,
    family_of(nullif(split_part(event_source, '.amazonaws.com', 1), '')) as family,
    json_extract_scalar(summary, '$.primaryDimension.dimension') as dimension,
    json_extract_scalar(summary, '$.primaryDimension.aggregationType') as aggregation,
    nullif(summary, '') as summary,
    nullif(addendum_reason, '') as addendum_reason,
    coalesce(nullif(account_id, ''), folder_account) as account,
    nullif(aws_region, '') as region,
    nullif(event_id, '') as event_id,
    file as file
from records
