-- title: "Who deleted an S3 bucket?"
-- answers: [Q212]
-- attack: [T1485]
-- needs: [management:write]
-- severity: high
-- keywords: [ransomware, wiper, sabotage, data loss]
-- parameters:
--   bucket:
--     type: list of text
--     optional: true
--     means: bucket
--     help: "one bucket; every one when left out"
-- chart: timeline
-- next: [s3/object-deletions, resource/history, identity/access-key, s3/objects-read]
-- notes: |
--   A refused or failed deletion is listed too: read `outcome`.
--   A bucket must be empty first: look for object deletions before it.
--   Directory, table and vector buckets are here too, and those on Outposts.
-- false_positives: |
--   Tests and infrastructure code that take their own buckets away: see who made it.
-- cannot_show: |
--   What was in the bucket. Objects are deleted by data events or a lifecycle rule.
with deletions as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, via, principal_arn, access_key, session_id, user_agent,
        error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.bucketName'),
            json_extract_scalar(request, '$.vectorBucketName'),
            regexp_extract(
                coalesce(
                    json_extract_scalar(request, '$.tableBucketARN'),
                    json_extract_scalar(request, '$.vectorBucketArn'),
                    json_extract_scalar(request, '$.bucket')
                ),
                '[^/:]+$'
            ),
            regexp_extract(error_message, 'on resource: "?[^ "]*[:/]([^ "/:]+)', 1)
        ) as bucket
    from events
    where
        family = 's3'
        and action in ('DeleteBucket', 'DeleteTableBucket', 'DeleteVectorBucket')
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    bucket, service, via, principal_arn, access_key, session_id, user_agent,
    error_code, error_message
from deletions
where
    :bucket is null
    or contains(:bucket, bucket)
    or (bucket is null and any_match(:bucket, part -> strpos(error_message, part) > 0))
order by time, event_id
