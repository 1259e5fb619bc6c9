-- title: "Which objects of this bucket were read, by whom, and how much?"
-- answers: [Q175, Q176, Q178, Q179, Q182]
-- attack: [T1530, T1567.002]
-- needs: [data:s3]
-- parameters:
--   bucket: {type: text, help: "the bucket's name"}
-- chart: ranking
-- next: [identity/access-key, network/source-address, s3/bucket-deletions]
-- notes: |
--   One row for each object, identity and address. `bytes_out` is what S3 sent in all
--   calls together: parts and repeats add up, so it can exceed the object's size.
--   A copy is a read of its source, for which S3 sends nothing out. HeadObject is none.
--   A refused call that names no object in its record has none here.
--   Object reads are data events, which are off unless somebody turned them on.
--   A call that two accounts recorded counts once.
with fetches as (
    select
        time, outcome, identity_id, source_ip, request, resources, error_message,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as identity,
        json_extract_scalar(request, '$.bucketName') as named_bucket,
        json_extract_scalar(request, '$.key') as named_object,
        regexp_replace(
            json_extract_scalar(request, '$["x-amz-copy-source"]'),
            '^/|[?]versionId=.*$',
            ''
        ) as copied,
        try_cast(
            json_extract_scalar(additional_data, '$.bytesTransferredOut') as double
        ) as bytes_out,
        row_number() over (
            partition by action_id
            order by
                case when identity_type = 'AWSAccount' then 1 else 0 end,
                event_id, account, actor
        ) as copy
    from events
    where
        family = 's3'
        and action in (
            'CopyObject', 'GetObject', 'GetObjectTorrent', 'SelectObjectContent',
            'UploadPartCopy'
        )
)

select
    coalesce(substr(copied, strpos(copied, '/') + 1), named_object) as object,
    identity,
    identity_id,
    source_ip,
    count_if(outcome = 'success') as succeeded,
    count_if(outcome = 'denied') as denied,
    count_if(outcome = 'failed') as failed,
    cast(coalesce(sum(bytes_out), 0) as bigint) as bytes_out,
    min(time) as first_seen,
    max(time) as last_seen
from fetches
where
    copy = 1
    and (
        coalesce(split_part(copied, '/', 1), named_bucket) = :bucket
        -- Through an access point the bucket is among the resources only.
        or (
            copied is null
            and any_match(
                resources, one -> regexp_extract(one.arn, ':([^:/]+)$', 1) = :bucket
            )
        )
        or (request is null and strpos(error_message, :bucket) > 0)
    )
group by
    coalesce(substr(copied, strpos(copied, '/') + 1), named_object),
    identity,
    identity_id,
    source_ip
order by bytes_out desc, object asc, identity asc, identity_id asc, source_ip asc
