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
        "region" in ('eu-west-1')
        and "day" between '2026/03/09' and '2026/03/10'
)
where
    event_time >= timestamp '2026-03-09 11:40:00.000'
    and event_time < timestamp '2026-03-09 12:40:00.000'
    and aws_region in ('eu-west-1')
