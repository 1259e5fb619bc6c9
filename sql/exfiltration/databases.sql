-- title: "Which databases were made public, restored, or given a new password?"
-- answers: [Q195]
-- attack: [T1578.005, T1537, T1556]
-- needs: [management:write]
-- severity: medium
-- keywords: [RDS, Aurora, Redshift, public, exfil, password]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "a database, cluster or table by name or ARN, or a part of it"
-- chart: timeline
-- next:
--   [exfiltration/copies, exfiltration/shares, network/other-groups, resource/history]
-- notes: |
--   The pattern to look for: a restore from a snapshot, then ModifyDBInstance with
--   `public` true or `password_changed` on the copy: so its data is read without the
--   original's password. `public` is null where the call did not say it and the answer
--   does not tell. A change of other settings is listed too: read the columns.
-- false_positives: |
--   Restores for tests, and infrastructure code that repeats the whole configuration in
--   each change.
-- cannot_show: |
--   Who then connected to the database: that is in its own log. A password is never in
--   CloudTrail.
with changes as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        response,
        coalesce(
            json_extract_scalar(request, '$.dBInstanceIdentifier'),
            json_extract_scalar(request, '$.dBClusterIdentifier'),
            json_extract_scalar(request, '$.targetDBInstanceIdentifier'),
            json_extract_scalar(request, '$.newDBInstanceIdentifier'),
            json_extract_scalar(request, '$.clusterIdentifier'),
            json_extract_scalar(request, '$.workgroupName'),
            json_extract_scalar(request, '$.replicationInstanceIdentifier'),
            json_extract_scalar(request, '$.domainName'),
            json_extract_scalar(request, '$.resourceArn'),
            json_extract_scalar(request, '$.tableName'),
            json_extract_scalar(request, '$.targetTableName'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        coalesce(
            json_extract_scalar(request, '$.publiclyAccessible'),
            json_extract_scalar(response, '$.publiclyAccessible')
        ) as public,
        coalesce(
            json_extract_scalar(request, '$.masterUserPassword'),
            json_extract_scalar(request, '$.manageMasterUserPassword'),
            json_extract_scalar(request, '$.adminUserPassword')
        )
        is not null as password_changed,
        coalesce(
            json_extract_scalar(request, '$.dBSnapshotIdentifier'),
            json_extract_scalar(request, '$.dBClusterSnapshotIdentifier'),
            json_extract_scalar(request, '$.snapshotIdentifier'),
            json_extract_scalar(request, '$.sourceDBInstanceIdentifier'),
            json_extract_scalar(request, '$.sourceDBClusterIdentifier'),
            json_extract_scalar(request, '$.sourceTableName'),
            json_extract_scalar(request, '$.backupArn'),
            json_extract_scalar(request, '$.snapshotArn'),
            json_extract_scalar(request, '$.sourceDbiResourceId')
        ) as restored_from,
        coalesce(
            nullif(
                array_join(
                    try_cast(
                        json_extract(request, '$.vpcSecurityGroupIds') as array(varchar)
                    ),
                    ', '
                ),
                ''
            ),
            nullif(
                array_join(
                    try_cast(
                        json_extract(response, '$.vpcSecurityGroupIds')
                        as array(varchar)
                    ),
                    ', '
                ),
                ''
            )
        ) as security_groups,
        coalesce(
            json_extract_scalar(request, '$.newDBInstanceIdentifier'),
            json_extract_scalar(request, '$.newDBClusterIdentifier'),
            json_extract_scalar(request, '$.newClusterIdentifier')
        ) as new_name,
        case
            when action = 'ModifyActivityStream'
                then json_extract_scalar(request, '$.auditPolicyState')
            when action = 'StopActivityStream' then 'stopped'
        end as audit_stream
    from events
    where
        (
            service = 'rds'
            and action in (
                'AddRoleToDBCluster', 'AddRoleToDBInstance', 'CreateDBInstance',
                'CreateDBInstanceReadReplica', 'EnableHttpEndpoint',
                'ModifyActivityStream', 'ModifyDBCluster', 'ModifyDBInstance',
                'RestoreDBClusterFromS3', 'RestoreDBClusterFromSnapshot',
                'RestoreDBClusterToPointInTime', 'RestoreDBInstanceFromDBSnapshot',
                'RestoreDBInstanceFromS3', 'RestoreDBInstanceToPointInTime',
                'StopActivityStream'
            )
        )
        or (
            service = 'redshift'
            and action in (
                'CreateCluster', 'ModifyCluster', 'RestoreFromClusterSnapshot',
                'RestoreTableFromClusterSnapshot'
            )
        )
        or (
            service = 'redshift-serverless'
            and action in (
                'CreateWorkgroup', 'RestoreFromSnapshot', 'UpdateNamespace',
                'UpdateWorkgroup'
            )
        )
        or (service = 'dms' and action = 'CreateReplicationInstance')
        or (
            service = 'dynamodb'
            and action in ('RestoreTableFromBackup', 'RestoreTableToPointInTime')
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, public, password_changed, restored_from, security_groups, new_name,
    audit_stream, service, principal_arn, access_key, user_agent, via, error_code,
    error_message
from changes
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
