-- title: "Which objects of this bucket were read, by whom, and how much?"
-- answers: [Q175, Q176, Q178, Q179, Q182]
-- attack: [T1530, T1567.002]
-- needs: [data:s3]
-- severity: low
-- keywords: [exfil, download, collection, breach notification]
-- parameters:
--   bucket: {type: text, means: bucket, help: "the bucket's name"}
-- chart: ranking
-- next: [s3/bucket-access, s3/bulk-reads, identity/access-key, s3/bucket-deletions]
-- notes: |
--   One row for each object, identity and address. `bytes_out` is what S3 sent in all
--   calls that tell it, so at least that much; it is empty where no successful call
--   does. Parts and repeats add up, so it can exceed the object's size.
--   A copy is a read of its source, for which S3 sends nothing out. HeadObject is none.
--   A call that two accounts recorded counts once.
-- false_positives: |
--   Applications and people who work with the bucket: look for new ones.
-- cannot_show: |
--   Object reads are data events, which are off unless turned on for the bucket.
--   Reads by someone who has a copy of the object elsewhere.
with named as (
    select
        time, outcome, action_id, identity_type, identity_id, source_ip, resources,
        event_id, account, actor, error_message,
        json_extract_scalar(request, '$.bucketName') as named_bucket,
        json_extract_scalar(request, '$.key') as named_object,
        -- The source of a copy, as bucket/object.
        regexp_replace(
            json_extract_scalar(request, '$["x-amz-copy-source"]'),
            '^/|[?]versionId=.*$',
            ''
        ) as copied,
        -- A refused call often names the object in its message alone.
        regexp_extract(
            error_message, 'on resource: "?arn:[^:]*:s3:[^:]*:[^:]*:([^ "]+)', 1
        ) as refused,
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
        time, outcome, action_id, identity_type, identity_id, source_ip, resources,
        copied, bytes_sent,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as identity,
        coalesce(
            split_part(copied, '/', 1), named_bucket, split_part(refused, '/', 1)
        ) as bucket,
        coalesce(
            substr(copied, strpos(copied, '/') + 1),
            named_object,
            substr(refused, nullif(strpos(refused, '/'), 0) + 1)
        ) as object
    from named
),

told as (
    select
        time, outcome, identity_id, source_ip, copied, bytes_sent, identity, object,
        -- What is told again adds nothing, nor does the owner's copy of a known call.
        row_number() over (
            partition by
                action_id, object, identity, identity_id, source_ip, outcome,
                bytes_sent, copied
            order by time
        ) > 1 as again,
        coalesce(
            identity_type = 'AWSAccount'
            and count_if(identity_type is distinct from 'AWSAccount') over (
                partition by
                    action_id, object, identity_id, source_ip, outcome, bytes_sent
            ) > 0,
            false
        ) as is_copy
    from object_reads
    where
        bucket = :bucket
        -- Through an access point the bucket is among the resources only.
        or (
            copied is null
            and any_match(
                resources, one -> regexp_extract(one.arn, ':([^:/]+)$', 1) = :bucket
            )
        )
)

select
    object,
    identity,
    identity_id,
    source_ip,
    count_if(outcome = 'success') as succeeded,
    count_if(outcome = 'denied') as denied,
    count_if(outcome = 'failed') as failed,
    cast(
        sum(
            coalesce(
                bytes_sent,
                case when copied is not null or outcome <> 'success' then 0 end
            )
        ) as bigint
    ) as bytes_out,
    min(time) as first_seen,
    max(time) as last_seen
from told
where not again and not is_copy
group by object, identity, identity_id, source_ip
order by bytes_out desc, object asc, identity asc, identity_id asc, source_ip asc
