-- title: "Who put scripts or pages into a bucket that serves a site?"
-- answers: [Q229]
-- attack: [T1491.002, T1189]
-- needs: [data:s3]
-- severity: low
-- keywords: [defacement, skimmer, web shell, static site, JavaScript, supply chain]
-- parameters:
--   bucket:
--     type: list of text
--     optional: true
--     means: bucket
--     help: "one bucket; every one when left out"
--   pipeline:
--     type: list of text
--     optional: true
--     means: principal
--     help: "the ARN of the role that deploys the site, to leave it out"
-- chart: timeline
-- next: [s3/bucket-changes, network/front-doors, s3/bucket-access]
-- notes: |
--   Give the bucket of the site, and the role that deploys it: what remains was put
--   there by another. Compare the sizes (`bytes_in`) of the same object over time.
-- false_positives: |
--   Deployments by hand.
-- cannot_show: |
--   Calls for objects are data events, which are off unless turned on for the bucket.
--   An empty answer then says nothing. What the script does.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        called_by(:pipeline) as by_them, principal_arn, access_key, user_agent, via,
        error_code, error_message,
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
            json_extract_scalar(additional_data, '$.bytesTransferredIn') as bigint
        ) as bytes_in
    from events
    where
        family = 's3'
        and regexp_like(action, '^(PutObject|CopyObject|CompleteMultipartUpload)$')
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    bucket as target, object,
    bytes_in,
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
    and regexp_like(
        lower(object), '[.](m?js|html?|css|svg|php|wasm|swf|jsx?|xhtml)$'
    )
    and not coalesce(by_them, false)
order by time, event_id
