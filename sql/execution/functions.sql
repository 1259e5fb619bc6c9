-- title: "Which Lambda functions, layers and triggers were made or changed?"
-- answers: [Q112, Q113, Q115]
-- attack: [T1648, T1525, T1546]
-- severity: medium
-- keywords: [lambda, serverless, backdoor, layer, event source mapping, persistence]
-- needs: [management:write]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     help: "a function's name or ARN, or a part of it"
--     means: resource
--   change:
--     type: list of text
--     optional: true
--     one_of: [code, layer, trigger, version in use, code signing, configuration]
--     help: "kinds of change, as the column has them"
-- chart: timeline
-- next:
--   [execution/functions-opened, execution/functions-invoked,
--   credentials/settings-read]
-- false_positives: |
--   Deployments: the pipeline's role does it the same way each time. Compare actor,
--   address and agent.
-- cannot_show: |
--   The code. `code_sha256` tells whether it is that of a known build. A change through
--   CloudFormation has its caller in `actor` and cloudformation in `via`.
-- notes: |
--   `change`: code, configuration, layer, trigger, version in use, code signing. A
--   layer runs within the function with its role: see `layers` for one of another
--   account. A trigger makes the function run by itself, with what comes in from
--   `event_source`. Environment values are hidden by AWS.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.functionName'),
            json_extract_scalar(request, '$.layerName'),
            json_extract_scalar(request, '$.uuid'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        case
            when regexp_like(action, 'Code$|CreateFunction$|PublishVersion')
                then 'code'
            when strpos(action, 'Layer') > 0 then 'layer'
            when strpos(action, 'EventSource') > 0 then 'trigger'
            when strpos(action, 'Alias') > 0 then 'version in use'
            when strpos(action, 'CodeSigning') > 0 then 'code signing'
            else 'configuration'
        end as change,
        coalesce(
            json_extract_scalar(request, '$.role'),
            json_extract_scalar(response, '$.role')
        ) as role,
        coalesce(
            json_extract_scalar(request, '$.runtime'),
            json_extract_scalar(response, '$.runtime')
        ) as runtime,
        coalesce(
            json_extract_scalar(request, '$.code.imageUri'),
            json_extract_scalar(request, '$.imageUri'),
            json_extract_scalar(request, '$.code.s3Bucket')
            || '/' || json_extract_scalar(request, '$.code.s3Key'),
            json_extract_scalar(request, '$.s3Bucket')
            || '/' || json_extract_scalar(request, '$.s3Key'),
            json_extract_scalar(request, '$.content.s3Bucket')
            || '/' || json_extract_scalar(request, '$.content.s3Key')
        ) as code,
        json_extract_scalar(response, '$.codeSha256') as code_sha256,
        array_join(
            try_cast(json_extract(request, '$.layers') as array(varchar)), ', '
        ) as layers,
        strpos(request, '"environment"') > 0 as environment_set,
        coalesce(
            json_extract_scalar(request, '$.eventSourceArn'),
            json_extract_scalar(response, '$.eventSourceArn')
        ) as event_source,
        coalesce(
            json_extract_scalar(request, '$.functionVersion'),
            json_extract_scalar(response, '$.version')
        ) as function_version
    from events
    where
        service = 'lambda'
        and action in (
            'CreateAlias', 'CreateEventSourceMapping', 'CreateFunction',
            'DeleteEventSourceMapping', 'DeleteFunctionCodeSigningConfig',
            'PublishLayerVersion', 'PublishVersion',
            'PutFunctionCodeSigningConfig', 'UpdateAlias',
            'UpdateCodeSigningConfig', 'UpdateEventSourceMapping',
            'UpdateFunctionCode', 'UpdateFunctionConfiguration'
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, change, role, runtime, code, code_sha256, layers, environment_set,
    event_source, function_version,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    (:change is null or contains(:change, change))
    and (
        :target is null
        or any_match(:target, part -> strpos(target, part) > 0)
        or any_match(:target, part -> strpos(event_source, part) > 0)
        or (
            target is null
            and any_match(:target, part -> strpos(error_message, part) > 0)
        )
    )
order by time, event_id
