-- title: "What was stopped, terminated, rebooted or failed over?"
-- answers: [Q220, Q231]
-- attack: [T1489, T1485, T1529]
-- needs: [management:write]
-- severity: medium
-- keywords: [denial of service, outage, stop, terminate, reboot, failover]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "an instance, database, cluster or group, or a part of it"
-- chart: timeline
-- next: [impact/destruction, impact/compute, resource/history]
-- notes: |
--   One row a call; all instances of a call are in `target`, and `was` tells the state
--   of each before. An instance that is stopped, changed and started again may have got
--   new user data: see resource/history. FailoverDBCluster and TestFailover interrupt
--   for seconds to minutes.
-- false_positives: |
--   Schedules that stop machines at night, scaling in, and patching.
-- cannot_show: |
--   Stops from inside the machine, and of spot instances by AWS, which are events of
--   the service.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        response,
        coalesce(
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
            json_extract_scalar(request, '$.dBInstanceIdentifier'),
            json_extract_scalar(request, '$.dBClusterIdentifier'),
            json_extract_scalar(request, '$.globalClusterIdentifier'),
            json_extract_scalar(request, '$.clusterIdentifier'),
            json_extract_scalar(request, '$.cacheClusterId'),
            json_extract_scalar(request, '$.replicationGroupId'),
            json_extract_scalar(request, '$.autoScalingGroupName'),
            json_extract_scalar(request, '$.instanceId'),
            json_extract_scalar(request, '$.clusterName'),
            json_extract_scalar(request, '$.name'),
            json_extract_scalar(request, '$.instanceName'),
            json_extract_scalar(request, '$.functionName'),
            json_extract_scalar(request, '$.service'),
            json_extract_scalar(request, '$.environmentName'),
            json_extract_scalar(request, '$.brokerId'),
            json_extract_scalar(request, '$.workspaceId'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        coalesce(
            json_extract_scalar(request, '$.force'),
            json_extract_scalar(request, '$.forceFailover'),
            json_extract_scalar(request, '$.hibernate')
        ) as forced,
        coalesce(
            json_extract_scalar(request, '$.targetDBInstanceIdentifier'),
            json_extract_scalar(request, '$.targetDbClusterIdentifier'),
            json_extract_scalar(request, '$.nodeGroupId')
        ) as failover_to,
        try_cast(
            coalesce(
                json_extract_scalar(request, '$.desiredCapacity'),
                json_extract_scalar(request, '$.desiredCount'),
                json_extract_scalar(request, '$.reservedConcurrentExecutions'),
                json_extract_scalar(request, '$.minSize')
            ) as bigint
        ) as new_size,
        nullif(
            array_join(
                transform(
                    try_cast(
                        json_extract(response, '$.instancesSet.items') as array(json)
                    ),
                    one -> json_extract_scalar(one, '$.previousState.name')
                ),
                ', '
            ),
            ''
        ) as was
    from events
    where
        (
            service = 'ec2'
            and action in ('RebootInstances', 'StopInstances', 'TerminateInstances')
        )
        or (
            service = 'rds'
            and action in (
                'FailoverDBCluster', 'FailoverGlobalCluster', 'RebootDBCluster',
                'RebootDBInstance', 'StopDBCluster', 'StopDBInstance',
                'SwitchoverGlobalCluster', 'SwitchoverReadReplica'
            )
        )
        or (
            service = 'redshift'
            and action in ('FailoverPrimaryCompute', 'PauseCluster', 'RebootCluster')
        )
        or (
            service in ('elasticache', 'memorydb')
            and action in ('FailoverShard', 'RebootCacheCluster', 'TestFailover')
        )
        or (
            service = 'autoscaling'
            and action in (
                'SetDesiredCapacity', 'SuspendProcesses',
                'TerminateInstanceInAutoScalingGroup'
            )
        )
        or (service = 'ecs' and action in ('DeleteService', 'StopTask'))
        or (
            service = 'lambda'
            and action in ('DeleteFunction', 'PutFunctionConcurrency')
        )
        or (
            service in ('lightsail', 'mq', 'workspaces')
            and action in (
                'RebootBroker', 'RebootInstance', 'StopInstance', 'StopWorkspaces',
                'TerminateWorkspaces'
            )
        )
        or (
            service = 'elasticbeanstalk'
            and action in ('RebuildEnvironment', 'TerminateEnvironment')
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, forced, failover_to, new_size, was, service, principal_arn, access_key,
    user_agent, via, error_code, error_message
from calls
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
