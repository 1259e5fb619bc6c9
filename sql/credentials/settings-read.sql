-- title: "Who read code, environments, user data or templates?"
-- answers: [Q161]
-- attack: [T1552.001, T1552.005]
-- severity: low
-- keywords: [lambda, environment, user data, hard-coded, launch template, codebuild]
-- needs: [management:read]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     help: "a function, instance, project or template, or a part of its name"
--     means: resource
--   kind:
--     type: list of text
--     optional: true
--     one_of:
--       - function
--       - user data
--       - launch template
--       - task definition
--       - stack template
--       - build project
--       - connection or job
--       - amplify
--       - apigateway
--       - apprunner
--       - elasticbeanstalk
--     help: "kinds, as the column has them"
-- chart: timeline
-- next: [identity/activity, credentials/secrets-read, execution/functions]
-- false_positives: |
--   Deployments and Terraform read each function before they change it, scanners read
--   them all.
-- cannot_show: |
--   What stood there. GetFunction answers with a link to the code: the download itself
--   is not recorded. Reading user data on the machine, from its metadata, is never
--   recorded.
-- notes: |
--   Credentials often stand in these. ListFunctions answers with the environment of
--   every function, so it names none. The user data of five or more instances within an
--   hour is a hunt. GetConnections of Glue shows passwords unless hidePassword was set.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            coalesce(
                coalesce(
                    json_extract_scalar(request, '$.functionName'),
                    json_extract_scalar(request, '$.instanceId'),
                    json_extract_scalar(request, '$.launchTemplateId'),
                    json_extract_scalar(request, '$.launchTemplateName'),
                    json_extract_scalar(request, '$.taskDefinition'),
                    json_extract_scalar(request, '$.stackName'),
                    json_extract_scalar(request, '$.names[0]')
                ),
                json_extract_scalar(request, '$.jobName'),
                json_extract_scalar(request, '$.name'),
                json_extract_scalar(request, '$.projectName'),
                json_extract_scalar(request, '$.connectionName'),
                json_extract_scalar(request, '$.catalogId'),
                json_extract_scalar(request, '$.appId')
            ),
            json_extract_scalar(request, '$.environmentName'),
            json_extract_scalar(request, '$.clusterArn'),
            regexp_extract(
                request, '"(?:LaunchTemplate(?:Id|Name)|InstanceId)": ?"([^"]+)', 1
            ),
            json_extract_scalar(request, '$.restApiId'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        case
            when service = 'lambda' then 'function'
            when action = 'DescribeInstanceAttribute' then 'user data'
            when service = 'ec2' then 'launch template'
            when service = 'ecs' then 'task definition'
            when service = 'cloudformation' then 'stack template'
            when service = 'codebuild' then 'build project'
            when service = 'glue' then 'connection or job'
            else service
        end as kind,
        service
    from events
    where
        (
            service = 'lambda'
            and action in (
                'GetFunction', 'GetFunctionConfiguration', 'GetLayerVersion',
                'ListFunctions', 'ListVersionsByFunction'
            )
        )
        or (
            service = 'ec2'
            and (
                action in ('DescribeLaunchTemplateVersions', 'GetLaunchTemplateData')
                or (
                    action = 'DescribeInstanceAttribute'
                    and coalesce(
                        json_extract_scalar(request, '$.attribute'), 'userData'
                    ) = 'userData'
                )
            )
        )
        or (
            service in (
                'amplify', 'apigateway', 'apprunner', 'cloudformation', 'codebuild',
                'ecs', 'elasticbeanstalk', 'glue'
            )
            and action in (
                'BatchGetJobs', 'BatchGetProjects', 'DescribeConfigurationSettings',
                'DescribeService', 'DescribeTaskDefinition', 'GetApiKeys', 'GetApp',
                'GetConnection', 'GetConnections', 'GetJob', 'GetJobs', 'GetTemplate'
            )
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, kind, service,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    (:kind is null or contains(:kind, kind))
    and (
        :target is null
        or any_match(
            :target, part -> strpos(coalesce(target, error_message), part) > 0
        )
    )
order by time, event_id
