-- title: "Which ways into applications were opened: APIs, their keys, file transfer?"
-- answers: [Q131]
-- attack: [T1098.001, T1136.003, T1133, T1537]
-- severity: medium
-- keywords: [api gateway, appsync, graphql, sftp, transfer, api key, persistence]
-- needs: [management:write]
-- parameters:
--   target:
--     {type: list of text, means: resource, optional: true, help: "API, server, user"}
-- chart: timeline
-- next: [execution/functions, persistence/service-credentials, exfiltration/shares]
-- notes: |
--   Every write of API Gateway, AppSync and Transfer Family. `target` is the API, or
--   the server; `member` the user, key, route or resolver in it. `leads_to` is what an
--   integration calls or which folder a user gets, `role` with whose rights,
--   `authorization_type` who may enter: NONE and API_KEY ask for no identity.
-- false_positives: |
--   Deployments by code: the same role, many APIs, stages after each.
-- cannot_show: |
--   Calls of such an API, and files that a transfer user moved: they are in access logs
--   and CloudWatch, and in S3's data events under the user's role.
with changes as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.serverId'),
            json_extract_scalar(response, '$.serverId'),
            json_extract_scalar(request, '$.restApiId'),
            json_extract_scalar(request, '$.apiId'),
            json_extract_scalar(response, '$.apiId'),
            coalesce(
                json_extract_scalar(response, '$.graphqlApi.apiId'),
                json_extract_scalar(request, '$.createRestApiInput.name'),
                json_extract_scalar(request, '$.createApiKeyInput.name'),
                json_extract_scalar(request, '$.name'),
                regexp_extract(
                    error_message, 'on resource: "?(?:[^ "/]*/)*([^ "/]+)', 1
                ),
                regexp_extract(
                    request, '"[A-Za-z]*(?:Name|Id|Arn|apiKey)" *: *"([^"]+)"', 1
                )
            )
        ) as target,
        coalesce(
            json_extract_scalar(request, '$.userName'),
            json_extract_scalar(request, '$.routeKey'),
            json_extract_scalar(request, '$.stageName'),
            json_extract_scalar(request, '$.createStageInput.stageName'),
            json_extract_scalar(request, '$.typeName')
            || '.' || json_extract_scalar(request, '$.fieldName'),
            json_extract_scalar(response, '$.apiKey.id'),
            json_extract_scalar(response, '$.id')
        ) as member,
        coalesce(
            json_extract_scalar(request, '$.integrationUri'),
            json_extract_scalar(request, '$.putIntegrationInput.uri'),
            json_extract_scalar(request, '$.target'),
            json_extract_scalar(request, '$.dataSourceName'),
            json_extract_scalar(request, '$.homeDirectory'),
            regexp_extract(request, '"lambdaFunctionArn" *: *"([^"]+)"', 1),
            regexp_extract(request, '"[Tt]arget" *: *"([^"]+)"', 1)
        ) as leads_to,
        coalesce(
            json_extract_scalar(request, '$.role'),
            json_extract_scalar(request, '$.credentialsArn'),
            json_extract_scalar(request, '$.serviceRoleArn'),
            json_extract_scalar(request, '$.loggingRole')
        ) as role,
        coalesce(
            json_extract_scalar(request, '$.authorizationType'),
            json_extract_scalar(request, '$.authenticationType'),
            json_extract_scalar(request, '$.putMethodInput.authorizationType'),
            json_extract_scalar(request, '$.identityProviderType')
        ) as authorization_type
    from events
    where
        service in ('apigateway', 'appsync', 'transfer')
        and read_only is distinct from true
        and not regexp_like(action, '^(Get|List|Describe|Tag|Untag|Test)')
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, member, leads_to, role, authorization_type, service,
    principal_arn, access_key, user_agent, via, error_code, error_message
from changes
where
    :target is null
    or any_match(:target, one -> one in (target, member))
    or (target is null and any_match(:target, part -> strpos(error_message, part) > 0))
order by time, event_id
