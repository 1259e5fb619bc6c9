-- title: "Which AI models were invoked, by whom, from where and how often?"
-- answers: [Q209, Q230]
-- attack: [T1496.004]
-- needs: [management:read, management:write, data:bedrock]
-- severity: medium
-- keywords: [LLMjacking, Bedrock, AI, model, cost, Claude, token]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "a model, agent or flow, or a part of its id"
-- chart: ranking
-- next: [impact/model-access, impact/cost-attacks, identity/activity]
-- notes: |
--   One row for each model, identity, Region and address. A thief of keys first tries
--   models one after another: many models with denied or failed calls
--   (ValidationException tells that access is there), in several Regions, then many
--   calls of the dearest one. `an_error` and `a_user_agent` are one of several.
-- false_positives: |
--   Applications built on Bedrock: look for an identity, an address or a Region that
--   never did it.
-- cannot_show: |
--   Prompts, answers and tokens: those are in the model invocation log, if it is on.
--   Agents, flows and bidirectional streams are data events.
with calls as (
    select
        time, action, outcome, actor, identity_id, account, region, source_ip,
        user_agent, action_id, error_code,
        coalesce(
            json_extract_scalar(request, '$.modelId'),
            json_extract_scalar(request, '$.inferenceProfileArn'),
            json_extract_scalar(request, '$.agentId'),
            json_extract_scalar(request, '$.model'),
            json_extract_scalar(request, '$.flowIdentifier'),
            regexp_extract(error_message, 'on resource: "?[^ "]*/([^ "/]+)', 1)
        ) as target
    from events
    where
        family = 'bedrock'
        and (
            starts_with(action, 'InvokeModel')
            or starts_with(action, 'Converse')
            or action in (
                'CreateModelInvocationJob', 'InvokeAgent', 'InvokeFlow',
                'InvokeInlineAgent', 'RetrieveAndGenerate', 'StartAsyncInvoke',
                'CreateInference', 'CreateResponse', 'CreateChatCompletion',
                'CreateProvisionedModelThroughput'
            )
        )
)

select
    target,
    regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as identity,
    identity_id,
    account,
    region,
    source_ip,
    count(distinct action_id) filter (where outcome = 'success') as calls,
    count(distinct action_id) filter (where outcome = 'denied') as denied,
    count(distinct action_id) filter (where outcome = 'failed') as failed,
    max(error_code) as an_error,
    max(user_agent) as a_user_agent,
    min(time) as first_seen,
    max(time) as last_seen
from calls
where :target is null or any_match(:target, part -> strpos(target, part) > 0)
group by
    target, regexp_replace(actor, '^(role/[^/]+)/.*$', '$1'), identity_id, account,
    region, source_ip
order by
    calls desc, target asc, identity asc, identity_id asc, account asc, region asc,
    source_ip asc
