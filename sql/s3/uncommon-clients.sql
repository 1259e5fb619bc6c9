-- title: "Which uncommon tools talked to S3?"
-- answers: [Q190]
-- attack: [T1567.002, T1530]
-- needs: [data:s3, management:read, management:write]
-- severity: low
-- keywords:
--   [rclone, s3 browser, cyberduck, winscp, filezilla, s3cmd, mountain duck, user
--   agent, tool]
-- parameters:
--   bucket:
--     type: list of text
--     optional: true
--     means: bucket
--     help: "one bucket; every one when left out"
-- chart: ranking
-- next: [s3/bulk-reads, s3/bucket-access, identity/activity]
-- notes: |
--   Everything but AWS's own CLI, SDKs and console, and the usual infrastructure tools:
--   rclone, S3 Browser, Cyberduck, WinSCP, s3cmd, MinIO's client, curl and their like.
--   Calls of AWS services are left out.
-- false_positives: |
--   Backup products and data tools that are meant to be there.
-- cannot_show: |
--   A user agent is what the caller chose to say: an intruder with the AWS CLI is not
--   here.
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
        action
    from events
    where
        family = 's3'
        and ip_kind in ('public', 'private')
        and not regexp_like(
            coalesce(user_agent, ''),
            '^(aws-cli|Boto3|botocore|aws-sdk|APN|S3Console|Mozilla|AWS|Amazon'
            || '|HashiCorp|Terraform|Apache-Hadoop|EMRFS|md/)'
        )
)

select
    user_agent,
    bucket,
    regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as identity,
    identity_id,
    source_ip,
    count(distinct action_id) as calls,
    count(distinct action_id) filter (where outcome = 'denied') as denied,
    count(distinct object) as objects,
    cast(sum(bytes_sent) as bigint) as bytes_out_at_least,
    min(action) as an_action,
    min(time) as first_seen,
    max(time) as last_seen
from calls
where :bucket is null or contains(:bucket, bucket)
group by
    user_agent, bucket, regexp_replace(actor, '^(role/[^/]+)/.*$', '$1'), identity_id,
    source_ip
order by
    calls desc, user_agent asc, bucket asc, identity asc, identity_id asc, source_ip asc
