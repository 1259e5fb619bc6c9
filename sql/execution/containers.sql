-- title: "Which container tasks, services and jobs were defined or started, and how?"
-- answers: [Q118, Q171]
-- attack: [T1525, T1610]
-- severity: medium
-- keywords: [ecs, fargate, batch, task definition, crypto mining, container override]
-- needs: [management:write]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     help: "a task definition, service, cluster or job, or a part of its name"
--     means: resource
-- chart: timeline
-- next: [execution/roles-passed, impact/compute, credentials/registry-tokens]
-- false_positives: |
--   Deployments register a new version of their task at each release; schedulers run
--   tasks and jobs all day.
-- cannot_show: |
--   What an image does. Kubernetes' own pods: they are in the audit log of the cluster.
-- notes: |
--   `image` and `command` are of the first container. `suspect_text` is a piece of the
--   call that names the address of the task's credentials, a miner or a way to fetch
--   and run code. An override replaces the command of a task or job that is trusted
--   otherwise. `host_access`: privileged, the host's network or processes, or Docker's
--   socket.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            coalesce(
                json_extract_scalar(request, '$.family'),
                json_extract_scalar(request, '$.taskDefinition'),
                json_extract_scalar(request, '$.jobDefinition'),
                json_extract_scalar(request, '$.jobDefinitionName'),
                json_extract_scalar(request, '$.serviceName'),
                json_extract_scalar(request, '$.service'),
                json_extract_scalar(request, '$.clusterName')
            ),
            json_extract_scalar(request, '$.jobName'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        service,
        coalesce(
            json_extract_scalar(request, '$.cluster'),
            json_extract_scalar(request, '$.jobQueue')
        ) as cluster,
        coalesce(
            json_extract_scalar(request, '$.containerDefinitions[0].image'),
            json_extract_scalar(request, '$.containerProperties.image')
        ) as image,
        json_format(
            coalesce(
                json_extract(request, '$.containerDefinitions[0].command'),
                json_extract(request, '$.containerProperties.command'),
                json_extract(request, '$.overrides.containerOverrides[0].command'),
                json_extract(request, '$.containerOverrides.command')
            )
        ) as command,
        coalesce(
            json_extract_scalar(request, '$.taskRoleArn'),
            json_extract_scalar(request, '$.overrides.taskRoleArn'),
            json_extract_scalar(request, '$.containerProperties.jobRoleArn')
        ) as role,
        regexp_like(
            request,
            '"privileged": ?true|"(pid|ipc|network)Mode": ?"host"|docker[.]sock'
        ) as host_access,
        try_cast(
            json_extract_scalar(request, '$.desiredCount') as bigint
        ) as count,
        json_extract_scalar(
            request, '$.networkConfiguration.awsvpcConfiguration.assignPublicIp'
        ) = 'ENABLED' as public_address,
        regexp_extract(
            lower(request),
            '169[.]254[.]17?[0-9][.][0-9]+|container_credentials_[a-z_]+|xmrig|stratum'
            || '|[a-z]*miner|/dev/tcp|base64 -d|curl [^"]*[|] ?(ba)?sh'
        ) as suspect_text
    from events
    where
        (
            service = 'ecs'
            and action in (
                'CreateCluster', 'CreateService', 'CreateTaskSet',
                'RegisterTaskDefinition', 'RunTask', 'StartTask',
                'UpdateService'
            )
        )
        or (
            service = 'batch'
            and action in (
                'CreateComputeEnvironment', 'CreateJobQueue',
                'RegisterJobDefinition', 'SubmitJob', 'UpdateComputeEnvironment'
            )
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, service, cluster, image, command, role, host_access, count, public_address,
    suspect_text,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
