-- title: "Which commands were sent to machines and containers, and to which?"
-- answers: [Q166]
-- attack: [T1651, T1021.007]
-- severity: medium
-- keywords:
--   [ssm, run command, sendcommand, ecs exec, automation, remote code execution]
-- needs: [management:read, management:write]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     help: "an instance, task or document, or a part of it"
--     means: resource
-- chart: timeline
-- next: [lateral/machine-sessions, execution/documents, identity/activity]
-- false_positives: |
--   Patching, agents and deployments send commands all day, from the same identity with
--   the same document.
-- cannot_show: |
--   The text of a command (AWS hides it) and what it printed, unless the caller had it
--   written to `output_to`. What ran inside an ECS session. A run by an association has
--   no SendCommand.
-- notes: |
--   `target` lists the instances or the task, `by_tags` the tags that chose them.
--   `machines` counts those that were named; tags may reach many more. `command` is
--   told for ECS only. AWS-RunShellScript, AWS-RunPowerShellScript and
--   AWS-RunRemoteScript run whatever the caller wants, as root. GetCommandInvocation
--   and ListCommandInvocations are how the caller reads the output: they are listed
--   too, as `reads_output`.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        service,
        try_cast(
            coalesce(
                json_extract(request, '$.instanceIds'),
                json_extract(request, '$.parameters.InstanceId')
            ) as array(varchar)
        ) as instances,
        coalesce(
            json_extract_scalar(request, '$.task'),
            json_extract_scalar(request, '$.instanceId'),
            json_extract_scalar(request, '$.documentName')
        ) as named,
        regexp_extract(error_message, 'on resource: "?([^ "]+)', 1) as refused,
        json_format(json_extract(request, '$.targets')) as by_tags,
        coalesce(
            json_extract_scalar(request, '$.documentName'),
            json_extract_scalar(request, '$.container')
        ) as document,
        json_extract_scalar(request, '$.command') as command,
        coalesce(
            json_extract_scalar(response, '$.command.commandId'),
            json_extract_scalar(request, '$.commandId'),
            json_extract_scalar(response, '$.automationExecutionId'),
            json_extract_scalar(response, '$.session.sessionId')
        ) as command_id,
        json_extract_scalar(request, '$.outputS3BucketName') as output_to,
        json_extract_scalar(request, '$.comment') as comment
    from events
    where
        (
            service = 'ssm'
            and action in (
                'GetCommandInvocation', 'ListCommandInvocations', 'SendCommand',
                'StartAssociationsOnce', 'StartAutomationExecution',
                'StartChangeRequestExecution'
            )
        )
        or (service = 'ecs' and action = 'ExecuteCommand')
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    coalesce(nullif(array_join(instances, ', '), ''), named, refused) as target,
    document, command, by_tags,
    cardinality(instances) as machines,
    regexp_like(action, '^(Get|List)') as reads_output,
    command_id, output_to, comment, service,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    :target is null
    or any_match(:target, part -> strpos(array_join(instances, ', '), part) > 0)
    or any_match(:target, part -> strpos(named, part) > 0)
    or any_match(:target, part -> strpos(document, part) > 0)
    or any_match(:target, part -> strpos(by_tags, part) > 0)
    or any_match(:target, part -> strpos(error_message, part) > 0)
order by time, event_id
