-- title: "Which objects did anonymous callers read, list or write?"
-- answers: [Q182]
-- attack: [T1530, T1619]
-- needs: [data:s3]
-- severity: medium
-- keywords: [public bucket, unauthenticated, leak, open bucket]
-- parameters:
--   bucket:
--     type: list of text
--     optional: true
--     means: bucket
--     help: "one bucket; every one when left out"
-- chart: timeline
-- next: [s3/bucket-changes, s3/bucket-access, s3/objects-read]
-- notes: |
--   An anonymous call carries no signature: it succeeds only where the bucket or the
--   object is public, or where a website is served. Read `outcome`: scanners try names
--   all day and are denied.
-- false_positives: |
--   Public websites and downloads that are meant to be public; scanners.
-- cannot_show: |
--   Calls for objects are data events, which are off unless turned on for the bucket.
--   An empty answer then says nothing. A presigned URL is not anonymous: it carries the
--   identity of who signed it. A website behind CloudFront is read by CloudFront.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        vpc_endpoint, ip_kind, caller_account, category, resources, request,
        json_extract_scalar(additional_data, '$.AuthenticationMethod') as signed_by,
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
            json_extract_scalar(additional_data, '$.bytesTransferredOut') as bigint
        ) as bytes_out
    from events
    where
        family = 's3'
        and category = 'Data'
        and actor = 'anonymous'
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    bucket as target, object,
    bytes_out,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    (
        :bucket is null
        or contains(:bucket, bucket)
        or (
            bucket is null
            and any_match(:bucket, part -> strpos(error_message, part) > 0)
        )
    )
order by time, event_id
