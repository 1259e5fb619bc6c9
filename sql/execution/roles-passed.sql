-- title: "Which roles were handed to a service, machine, job or stack, and by whom?"
-- answers: [Q111]
-- attack: [T1548.005, T1098.003]
-- severity: medium
-- keywords: [passrole, instance profile, glue, sagemaker, escalation, iam:passrole]
-- needs: [management:write]
-- parameters:
--   role:
--     type: list of text
--     optional: true
--     help: "a role's or instance profile's name or ARN, or a part of it"
--     means: role
-- chart: timeline
-- next: [privilege/policy-changes, execution/functions, identity/activity]
-- false_positives: |
--   Each deployment hands its roles on. Auto Scaling and other services start machines
--   with their profile all day: see `via`.
-- cannot_show: |
--   iam:PassRole is a right, not a call: no event has that name. Whether the caller
--   could have had the role's rights anyway. Roles of which a service knows from
--   elsewhere, such as a launch template's profile, are not in the call.
-- notes: |
--   `role` is what was passed, `target` what runs with it, `code` what it runs (script,
--   image, template) as far as it is told. An administrator's role on something that
--   the caller can log in to or whose code the caller wrote is an escalation: compare
--   the rights of `actor`. One row for each role in the call.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        service,
        coalesce(
            coalesce(
                json_extract_scalar(request, '$.functionName'),
                json_extract_scalar(request, '$.jobName'),
                json_extract_scalar(request, '$.endpointName'),
                json_extract_scalar(request, '$.notebookInstanceName'),
                json_extract_scalar(request, '$.trainingJobName'),
                json_extract_scalar(request, '$.processingJobName'),
                json_extract_scalar(request, '$.name')
            ),
            json_extract_scalar(request, '$.stackName'),
            json_extract_scalar(request, '$.family'),
            json_extract_scalar(request, '$.instanceId'),
            json_extract_scalar(request, '$.jobDefinitionName'),
            json_extract_scalar(request, '$.pipeline.name'),
            regexp_extract(response, '"(i-[0-9a-f]{8,})"', 1),
            regexp_extract(request, '"((?:i|iip-assoc)-[0-9a-f]{8,})"', 1)
        ) as target,
        coalesce(
            json_extract_scalar(request, '$.command.scriptLocation'),
            json_extract_scalar(request, '$.jobUpdate.command.scriptLocation'),
            json_extract_scalar(request, '$.code.s3Key'),
            json_extract_scalar(request, '$.templateURL'),
            json_extract_scalar(request, '$.source.location'),
            json_extract_scalar(request, '$.containerDefinitions[0].image'),
            json_extract_scalar(request, '$.algorithmSpecification.trainingImage')
        ) as code,
        coalesce(
            json_extract_scalar(request, '$.taskRoleArn'),
            regexp_extract(
                coalesce(request, error_message),
                'arn:[^:" ]*:iam::[0-9]*:(?:role|instance-profile)/[^" ]+'
            ),
            json_extract_scalar(request, '$.role'),
            json_extract_scalar(request, '$.jobUpdate.role'),
            regexp_extract(request, 'nstanceProfile": ?.?"?[nN]ame": ?"([^"]+)', 1)
        ) as role
    from events
    where
        service in (
            'airflow', 'apprunner', 'batch', 'bedrock', 'cloudformation',
            'codebuild', 'codedeploy', 'codepipeline', 'datapipeline', 'ec2', 'ecs',
            'elasticmapreduce', 'glue', 'lambda', 'sagemaker', 'scheduler', 'ssm',
            'states'
        )
        and regexp_like(
            action, '^(Associate|Create|Put|Register|Replace|Run|Start|Submit|Update)'
        )
        and action <> 'UpdateInstanceInformation'
        and read_only is distinct from true
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, role, code, service,
    coalesce(strpos(error_message, 'iam:PassRole') > 0, false) as refused_to_pass,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    role is not null
    and (:role is null or any_match(:role, part -> strpos(role, part) > 0))
order by time, event_id
