-- title: "Which machines, databases, tables and logs were exported or downloaded?"
-- answers: [Q194, Q196, Q197, Q198]
-- attack: [T1537, T1530, T1005]
-- needs: [management:read, management:write]
-- severity: high
-- keywords: [exfil, export, download, VM, DynamoDB, RDS log]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "an instance, image, snapshot, table or log group, or a part of it"
-- chart: timeline
-- next: [exfiltration/copies, s3/bucket-access, exfiltration/tables, identity/activity]
-- notes: |
--   `exported_to` is the bucket. If it is none of yours, the data has left:
--   `bucket_owner` names its account where the caller had to state it.
--   DownloadDBLogFilePortion reads one part of a database log,
--   DownloadCompleteDBLogFile all of it: AWS counts both as reads. InitiateJob of
--   Glacier asks for an archive or the list of archives.
-- false_positives: |
--   Regular exports to a data lake, and log shipping agents that download database logs
--   every few minutes.
-- cannot_show: |
--   What the export held, and who read it in the bucket afterwards unless data events
--   were on there.
with exports as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        response,
        coalesce(
            json_extract_scalar(request, '$.sourceArn'),
            json_extract_scalar(request, '$.instanceId'),
            json_extract_scalar(request, '$.imageId'),
            json_extract_scalar(request, '$.exportTaskIdentifier'),
            json_extract_scalar(request, '$.tableArn'),
            json_extract_scalar(request, '$.tableName'),
            json_extract_scalar(request, '$.logGroupName'),
            json_extract_scalar(request, '$.dBInstanceIdentifier'),
            json_extract_scalar(request, '$.clusterIdentifier'),
            json_extract_scalar(request, '$.vaultName'),
            json_extract_scalar(request, '$.sourceSnapshotName'),
            json_extract_scalar(request, '$.exportSnapshotName'),
            json_extract_scalar(request, '$.resourceName'),
            json_extract_scalar(request, '$.instance.instanceId'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        coalesce(
            json_extract_scalar(request, '$.s3BucketName'),
            json_extract_scalar(request, '$.exportToS3.s3Bucket'),
            json_extract_scalar(request, '$.exportToS3Task.s3Bucket'),
            json_extract_scalar(request, '$.s3ExportLocation.s3Bucket'),
            json_extract_scalar(request, '$.s3Bucket'),
            json_extract_scalar(request, '$.bucket'),
            json_extract_scalar(request, '$.destination'),
            json_extract_scalar(request, '$.destinationBucket')
        ) as exported_to,
        coalesce(
            json_extract_scalar(request, '$.s3Prefix'),
            json_extract_scalar(request, '$.exportToS3.s3Prefix'),
            json_extract_scalar(request, '$.exportToS3Task.s3Prefix'),
            json_extract_scalar(request, '$.s3ExportLocation.s3Prefix'),
            json_extract_scalar(request, '$.destinationPrefix')
        ) as prefix,
        json_extract_scalar(request, '$.s3BucketOwner') as bucket_owner,
        json_extract_scalar(request, '$.logFileName') as log_file,
        coalesce(
            json_extract_scalar(request, '$.exportTaskIdentifier'),
            json_extract_scalar(response, '$.exportTask.exportTaskId'),
            json_extract_scalar(response, '$.exportImageTaskId'),
            json_extract_scalar(response, '$.exportDescription.exportArn'),
            json_extract_scalar(response, '$.taskId'),
            json_extract_scalar(response, '$.jobId')
        ) as export_id,
        coalesce(
            json_extract_scalar(request, '$.iamRoleArn'),
            json_extract_scalar(request, '$.roleName')
        ) as role,
        coalesce(
            json_extract_scalar(request, '$.kmsKeyId'),
            json_extract_scalar(request, '$.s3SseKmsKeyId')
        ) as kms_key
    from events
    where
        (
            service = 'ec2'
            and action in (
                'CreateInstanceExportTask', 'CreateStoreImageTask', 'ExportImage',
                'ExportTransitGatewayRoutes'
            )
        )
        or (
            service = 'rds'
            and action in (
                'DownloadCompleteDBLogFile', 'DownloadDBLogFilePortion',
                'StartExportTask'
            )
        )
        or (service = 'dynamodb' and action = 'ExportTableToPointInTime')
        or (service = 'logs' and action = 'CreateExportTask')
        or (service = 'lightsail' and action = 'ExportSnapshot')
        or (service = 'glacier' and action = 'InitiateJob')
        or (
            service in ('memory-db', 'elasticache')
            and action in ('CopySnapshot', 'ExportServerlessCacheSnapshot')
        )
        or (service = 'imagebuilder' and action = 'CreateImage')
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, exported_to, prefix, bucket_owner, log_file, export_id, role, kms_key,
    service, principal_arn, access_key, user_agent, via, error_code, error_message
from exports
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
