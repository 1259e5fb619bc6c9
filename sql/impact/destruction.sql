-- title: "What was destroyed: buckets, databases, disks, keys, backups, queues?"
-- answers: [Q212, Q218, Q220, Q221, Q222, Q223, Q224, Q225, Q228]
-- attack: [T1485, T1490, T1489]
-- needs: [management:write]
-- severity: high
-- keywords:
--   [wiper, sabotage, ransomware, deleted, data loss, RDS, EFS, EBS, DynamoDB, EKS,
--   SQS, KMS]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "what was destroyed, by id, name or ARN, or a part of it"
-- chart: timeline
-- next: [impact/recovery, s3/object-deletions, impact/keys, resource/history]
-- notes: |
--   One row a call. `final_snapshot` is the name of the last snapshot, or `skipped`. A
--   key and a secret are not gone at once: `waiting_days` is the time in which the
--   deletion can be cancelled. DeleteMountTarget and DeleteRecoveryPoint come before a
--   file system and a vault are deleted.
-- false_positives: |
--   End of life, tests and infrastructure code that takes its own things away: see
--   whether the same identity made it.
-- cannot_show: |
--   Objects in buckets (see s3/object-deletions), and rows that were deleted inside a
--   database.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        response,
        coalesce(
            json_extract_scalar(request, '$.bucketName'),
            json_extract_scalar(request, '$.dBInstanceIdentifier'),
            json_extract_scalar(request, '$.dBClusterIdentifier'),
            json_extract_scalar(request, '$.dBSnapshotIdentifier'),
            json_extract_scalar(request, '$.dBClusterSnapshotIdentifier'),
            json_extract_scalar(request, '$.globalClusterIdentifier'),
            json_extract_scalar(request, '$.fileSystemId'),
            json_extract_scalar(request, '$.mountTargetId'),
            json_extract_scalar(request, '$.snapshotId'),
            json_extract_scalar(request, '$.imageId'),
            json_extract_scalar(request, '$.volumeId'),
            json_extract_scalar(request, '$.keyId'),
            json_extract_scalar(request, '$.queueUrl'),
            json_extract_scalar(request, '$.tableName'),
            json_extract_scalar(request, '$.topicArn'),
            json_extract_scalar(request, '$.recoveryPointArn'),
            json_extract_scalar(request, '$.backupVaultName'),
            json_extract_scalar(request, '$.clusterIdentifier'),
            json_extract_scalar(request, '$.cacheClusterId'),
            json_extract_scalar(request, '$.replicationGroupId'),
            json_extract_scalar(request, '$.vaultName'),
            json_extract_scalar(request, '$.repositoryName'),
            json_extract_scalar(request, '$.domainName'),
            json_extract_scalar(request, '$.streamName'),
            json_extract_scalar(request, '$.stackName'),
            json_extract_scalar(request, '$.backupId'),
            json_extract_scalar(request, '$.backupArn'),
            json_extract_scalar(request, '$.secretId'),
            json_extract_scalar(request, '$.name'),
            json_extract_scalar(request, '$.autoScalingGroupName'),
            json_extract_scalar(request, '$.customKeyStoreId'),
            nullif(
                array_join(
                    transform(
                        try_cast(
                            json_extract(request, '$.instancesSet.items') as array(json)
                        ),
                        one -> json_extract_scalar(one, '$.instanceId')
                    ),
                    ', '
                ),
                ''
            ),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        coalesce(
            json_extract_scalar(request, '$.finalDBSnapshotIdentifier'),
            json_extract_scalar(request, '$.finalSnapshotIdentifier'),
            json_extract_scalar(request, '$.finalClusterSnapshotIdentifier'),
            case
                when
                    coalesce(
                        json_extract_scalar(request, '$.skipFinalSnapshot'),
                        json_extract_scalar(request, '$.skipFinalClusterSnapshot')
                    )
                    = 'true'
                    then 'skipped'
            end
        ) as final_snapshot,
        json_extract_scalar(request, '$.deleteAutomatedBackups') as backups_deleted,
        coalesce(
            json_extract_scalar(request, '$.forceDeleteWithoutRecovery'),
            json_extract_scalar(request, '$.force')
        ) as without_recovery,
        try_cast(
            coalesce(
                json_extract_scalar(request, '$.pendingWindowInDays'),
                json_extract_scalar(request, '$.recoveryWindowInDays')
            ) as bigint
        ) as waiting_days,
        json_extract_scalar(response, '$.deletionDate') as deleted_at
    from events
    where
        (
            family = 's3'
            and action in (
                'DeleteBucket', 'DeleteTable', 'DeleteTableBucket', 'DeleteVectorBucket'
            )
        )
        or (
            service = 'rds'
            and action in (
                'DeleteDBCluster', 'DeleteDBClusterAutomatedBackup',
                'DeleteDBClusterSnapshot', 'DeleteDBInstance',
                'DeleteDBInstanceAutomatedBackup', 'DeleteDBSnapshot',
                'DeleteGlobalCluster'
            )
        )
        or (
            service = 'ec2'
            and action in (
                'DeleteRecycleBinSnapshot', 'DeleteSnapshot', 'DeleteVolume',
                'DeregisterImage', 'TerminateInstances'
            )
        )
        or (
            service = 'elasticfilesystem'
            and action in ('DeleteFileSystem', 'DeleteMountTarget')
        )
        or (
            service = 'fsx'
            and action in (
                'DeleteBackup', 'DeleteFileSystem', 'DeleteSnapshot', 'DeleteVolume'
            )
        )
        or (
            service = 'kms'
            and action in (
                'DeleteCustomKeyStore', 'DeleteImportedKeyMaterial',
                'ScheduleKeyDeletion'
            )
        )
        or (service = 'dynamodb' and action in ('DeleteBackup', 'DeleteTable'))
        or (
            service = 'redshift'
            and action in ('DeleteCluster', 'DeleteClusterSnapshot')
        )
        or (
            service in ('elasticache', 'memorydb')
            and action in (
                'DeleteCacheCluster', 'DeleteCluster', 'DeleteReplicationGroup',
                'DeleteSnapshot'
            )
        )
        or (
            service = 'backup'
            and action in ('DeleteBackupVault', 'DeleteRecoveryPoint')
        )
        or (
            service in ('sqs', 'sns')
            and action in ('DeleteQueue', 'DeleteTopic', 'PurgeQueue')
        )
        or (service = 'eks' and action in ('DeleteCluster', 'DeleteNodegroup'))
        or (
            service in ('ecr', 'es', 'kinesis', 'glacier', 'secretsmanager')
            and action in (
                'BatchDeleteImage', 'DeleteArchive', 'DeleteDomain',
                'DeleteElasticsearchDomain', 'DeleteRepository', 'DeleteSecret',
                'DeleteStream', 'DeleteVault'
            )
        )
        or (
            service in ('cloudformation', 'autoscaling', 'lightsail')
            and action in (
                'DeleteAutoScalingGroup', 'DeleteDisk', 'DeleteInstance',
                'DeleteRelationalDatabase', 'DeleteStack'
            )
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, final_snapshot, backups_deleted, without_recovery, waiting_days, deleted_at,
    service, principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
