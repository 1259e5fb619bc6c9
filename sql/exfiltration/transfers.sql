-- title: "Was DataSync, Batch, Transfer, DMS or another mover of data set to work?"
-- answers: [Q202]
-- attack: [T1537, T1567.002]
-- needs: [management:write]
-- severity: medium
-- keywords: [exfil, DataSync, SFTP, DMS, Snowball, AppFlow, Batch, migration]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "a location, task, job or server, or a part of its name"
-- chart: timeline
-- next: [s3/copies, exfiltration/exports, impact/compute]
-- notes: |
--   `target` is where data comes from, or the job; `destination` where it goes.
--   DataSync names its buckets when the locations are made (CreateLocationS3), and only
--   the locations' ARNs when the task is made and started: read them together.
-- false_positives: |
--   Migrations and regular jobs: look for an identity that never did it, and a
--   destination that is not yours.
-- cannot_show: |
--   What was moved and how much, unless data events were on at the bucket.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        response,
        coalesce(
            json_extract_scalar(request, '$.sourceLocationArn'),
            json_extract_scalar(request, '$.taskArn'),
            json_extract_scalar(request, '$.s3BucketArn'),
            json_extract_scalar(request, '$.serverHostname'),
            json_extract_scalar(request, '$.jobName'),
            json_extract_scalar(request, '$.jobDefinitionName'),
            json_extract_scalar(request, '$.jobDefinition'),
            json_extract_scalar(request, '$.replicationTaskIdentifier'),
            json_extract_scalar(request, '$.replicationTaskArn'),
            json_extract_scalar(request, '$.endpointIdentifier'),
            json_extract_scalar(request, '$.serverId'),
            json_extract_scalar(request, '$.userName'),
            json_extract_scalar(request, '$.connectorId'),
            json_extract_scalar(request, '$.jobId'),
            json_extract_scalar(request, '$.name'),
            json_extract_scalar(request, '$.flowName'),
            json_extract_scalar(request, '$.subdirectory'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        coalesce(
            json_extract_scalar(request, '$.destinationLocationArn'),
            json_extract_scalar(request, '$.jobQueue'),
            json_extract_scalar(request, '$.endpointArn'),
            json_extract_scalar(request, '$.targetEndpointArn'),
            json_extract_scalar(request, '$.homeDirectory'),
            json_extract_scalar(request, '$.serverName'),
            json_extract_scalar(request, '$.url'),
            json_extract_scalar(request, '$.addressId')
        ) as destination,
        coalesce(
            json_extract_scalar(response, '$.taskArn'),
            json_extract_scalar(response, '$.taskExecutionArn'),
            json_extract_scalar(response, '$.locationArn'),
            json_extract_scalar(response, '$.jobId'),
            json_extract_scalar(response, '$.jobDefinitionArn'),
            json_extract_scalar(response, '$.serverId'),
            json_extract_scalar(response, '$.replicationTask.replicationTaskArn')
        ) as task,
        json_extract_scalar(request, '$.containerProperties.image') as image,
        coalesce(
            nullif(
                array_join(
                    try_cast(
                        json_extract(request, '$.containerProperties.command')
                        as array(varchar)
                    ),
                    ', '
                ),
                ''
            ),
            nullif(
                array_join(
                    try_cast(
                        json_extract(request, '$.containerOverrides.command')
                        as array(varchar)
                    ),
                    ', '
                ),
                ''
            )
        ) as command,
        coalesce(
            json_extract_scalar(request, '$.s3Config.bucketAccessRoleArn'),
            json_extract_scalar(request, '$.containerProperties.jobRoleArn'),
            json_extract_scalar(request, '$.role'),
            json_extract_scalar(request, '$.accessRole'),
            json_extract_scalar(request, '$.roleArn')
        ) as role
    from events
    where
        (
            service = 'datasync'
            and regexp_like(action, '^(Create(Task|Loc|Agent)|(Start|Update)Task)')
        )
        or (
            service = 'batch'
            and action in (
                'CreateComputeEnvironment', 'RegisterJobDefinition', 'SubmitJob'
            )
        )
        or (
            service = 'transfer'
            and action in (
                'CreateConnector', 'CreateServer', 'CreateUser', 'ImportSshPublicKey',
                'StartFileTransfer', 'UpdateUser'
            )
        )
        or (
            service = 'dms'
            and action in (
                'CreateEndpoint', 'CreateReplicationConfig', 'CreateReplicationTask',
                'StartReplication', 'StartReplicationTask'
            )
        )
        or (service = 'snowball' and action in ('CreateCluster', 'CreateJob'))
        or (service = 'appflow' and action in ('CreateFlow', 'StartFlow'))
        or (
            service = 'storagegateway'
            and action in ('CreateNFSFileShare', 'CreateSMBFileShare')
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, destination, task, image, command, role, service, principal_arn, access_key,
    user_agent, via, error_code, error_message
from calls
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
