-- title: "Which machines, containers and jobs were started, of what kind and how many?"
-- answers: [Q206, Q208, Q225]
-- attack: [T1496.001, T1578.002]
-- needs: [management:write]
-- severity: medium
-- keywords:
--   [crypto mining, cryptomining, miner, GPU, resource hijacking, EC2, ECS, Fargate,
--   EKS, Batch, Lightsail, SageMaker, quota]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "an instance, group, cluster or job, or a part of its name"
-- chart: timeline
-- next:
--   [impact/launches, impact/reservations, network/security-groups, identity/activity]
-- notes: |
--   One row a call. `wanted` is how many the call asked for. Look for large or GPU
--   types (p, g, trn, inf), for many at once, for a Region that was never used, and for
--   a `key_name` no one knows. A refused or failed call is listed: a quota that stops
--   it is `failed`. RequestServiceQuotaIncrease is here because it comes before.
-- false_positives: |
--   Auto scaling, deployments and batch work: look at `via` and at what the same
--   identity starts on other days.
-- cannot_show: |
--   What ran on the machine. Instances that a group or a fleet starts are made by a
--   service: see `via`.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        response,
        coalesce(
            json_extract_scalar(request, '$.autoScalingGroupName'),
            json_extract_scalar(request, '$.launchTemplateName'),
            json_extract_scalar(request, '$.cluster'),
            json_extract_scalar(request, '$.clusterName'),
            json_extract_scalar(request, '$.jobName'),
            json_extract_scalar(request, '$.family'),
            json_extract_scalar(request, '$.notebookInstanceName'),
            json_extract_scalar(request, '$.trainingJobName'),
            json_extract_scalar(request, '$.processingJobName'),
            json_extract_scalar(request, '$.endpointName'),
            json_extract_scalar(request, '$.domainName'),
            json_extract_scalar(request, '$.projectName'),
            json_extract_scalar(request, '$.name'),
            json_extract_scalar(request, '$.serviceCode'),
            nullif(
                array_join(
                    transform(
                        try_cast(
                            json_extract(response, '$.instancesSet.items')
                            as array(json)
                        ),
                        one -> json_extract_scalar(one, '$.instanceId')
                    ),
                    ', '
                ),
                ''
            ),
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
            nullif(
                array_join(
                    try_cast(
                        json_extract(request, '$.instanceNames') as array(varchar)
                    ),
                    ', '
                ),
                ''
            ),
            json_extract_scalar(
                json_extract(request, '$.CreateLaunchTemplateRequest'),
                '$.LaunchTemplateName'
            ),
            json_extract_scalar(request, '$.CreateFleetRequest.Type'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        coalesce(
            json_extract_scalar(request, '$.instanceType'),
            json_extract_scalar(request, '$.launchSpecification.instanceType'),
            json_extract_scalar(request, '$.bundleId'),
            json_extract_scalar(request, '$.resourceConfig.instanceType'),
            json_extract_scalar(
                json_extract(request, '$.CreateLaunchTemplateRequest'),
                '$.LaunchTemplateData.InstanceType'
            ),
            nullif(
                array_join(
                    try_cast(
                        json_extract(request, '$.instanceTypes') as array(varchar)
                    ),
                    ', '
                ),
                ''
            ),
            nullif(
                array_join(
                    try_cast(
                        json_extract(request, '$.computeResources.instanceTypes')
                        as array(varchar)
                    ),
                    ', '
                ),
                ''
            ),
            nullif(
                array_join(
                    transform(
                        try_cast(
                            json_extract(response, '$.instancesSet.items')
                            as array(json)
                        ),
                        one -> json_extract_scalar(one, '$.instanceType')
                    ),
                    ', '
                ),
                ''
            )
        ) as instance_type,
        try_cast(
            coalesce(
                json_extract_scalar(request, '$.instancesSet.items[0].maxCount'),
                json_extract_scalar(request, '$.desiredCapacity'),
                json_extract_scalar(request, '$.maxSize'),
                json_extract_scalar(request, '$.instanceCount'),
                json_extract_scalar(request, '$.desiredCount'),
                json_extract_scalar(request, '$.count'),
                json_extract_scalar(request, '$.desiredValue'),
                json_extract_scalar(request, '$.resourceConfig.instanceCount'),
                json_extract_scalar(
                    request, '$.TargetCapacitySpecification.TotalTargetCapacity'
                )
            ) as double
        ) as wanted,
        coalesce(
            json_extract_scalar(request, '$.instancesSet.items[0].imageId'),
            json_extract_scalar(request, '$.imageId'),
            json_extract_scalar(request, '$.blueprintId'),
            json_extract_scalar(request, '$.taskDefinition'),
            json_extract_scalar(request, '$.algorithmSpecification.trainingImage'),
            json_extract_scalar(request, '$.containerDefinitions[0].image')
        ) as image,
        coalesce(
            json_extract_scalar(request, '$.instancesSet.items[0].keyName'),
            json_extract_scalar(request, '$.keyName')
        ) as key_name,
        coalesce(
            json_extract_scalar(request, '$.iamInstanceProfile.arn'),
            json_extract_scalar(request, '$.iamInstanceProfile.name'),
            json_extract_scalar(request, '$.taskRoleArn'),
            json_extract_scalar(request, '$.roleArn'),
            json_extract_scalar(request, '$.executionRoleArn')
        ) as instance_role
    from events
    where
        (
            service = 'ec2'
            and action in (
                'CreateFleet', 'CreateLaunchTemplate', 'CreateLaunchTemplateVersion',
                'RequestSpotFleet', 'RequestSpotInstances', 'RunInstances',
                'StartInstances'
            )
        )
        or (
            service = 'autoscaling'
            and action in (
                'CreateAutoScalingGroup', 'CreateLaunchConfiguration',
                'SetDesiredCapacity', 'UpdateAutoScalingGroup'
            )
        )
        or (
            service = 'ecs'
            and action in (
                'CreateCluster', 'CreateService', 'RegisterTaskDefinition', 'RunTask',
                'StartTask', 'UpdateService'
            )
        )
        or (
            service = 'batch'
            and action in ('CreateComputeEnvironment', 'CreateJobQueue', 'SubmitJob')
        )
        or (
            service = 'eks'
            and action in (
                'CreateCluster', 'CreateFargateProfile', 'CreateNodegroup',
                'UpdateNodegroupConfig'
            )
        )
        or (
            service = 'lightsail'
            and action in (
                'CreateContainerService', 'CreateContainerServiceDeployment',
                'CreateInstances', 'CreateInstancesFromSnapshot'
            )
        )
        or (
            service = 'sagemaker'
            and regexp_like(action, '^Create(Notebook|Training|Proc|Endp|Domain|App)')
        )
        or (
            service in ('elasticmapreduce', 'emr-serverless')
            and action in ('CreateApplication', 'RunJobFlow', 'StartJobRun')
        )
        or (
            service in (
                'amplify', 'apprunner', 'codebuild', 'gamelift', 'glue', 'workspaces'
            )
            and action in (
                'CreateApp', 'CreateDevEndpoint', 'CreateFleet', 'CreateProject',
                'CreateService', 'CreateWorkspaces', 'StartBuild'
            )
        )
        or (service = 'servicequotas' and action = 'RequestServiceQuotaIncrease')
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, instance_type, wanted, image, key_name, instance_role, service,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
