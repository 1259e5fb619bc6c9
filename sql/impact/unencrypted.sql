-- title: "What was made without encryption, and was the default turned off?"
-- answers: [Q226, Q241]
-- attack: [T1565, T1486]
-- needs: [management:write]
-- severity: low
-- keywords: [EBS encryption by default, unencrypted, SQS, log group, compliance]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "a disk, database, queue or log group, or a part of it"
-- chart: timeline
-- next: [exfiltration/copies, exfiltration/shares, impact/keys]
-- notes: |
--   `encrypted` is false where the call or its answer says so, and empty where neither
--   tells: the default of the account then decides. Log groups are always encrypted by
--   AWS: `false` means without a key of your own. DisableEbsEncryptionByDefault holds
--   for one Region, and from then on a new disk or a copy of a snapshot is plain: it
--   can be shared with anyone.
-- false_positives: |
--   Old templates, and things that need no encryption.
-- cannot_show: |
--   Things that were plain before. Buckets are always encrypted: their key is in
--   s3/bucket-changes.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        response,
        coalesce(
            json_extract_scalar(request, '$.volumeId'),
            json_extract_scalar(request, '$.dBInstanceIdentifier'),
            json_extract_scalar(request, '$.dBClusterIdentifier'),
            json_extract_scalar(request, '$.queueName'),
            json_extract_scalar(request, '$.queueUrl'),
            json_extract_scalar(request, '$.name'),
            json_extract_scalar(request, '$.logGroupName'),
            json_extract_scalar(request, '$.clusterIdentifier'),
            json_extract_scalar(request, '$.tableName'),
            json_extract_scalar(request, '$.streamName'),
            json_extract_scalar(request, '$.kmsKeyId'),
            json_extract_scalar(response, '$.volumeId'),
            json_extract_scalar(response, '$.snapshotId'),
            json_extract_scalar(response, '$.fileSystemId'),
            json_extract_scalar(request, '$.sourceSnapshotId'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        coalesce(
            json_extract_scalar(response, '$.encrypted'),
            json_extract_scalar(request, '$.encrypted'),
            json_extract_scalar(request, '$.storageEncrypted'),
            json_extract_scalar(request, '$.ebsEncryptionByDefault'),
            json_extract_scalar(response, '$.storageEncrypted'),
            json_extract_scalar(request, '$.atRestEncryptionEnabled'),
            json_extract_scalar(request, '$.sSESpecification.enabled'),
            case
                when action = 'DisableEbsEncryptionByDefault' and outcome = 'success'
                    then 'false'
                when service = 'sqs'
                    then json_extract_scalar(
                        request, '$.attributes.SqsManagedSseEnabled'
                    )
                when
                    service = 'logs'
                    and request is not null
                    and json_extract(request, '$.kmsKeyId') is null
                    then 'false'
                when service = 'logs' then if(request is not null, 'true')
            end
        ) as encrypted,
        coalesce(
            json_extract_scalar(request, '$.kmsKeyId'),
            json_extract_scalar(request, '$.attributes.KmsMasterKeyId')
        ) as kms_key,
        coalesce(
            json_extract_scalar(request, '$.snapshotId'),
            json_extract_scalar(request, '$.sourceSnapshotId'),
            json_extract_scalar(request, '$.sourceDBSnapshotIdentifier'),
            json_extract_scalar(request, '$.dBSnapshotIdentifier')
        ) as made_from
    from events
    where
        (
            service = 'ec2'
            and action in (
                'CopySnapshot', 'CreateSnapshot', 'CreateVolume',
                'DisableEbsEncryptionByDefault', 'ModifyEbsDefaultKmsKeyId',
                'ResetEbsDefaultKmsKeyId'
            )
        )
        or (
            service = 'rds'
            and action in (
                'CreateDBCluster', 'CreateDBInstance', 'RestoreDBInstanceFromDBSnapshot'
            )
        )
        or (service = 'elasticfilesystem' and action = 'CreateFileSystem')
        or (service = 'redshift' and action = 'CreateCluster')
        or (service = 'sqs' and action in ('CreateQueue', 'SetQueueAttributes'))
        or (service = 'logs' and action in ('CreateLogGroup', 'DisassociateKmsKey'))
        or (service = 'elasticache' and action = 'CreateReplicationGroup')
        or (service = 'kinesis' and action = 'StopStreamEncryption')
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, encrypted, kms_key, made_from, service, principal_arn, access_key,
    user_agent, via, error_code, error_message
from calls
where
    (
        :target is null
        or any_match(
            :target, part -> strpos(coalesce(target, error_message), part) > 0
        )
    )
    and (
        coalesce(encrypted, 'unknown') <> 'true'
        or action in ('ModifyEbsDefaultKmsKeyId', 'ResetEbsDefaultKmsKeyId')
    )
    and (action <> 'SetQueueAttributes' or encrypted is not null)
order by time, event_id
