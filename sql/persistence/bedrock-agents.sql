-- title: "Which Bedrock agents, knowledge bases and gateways were made or changed?"
-- answers: [Q126]
-- attack: [T1098, T1546, T1648]
-- severity: medium
-- keywords: [bedrock, agentcore, knowledge base, ai, llm, guardrail, persistence]
-- needs: [management:write]
-- parameters:
--   target:
--     type: list of text
--     means: resource
--     optional: true
--     help: "an agent, knowledge base or other thing by name or id"
-- chart: timeline
-- next: [persistence/service-credentials, execution/functions, privilege/role-trust]
-- notes: |
--   An agent acts with a `role`, may call a function (`called_function`) and answers
--   from a knowledge base (`source`: the bucket or store it reads). Whoever changes one
--   of these works with that role later. Guardrails and prompts are here too, for what
--   they let through. Long-term API keys of Bedrock are in
--   persistence/service-credentials.
-- false_positives: |
--   Teams that build agents change them many times a day, in one account.
-- cannot_show: |
--   What was asked of a model and what it answered: that is in the invocation log, if
--   it is on. Invocations of agents are data events.
with changes as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.agentName'),
            json_extract_scalar(request, '$.agentId'),
            json_extract_scalar(request, '$.knowledgeBaseId'),
            json_extract_scalar(request, '$.agentRuntimeName'),
            json_extract_scalar(request, '$.agentRuntimeId'),
            coalesce(
                json_extract_scalar(request, '$.gatewayIdentifier'),
                json_extract_scalar(request, '$.guardrailIdentifier'),
                json_extract_scalar(request, '$.name'),
                regexp_extract(
                    error_message, 'on resource: "?(?:[^ "/]*/)*([^ "/]+)', 1
                ),
                regexp_extract(
                    request, '"[A-Za-z]*(?:Name|Id|Identifier|Arn)" *: *"([^"]+)"', 1
                )
            )
        ) as target,
        coalesce(
            json_extract_scalar(request, '$.agentResourceRoleArn'),
            json_extract_scalar(request, '$.roleArn'),
            json_extract_scalar(request, '$.executionRoleArn')
        ) as role,
        regexp_extract(request, '"lambda(?:Arn)?" *: *"([^"]+)"', 1) as called_function,
        regexp_extract(
            request, '"(bucketArn|collectionArn)" *: *"([^"]+)"', 2
        ) as source,
        json_extract_scalar(request, '$.foundationModel') as model
    from events
    where
        service in ('bedrock', 'bedrock-agentcore', 'bedrock-agent')
        and regexp_like(
            action,
            'Agent|KnowledgeBase|DataSource|Flow|Prompt|Guardrail|Gateway|Memory'
            || '|WorkloadIdentity|Browser|CodeInterpreter|ResourcePolicy'
        )
        and regexp_like(
            action,
            '^(Create|Update|Put|Delete|Associate|Disassociate|Prepare|Start|Set)'
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, role, called_function, source, model, service,
    principal_arn, access_key, user_agent, via, error_code, error_message
from changes
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
