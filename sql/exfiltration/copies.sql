-- title: "Which disks, images and databases were copied, and where to?"
-- answers: [Q192]
-- attack: [T1578.001, T1537]
-- needs: [management:write]
-- severity: low
-- keywords: [exfil, snapshot, AMI, EBS, RDS, backup, clone, staging]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "a volume, instance, database or snapshot, or a part of its name"
-- chart: timeline
-- next:
--   [exfiltration/shares, exfiltration/exports, exfiltration/databases,
--   resource/history]
-- notes: |
--   `target` is the source, `copy` what was made. CreateVolume and AttachVolume are
--   here because a disk is read by making a volume of its snapshot and attaching it:
--   `copied_to` is then the instance. AWS Backup copies appear as StartCopyJob, with
--   the destination vault, whose account stands in its ARN.
-- false_positives: |
--   Nightly backups by AWS Backup, Data Lifecycle Manager and database automation: look
--   at `via` and at whether the same identity does it every day.
-- cannot_show: |
--   A copy that another account makes of a shared snapshot is recorded in that account;
--   the owner sees SharedSnapshotCopyInitiated alone.
with copies as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        response,
        coalesce(
            json_extract_scalar(request, '$.volumeId'),
            json_extract_scalar(request, '$.snapshotId'),
            json_extract_scalar(request, '$.sourceSnapshotId'),
            json_extract_scalar(request, '$.sourceImageId'),
            json_extract_scalar(request, '$.instanceId'),
            json_extract_scalar(request, '$.imageId'),
            json_extract_scalar(request, '$.dBInstanceIdentifier'),
            json_extract_scalar(request, '$.dBClusterIdentifier'),
            json_extract_scalar(request, '$.sourceDBSnapshotIdentifier'),
            json_extract_scalar(request, '$.sourceDBClusterSnapshotIdentifier'),
            json_extract_scalar(request, '$.recoveryPointArn'),
            json_extract_scalar(request, '$.resourceArn'),
            json_extract_scalar(request, '$.clusterIdentifier'),
            json_extract_scalar(request, '$.sourceSnapshotIdentifier'),
            json_extract_scalar(request, '$.sourceSnapshotName'),
            json_extract_scalar(request, '$.fileSystemId'),
            json_extract_scalar(request, '$.backupId'),
            json_extract_scalar(request, '$.diskName'),
            json_extract_scalar(request, '$.instanceName'),
            json_extract_scalar(request, '$.objectKey'),
            json_extract_scalar(
                request, '$.CreateSnapshotsRequest.InstanceSpecification.InstanceId'
            ),
            json_extract_scalar(request, '$.instanceSpecification.instanceId'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        coalesce(
            case
                when action = 'CreateVolume'
                    then json_extract_scalar(response, '$.volumeId')
            end,
            json_extract_scalar(response, '$.snapshotId'),
            json_extract_scalar(response, '$.imageId'),
            json_extract_scalar(response, '$.volumeId'),
            json_extract_scalar(response, '$.dBSnapshotIdentifier'),
            json_extract_scalar(response, '$.dBClusterSnapshotIdentifier'),
            json_extract_scalar(response, '$.dBSnapshot.dBSnapshotIdentifier'),
            json_extract_scalar(response, '$.copyJobId'),
            json_extract_scalar(response, '$.backupJobId'),
            json_extract_scalar(response, '$.restoreJobId'),
            json_extract_scalar(response, '$.backup.backupId'),
            json_extract_scalar(response, '$.objectKey'),
            json_extract_scalar(request, '$.targetDBSnapshotIdentifier'),
            json_extract_scalar(request, '$.targetDBClusterSnapshotIdentifier'),
            json_extract_scalar(request, '$.dBSnapshotIdentifier'),
            json_extract_scalar(request, '$.dBClusterSnapshotIdentifier'),
            json_extract_scalar(request, '$.snapshotIdentifier'),
            json_extract_scalar(request, '$.targetSnapshotIdentifier'),
            json_extract_scalar(request, '$.targetSnapshotName'),
            json_extract_scalar(request, '$.snapshotName'),
            json_extract_scalar(request, '$.diskSnapshotName'),
            json_extract_scalar(request, '$.instanceSnapshotName')
        ) as copy,
        coalesce(
            json_extract_scalar(request, '$.destinationRegion'),
            json_extract_scalar(request, '$.destinationBackupVaultArn'),
            json_extract_scalar(request, '$.targetRegion'),
            json_extract_scalar(request, '$.bucket'),
            case
                when action = 'AttachVolume'
                    then json_extract_scalar(request, '$.instanceId')
            end
        ) as copied_to,
        json_extract_scalar(request, '$.sourceRegion') as from_region,
        coalesce(
            json_extract_scalar(request, '$.encrypted'),
            json_extract_scalar(response, '$.encrypted')
        ) as encrypted,
        coalesce(
            json_extract_scalar(request, '$.kmsKeyId'),
            json_extract_scalar(request, '$.encryptionKeyId')
        ) as kms_key
    from events
    where
        (
            service = 'ec2'
            and action in (
                'AttachVolume', 'CopyImage', 'CopySnapshot', 'CopyVolumes',
                'CreateImage', 'CreateReplaceRootVolumeTask', 'CreateRestoreImageTask',
                'CreateSnapshot', 'CreateSnapshots', 'CreateStoreImageTask',
                'CreateVolume', 'ModifySnapshotTier', 'RestoreImageFromRecycleBin',
                'RestoreSnapshotFromRecycleBin'
            )
        )
        or (
            service = 'rds'
            and action in (
                'CopyDBClusterSnapshot', 'CopyDBSnapshot', 'CreateDBClusterSnapshot',
                'CreateDBInstanceReadReplica', 'CreateDBSnapshot',
                'StartDBInstanceAutomatedBackupsReplication'
            )
        )
        or (
            service = 'redshift'
            and action in (
                'CopyClusterSnapshot', 'CreateClusterSnapshot', 'EnableSnapshotCopy'
            )
        )
        or (
            service = 'backup'
            and action in ('StartBackupJob', 'StartCopyJob', 'StartRestoreJob')
        )
        or (
            service = 'fsx'
            and action in (
                'CopyBackup', 'CreateBackup', 'CreateFileSystemFromBackup',
                'CreateVolumeFromBackup'
            )
        )
        or (service = 'elasticache' and action in ('CopySnapshot', 'CreateSnapshot'))
        or (service = 'elasticfilesystem' and action = 'CreateReplicationConfiguration')
        or (
            service = 'lightsail'
            and action in (
                'CopySnapshot', 'CreateDiskSnapshot', 'CreateInstanceSnapshot',
                'CreateRelationalDatabaseSnapshot'
            )
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, copy, copied_to, from_region, encrypted, kms_key, service, principal_arn,
    access_key, user_agent, via, error_code, error_message
from copies
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
