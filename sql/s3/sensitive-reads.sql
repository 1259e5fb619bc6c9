-- title: "Which of these sensitive objects were in fact read?"
-- answers: [Q180, Q181]
-- attack: [T1530]
-- needs: [data:s3]
-- severity: high
-- keywords: [Macie, personal data, GDPR, breach notification, PII]
-- parameters:
--   objects:
--     type: list of text
--     help: "each as bucket/key: from Macie, an inventory, a file"
-- chart: ranking
-- next: [s3/objects-read, s3/bulk-reads, identity/activity]
-- notes: |
--   Give it the objects that Macie, an inventory or a person calls sensitive, as
--   bucket/key; from a file with a Path. An object without a row was not read by a call
--   that was recorded. How many people are affected follows from the objects, not from
--   the logs.
-- false_positives: |
--   Those who work with the objects every day.
-- cannot_show: |
--   Calls for objects are data events, which are off unless turned on for the bucket.
--   An empty answer then says nothing. Copies of the objects under other names.
with calls as (
    select
        time, action, outcome, actor, identity_id, source_ip, action_id,
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
        ) as bytes_sent
    from events
    where
        family = 's3'
        and action in (
            'CopyObject', 'GetObject', 'GetObjectTorrent', 'SelectObjectContent',
            'UploadPartCopy'
        )
),

object_reads as (
    select
        time, action, outcome, actor, identity_id, source_ip, action_id, bytes_sent,
        bucket || '/' || object as target
    from calls
)

select
    target,
    regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as identity,
    identity_id,
    source_ip,
    count(distinct action_id) filter (where outcome = 'success') as read_calls,
    count(distinct action_id) filter (where outcome = 'denied') as denied,
    cast(sum(bytes_sent) as bigint) as bytes_out_at_least,
    min(time) as first_seen,
    max(time) as last_seen
from object_reads
where contains(:objects, target)
group by
    target, regexp_replace(actor, '^(role/[^/]+)/.*$', '$1'), identity_id, source_ip
order by target asc, read_calls desc, identity asc, identity_id asc, source_ip asc
