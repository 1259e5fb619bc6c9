-- title: "Which objects were copied to another bucket, and by which jobs?"
-- answers: [Q185]
-- attack: [T1537, T1074.002]
-- needs: [data:s3, management:write]
-- severity: medium
-- keywords: [exfil, sync, copy, S3 Batch, cross-account]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "the bucket that was written to, or a job"
-- chart: timeline
-- next: [s3/bucket-access, exfiltration/transfers, s3/bucket-changes]
-- notes: |
--   `target` is the bucket that got the object, `copied_from` the one it came from;
--   copies inside one bucket are left out. `source_account` lists the accounts of the
--   buckets that the event names. A job of S3 Batch Operations shows as CreateJob, then
--   as AWS's own JobCreated and JobStatusChanged, without its objects.
-- false_positives: |
--   Pipelines that move data between your own buckets.
-- cannot_show: |
--   Into a bucket of another account the copy is recorded in your log if your identity
--   made it. A download and an upload are two events that nothing joins. Replication is
--   a setting: see s3/bucket-changes.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        response, resources, service_details,
        coalesce(
            json_extract_scalar(request, '$.bucketName'),
            json_extract_scalar(request, '$.bucket'),
            json_extract_scalar(service_details, '$.jobArn'),
            json_extract_scalar(response, '$.jobId'),
            regexp_extract(
                error_message,
                'on resource: "?arn:[^:]*:s3:[^:]*:[^:]*:([^ "/]+)',
                1
            )
        ) as target,
        json_extract_scalar(request, '$.key') as object,
        split_part(
            regexp_replace(
                json_extract_scalar(request, '$["x-amz-copy-source"]'),
                '^/',
                ''
            ),
            '/',
            1
        ) as copied_from,
        json_extract_scalar(request, '$["x-amz-copy-source"]') as source_object,
        array_join(
            array_distinct(
                transform(
                    filter(resources, one -> one.type = 'AWS::S3::Bucket'),
                    one -> one.account_id
                )
            ),
            ', '
        ) as source_account,
        json_format(json_extract(request, '$.operation')) as job_operation,
        json_extract_scalar(service_details, '$.status') as job_status
    from events
    where
        family = 's3'
        and action in (
            'CopyObject', 'CreateJob', 'JobCreated', 'JobStatusChanged',
            'UploadPartCopy'
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, object, copied_from, source_object, source_account, job_operation,
    job_status, service, principal_arn, access_key, user_agent, via, error_code,
    error_message
from calls
where
    (
        :target is null
        or any_match(
            :target, part -> strpos(coalesce(target, error_message), part) > 0
        )
    )
    and (copied_from is null or copied_from <> target)
order by time, event_id
