with records as (
select
    event_time,
    event_source,
    event_name,
    event_id,
    management_event,
    read_only,
    recipient_account_id,
    event_category,
    folder_account
from (
    select
        cast(try(from_iso8601_timestamp(eventtime)) at time zone 'UTC' as timestamp) as event_time,
        eventsource as event_source,
        eventname as event_name,
        eventid as event_id,
        case lower(managementevent) when 'true' then true when 'false' then false end as management_event,
        case lower(readonly) when 'true' then true when 'false' then false end as read_only,
        recipientaccountid as recipient_account_id,
        eventcategory as event_category,
        "account" as folder_account
    from "security"."cloudtrail"
    where
        "day" between '2026/03/09' and '2026/03/10'
)
where
    event_time >= timestamp '2026-03-09 00:00:00.000'
    and event_time < timestamp '2026-03-10 00:00:00.000'
),
events as (
select distinct
    time,
    action,
    service,
    account,
    read_only,
    coalesce(
        nullif(event_category, ''),
        case
            when management_event = true
                then 'Management'
            when management_event = false
                then 'Data'
            when service = 'lambda' and action = 'Invoke'
                then 'Data'
            when
                service = 's3'
                and action in (
                    'AbortMultipartUpload', 'CompleteMultipartUpload', 'CopyObject',
                    'CreateMultipartUpload', 'DeleteObject', 'DeleteObjectTagging',
                    'DeleteObjects', 'GetObject', 'GetObjectAcl', 'GetObjectTagging',
                    'GetObjectTorrent', 'HeadBucket', 'HeadObject', 'ListObjects',
                    'ListObjectVersions', 'ListParts', 'PutObject', 'PutObjectAcl',
                    'PutObjectTagging', 'RestoreObject', 'SelectObjectContent',
                    'UploadPart', 'UploadPartCopy'
                )
                then 'Data'
            else 'Management'
        end
    ) as category,
    event_id
from (
    select
        event_time as time,
        nullif(
            regexp_replace(
                event_name,
                '20[0-9]{2}[-_]?(0[1-9]|1[0-2])[-_]?(0[1-9]|[12][0-9]|3[01])(v[0-9]+)?$',
                ''
            ),
            ''
        ) as action,
        nullif(split_part(event_source, '.amazonaws.com', 1), '') as service,
        coalesce(nullif(recipient_account_id, ''), folder_account) as account,
        read_only as read_only,
        nullif(event_id, '') as event_id,
        event_category,
        management_event
    from records
)
)
select
    e.account,
    m.moment,
    count(*) as events,
    count_if(e.read_only and e.category = 'Management') as read_events,
    count_if(e.category = 'Data') as data_events,
    count_if(
        e.service = 'sts'
        and (strpos(e.action, 'AssumeRole') = 1 or e.action = 'AssumeRoot')
    ) as issuing_calls,
    max(if(e.time < m.moment, e.time)) as before,
    min(if(e.time >= m.moment, e.time)) as after,
    min(e.time) as first_seen,
    max(e.time) as last_seen
from events as e
cross join unnest(coalesce(cast(null as array(timestamp)), array[cast(null as timestamp)])) as m (moment)
where e.account is not null
group by e.account, m.moment
order by account, moment
