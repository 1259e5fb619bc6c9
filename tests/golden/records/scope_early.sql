select
    event_name,
    aws_region,
    event_id
from (
    select
        cast(try(from_iso8601_timestamp(eventtime)) at time zone 'UTC' as timestamp) as event_time,
        eventname as event_name,
        awsregion as aws_region,
        eventid as event_id
    from "security"."cloudtrail"
    where
        "day" between '2021/11/22' and '2021/11/24'
)
where
    event_time >= timestamp '2021-11-22 00:00:00.000'
    and event_time < timestamp '2021-11-24 00:00:00.000'
    and aws_region in ('us-east-1')
