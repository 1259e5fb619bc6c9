-- title: "Was the way back cut: backups, vault locks, deletion protection?"
-- answers: [Q214, Q222, Q223]
-- attack: [T1490, T1485]
-- needs: [management:write]
-- severity: high
-- keywords:
--   [ransomware, backup, recovery, deletion protection, vault lock, retention, point in
--   time, wiper]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "a vault, database, instance, table or plan, or a part of it"
-- chart: timeline
-- next: [impact/destruction, s3/bucket-changes, impact/keys]
-- notes: |
--   ModifyDBInstance, ModifyInstanceAttribute and their like are listed where they take
--   protection off (`protection` false) or name a retention, or where they were
--   refused. A `retention_days` of 0 turns automated backups off. A vault in compliance
--   mode cannot be deleted: a failed attempt says as much.
-- false_positives: |
--   Code that takes protection off before it takes a thing away; saving costs.
-- cannot_show: |
--   What the setting was before. Versioning and Object Lock of buckets are in
--   s3/bucket-changes.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        coalesce(
            json_extract_scalar(request, '$.recoveryPointArn'),
            json_extract_scalar(request, '$.backupPlanId'),
            json_extract_scalar(request, '$.backupVaultName'),
            json_extract_scalar(request, '$.dBInstanceIdentifier'),
            json_extract_scalar(request, '$.dBClusterIdentifier'),
            json_extract_scalar(request, '$.dBSnapshotIdentifier'),
            json_extract_scalar(request, '$.instanceId'),
            json_extract_scalar(request, '$.tableName'),
            json_extract_scalar(request, '$.identifier'),
            json_extract_scalar(request, '$.resourceArn'),
            json_extract_scalar(request, '$.fileSystemId'),
            json_extract_scalar(request, '$.imageId'),
            json_extract_scalar(request, '$.clusterIdentifier'),
            json_extract_scalar(request, '$.selectionId'),
            json_extract_scalar(request, '$.policyId'),
            json_extract_scalar(request, '$.backupArn'),
            json_extract_scalar(request, '$.replicationGroupId'),
            json_extract_scalar(request, '$.loadBalancerArn'),
            json_extract_scalar(request, '$.userPoolId'),
            json_extract_scalar(request, '$.stackName'),
            json_extract_scalar(request, '$.domainName'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        coalesce(
            json_extract_scalar(request, '$.deletionProtection'),
            json_extract_scalar(request, '$.deletionProtectionEnabled'),
            json_extract_scalar(request, '$.disableApiTermination.value'),
            json_extract_scalar(request, '$.enableTerminationProtection'),
            json_extract_scalar(request, '$.terminationProtected')
        ) as protection,
        try_cast(
            coalesce(
                json_extract_scalar(request, '$.backupRetentionPeriod'),
                json_extract_scalar(request, '$.maxRetentionDays'),
                json_extract_scalar(request, '$.snapshotRetentionLimit'),
                json_extract_scalar(request, '$.automatedSnapshotRetentionPeriod'),
                json_extract_scalar(request, '$.lifecycle.deleteAfterDays'),
                json_extract_scalar(request, '$.retentionPeriod.retentionPeriodValue')
            ) as bigint
        ) as retention_days,
        json_extract_scalar(
            request, '$.pointInTimeRecoverySpecification.pointInTimeRecoveryEnabled'
        ) as point_in_time
    from events
    where
        (
            service = 'backup'
            and action in (
                'DeleteBackupPlan', 'DeleteBackupSelection', 'DeleteBackupVault',
                'DeleteBackupVaultAccessPolicy', 'DeleteBackupVaultLockConfiguration',
                'DeleteRecoveryPoint', 'DisassociateRecoveryPoint',
                'PutBackupVaultLockConfiguration', 'StopBackupJob', 'UpdateBackupPlan',
                'UpdateRecoveryPointLifecycle', 'UpdateRegionSettings'
            )
        )
        or (
            service = 'rds'
            and action in (
                'DeleteDBClusterAutomatedBackup', 'DeleteDBClusterSnapshot',
                'DeleteDBInstanceAutomatedBackup', 'DeleteDBSnapshot',
                'ModifyDBCluster', 'ModifyDBInstance',
                'StopDBInstanceAutomatedBackupsReplication'
            )
        )
        or (
            service = 'ec2'
            and action in (
                'DeleteRecycleBinSnapshot', 'DeregisterImage',
                'DisableFastSnapshotRestores', 'DisableImageDeregistrationProtection',
                'ModifyInstanceAttribute', 'UnlockSnapshot'
            )
        )
        or (
            service = 'dynamodb'
            and action in ('DeleteBackup', 'UpdateContinuousBackups', 'UpdateTable')
        )
        or (service = 'rbin' and action in ('DeleteRule', 'UnlockRule', 'UpdateRule'))
        or (
            service = 'dlm'
            and action in ('DeleteLifecyclePolicy', 'UpdateLifecyclePolicy')
        )
        or (
            service in ('elasticfilesystem', 'fsx')
            and action in (
                'DeleteBackup', 'DeleteReplicationConfiguration', 'PutBackupPolicy',
                'UpdateFileSystem'
            )
        )
        or (
            service in ('redshift', 'elasticache')
            and action in (
                'DeleteClusterSnapshot', 'DeleteSnapshot', 'DisableSnapshotCopy',
                'ModifyCluster', 'ModifyReplicationGroup'
            )
        )
        or (service = 'cloudformation' and action = 'UpdateTerminationProtection')
        or (
            service in ('vss', 'cloudendure', 'drs')
            and action in (
                'DeleteRecoveryInstance', 'DeleteSourceServer', 'DisconnectSourceServer'
            )
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, protection, retention_days, point_in_time, service, principal_arn,
    access_key, user_agent, via, error_code, error_message
from calls
where
    (
        :target is null
        or any_match(
            :target, part -> strpos(coalesce(target, error_message), part) > 0
        )
    )
    and (
        outcome <> 'success'
        or not regexp_like(
            action, '^Modify(DB|Instance|Cluster|Repl)|^UpdateTable$|^UpdateFileSystem$'
        )
        or coalesce(protection, point_in_time) = 'false'
        or retention_days is not null
    )
order by time, event_id
