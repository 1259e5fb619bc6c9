-- title: "Who read many objects of a bucket in a short time?"
-- answers: [Q178, Q179, Q180]
-- attack: [T1530, T1567.002]
-- needs: [data:s3]
-- severity: medium
-- keywords: [exfil, bulk, download, mass read, sync]
-- parameters:
--   bucket:
--     type: list of text
--     optional: true
--     means: bucket
--     help: "one bucket; every one when left out"
--   objects:
--     type: integer
--     default: 200
--     help: "fewest different objects in one window"
--   bytes:
--     type: integer
--     default: 1000000000
--     help: "or fewest bytes sent in one window"
--   minutes:
--     type: integer
--     default: 60
--     help: "length of a window in minutes, from 1 to 60"
-- chart: ranking
-- next: [s3/objects-read, s3/outside-reads, s3/uncommon-clients]
-- notes: |
--   One row for each window of :minutes minutes, bucket and identity that reached one
--   of the two thresholds. Windows are cut at whole multiples within the hour: a burst
--   over a border is in two rows. Objects times records per object is an upper estimate
--   of how many people are affected.
-- false_positives: |
--   Backup, analytics and migrations: compare with other days of the same identity.
-- cannot_show: |
--   Calls for objects are data events, which are off unless turned on for the bucket.
--   An empty answer then says nothing.
with calls as (
    select
        time, outcome, actor, identity_id, source_ip, user_agent, action_id,
        coalesce(
            json_extract_scalar(request, '$.bucketName'),
            regexp_extract(
                error_message, 'on resource: "?arn:[^:]*:s3:[^:]*:[^:]*:([^ "/]+)', 1
            )
        ) as bucket,
        coalesce(
            json_extract_scalar(request, '$.key'),
            json_extract_scalar(request, '$.prefix'),
            regexp_extract(
                error_message,
                'on resource: "?arn:[^:]*:s3:[^:]*:[^:]*:[^ "/]+/([^ "]+)',
                1
            )
        ) as object,
        try_cast(
            json_extract_scalar(additional_data, '$.bytesTransferredOut') as double
        ) as bytes_sent,
        date_add(
            'minute',
            -(minute(time) % least(greatest(:minutes, 1), 60)),
            date_trunc('minute', time)
        ) as window_from
    from events
    where
        family = 's3'
        and action in ('CopyObject', 'GetObject', 'SelectObjectContent')
        and outcome = 'success'
)

select
    window_from,
    bucket,
    regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as identity,
    identity_id,
    count(distinct action_id) as read_calls,
    count(distinct object) as objects,
    cast(sum(bytes_sent) as bigint) as bytes_out_at_least,
    count(distinct source_ip) as addresses,
    min(source_ip) as an_address,
    min(user_agent) as a_user_agent,
    min(time) as first_seen,
    max(time) as last_seen
from calls
where :bucket is null or contains(:bucket, bucket)
group by
    window_from, bucket, regexp_replace(actor, '^(role/[^/]+)/.*$', '$1'), identity_id
having
    count(distinct object) >= :objects
    or sum(bytes_sent) >= :bytes
order by
    objects desc, window_from asc, bucket asc, identity asc, identity_id asc
