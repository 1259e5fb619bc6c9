with records as (
select
    event_time,
    event_source,
    event_name,
    aws_region,
    source_ip_address,
    user_agent,
    error_code,
    error_message,
    request_parameters,
    response_elements,
    additional_event_data,
    event_id,
    recipient_account_id,
    service_event_details,
    user_identity_type,
    user_identity_principal_id,
    user_identity_arn,
    user_identity_account_id,
    user_identity_access_key_id,
    user_identity_user_name,
    user_identity_invoked_by,
    session_issuer_arn,
    session_issuer_user_name,
    session_assumed_root,
    on_behalf_of_user_id,
    invoked_by_delegate_account_id,
    folder_account
from (
    select
        cast(try(from_iso8601_timestamp(eventtime)) at time zone 'UTC' as timestamp) as event_time,
        eventsource as event_source,
        eventname as event_name,
        awsregion as aws_region,
        sourceipaddress as source_ip_address,
        useragent as user_agent,
        errorcode as error_code,
        errormessage as error_message,
        requestparameters as request_parameters,
        responseelements as response_elements,
        additionaleventdata as additional_event_data,
        eventid as event_id,
        recipientaccountid as recipient_account_id,
        serviceeventdetails as service_event_details,
        useridentity.type as user_identity_type,
        useridentity.principalid as user_identity_principal_id,
        useridentity.arn as user_identity_arn,
        useridentity.accountid as user_identity_account_id,
        useridentity.accesskeyid as user_identity_access_key_id,
        useridentity.username as user_identity_user_name,
        useridentity.invokedby as user_identity_invoked_by,
        useridentity.sessioncontext.sessionissuer.arn as session_issuer_arn,
        useridentity.sessioncontext.sessionissuer.username as session_issuer_user_name,
        useridentity.sessioncontext.assumedroot as session_assumed_root,
        useridentity.onbehalfof.userid as on_behalf_of_user_id,
        useridentity.invokedbydelegate.accountid as invoked_by_delegate_account_id,
        "account" as folder_account
    from "security"."cloudtrail"
    where
        "day" between '2026/03/09' and '2026/03/10'
)
where
    event_time >= timestamp '2026-03-09 00:00:00.000'
    and event_time < timestamp '2026-03-10 00:00:00.000'
),
events as (
select distinct
    time,
    outcome,
    action,
    service,
    access_key,
    coalesce(
        case
            when
                lower(caller_account) in ('anonymous', 'anonymous_principal')
                or lower(user_identity_principal_id) = 'anonymous'
                then 'anonymous'
            when identity_type = 'Root'
                then if(assumed_root, 'root-session', 'root')
            when identity_type = 'IAMUser'
                then 'user/' || coalesce(
                    user_name, regexp_extract(user_identity_arn, '[^/]+$')
                )
            when strpos(session_issuer_arn, ':role/aws-reserved/sso.amazonaws.com/') > 0
                then 'sso/' || session_name
            when identity_type = 'AssumedRole'
                then 'role/' || coalesce(
                    nullif(session_issuer_user_name, ''),
                    nullif(split_part(user_identity_arn, '/', 2), '')
                ) || coalesce('/' || session_name, '')
            when identity_type = 'Role'
                then 'role/' || coalesce(
                    user_name, regexp_extract(user_identity_arn, '[^/]+$')
                )
            when identity_type = 'FederatedUser'
                then 'federated/' || session_name
            when identity_type in ('SAMLUser', 'WebIdentityUser')
                then 'federated/' || coalesce(
                    user_name, nullif(user_identity_principal_id, '')
                )
            -- Identity Center used to call its users Unknown.
            when
                identity_type = 'IdentityCenterUser'
                or (
                    identity_type = 'Unknown'
                    and service in ('signin', 'sso', 'sso-directory', 'sso-oauth')
                )
                then 'sso/' || coalesce(
                    user_name,
                    nullif(on_behalf_of_user_id, ''),
                    nullif(user_identity_principal_id, '')
                )
            when identity_type = 'AWSAccount'
                then 'account/' || caller_account || coalesce(
                    '/' || nullif(user_identity_principal_id, ''), ''
                )
            when identity_type is null or identity_type = 'AWSService'
                then 'service/' || nullif(
                    split_part(user_identity_invoked_by, '.amazonaws.com', 1), ''
                )
            else lower(identity_type) || '/' || coalesce(
                user_name,
                nullif(user_identity_arn, ''),
                nullif(user_identity_principal_id, '')
            )
        end,
        nullif(user_identity_arn, ''),
        'account/' || caller_account
    ) as actor,
    principal_arn,
    via,
    source_ip,
    user_agent,
    account,
    region,
    error_code,
    error_message,
    request,
    response,
    event_id
from (
    select
        time,
        outcome,
        action,
        service,
        identity_type,
        caller_account,
        access_key,
        assumed_root,
        user_name,
        case
            when identity_type in ('AssumedRole', 'AWSAccount', 'FederatedUser')
                then coalesce(
                    nullif(split_part(user_identity_principal_id, ':', 2), ''),
                    nullif(split_part(user_identity_arn, '/', 3), '')
                )
        end as session_name,
        principal_arn,
        via,
        source_ip,
        user_agent,
        account,
        region,
        error_code,
        error_message,
        request,
        response,
        event_id,
        on_behalf_of_user_id,
        session_issuer_arn,
        session_issuer_user_name,
        user_identity_arn,
        user_identity_invoked_by,
        user_identity_principal_id
    from (
        select
            event_time as time,
            case
                when
                    regexp_replace(error_code, '^(Client|Server)[.]|Exception$', '') in (
                        'AuthorizationError', 'Forbidden', 'Unauthorized',
                        'UnauthorizedAccess', 'VpceAccessDenied'
                    )
                    or regexp_like(
                        error_code,
                        '^((Client|Server)[.])?AccessDenied|UnauthorizedOperation(Exception)?$'
                    )
                    then 'denied'
                when not regexp_like(nullif(error_code, ''), '^2[0-9]{2}$')
                    then 'failed'
                when
                    split_part(event_source, '.amazonaws.com', 1) in ('signin', 'sso')
                    and strpos(
                        replace(
                            coalesce(response_elements, '')
                            || coalesce(service_event_details, ''),
                            ' ',
                            ''
                        ),
                        '"' || nullif(event_name, '') || '":"Failure"'
                    ) > 0
                    then 'failed'
                when
                    split_part(event_source, '.amazonaws.com', 1) = 'signin'
                    and error_message <> ''
                    then 'failed'
                else 'success'
            end as outcome,
            nullif(
                regexp_replace(
                    event_name,
                    '20[0-9]{2}[-_]?(0[1-9]|1[0-2])[-_]?(0[1-9]|[12][0-9]|3[01])(v[0-9]+)?$',
                    ''
                ),
                ''
            ) as action,
            nullif(split_part(event_source, '.amazonaws.com', 1), '') as service,
            nullif(user_identity_type, '') as identity_type,
            nullif(user_identity_account_id, '') as caller_account,
            nullif(user_identity_access_key_id, '') as access_key,
            lower(session_assumed_root) = 'true' as assumed_root,
            coalesce(
                nullif(user_identity_user_name, ''),
                case
                    when user_identity_type in ('IdentityCenterUser', 'Unknown')
                        then nullif(
                            json_extract_scalar(additional_event_data, '$.UserName'), ''
                        )
                end
            ) as user_name,
            coalesce(
                nullif(session_issuer_arn, ''),
                case
                    when strpos(user_identity_arn, ':assumed-role/') > 0
                        then regexp_replace(
                            user_identity_arn,
                            '^(arn:[^:]*):sts:([^:]*:[^:]*):assumed-role/([^/]+).*$',
                            '$1:iam:$2:role/$3'
                        )
                    when strpos(user_identity_arn, ':iam:') > 0
                        then user_identity_arn
                end
            ) as principal_arn,
            coalesce(
                nullif(user_identity_invoked_by, ''),
                nullif(invoked_by_delegate_account_id, '')
            ) as via,
            nullif(source_ip_address, '') as source_ip,
            case
                when strpos(user_agent, '[') = 1 and substr(user_agent, -1) = ']'
                    then nullif(substr(user_agent, 2, length(user_agent) - 2), '')
                else nullif(user_agent, '')
            end as user_agent,
            coalesce(nullif(recipient_account_id, ''), folder_account) as account,
            nullif(aws_region, '') as region,
            nullif(error_code, '') as error_code,
            nullif(error_message, '') as error_message,
            nullif(request_parameters, '') as request,
            nullif(response_elements, '') as response,
            nullif(event_id, '') as event_id,
            on_behalf_of_user_id,
            session_issuer_arn,
            session_issuer_user_name,
            user_identity_arn,
            user_identity_invoked_by,
            user_identity_principal_id
        from records
    )
)
),
copies as (
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
    cast(null as array(varchar)) is null
    or any_match(
        cast(null as array(varchar)), part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
