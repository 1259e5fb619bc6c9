-- title: "Which build projects were exposed, or had source, role or commands changed?"
-- answers: [Q120]
-- attack: [T1195, T1195.002]
-- severity: medium
-- keywords: [codebuild, codepipeline, supply chain, webhook, buildspec, ci]
-- needs: [management:write]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     help: "a project or pipeline, or a part of its name"
--     means: resource
-- chart: timeline
-- next: [execution/roles-passed, execution/containers, identity/activity]
-- false_positives: |
--   Pipelines are set up and moved by code; a build with an override is a manual test.
-- cannot_show: |
--   What a build did: its calls are those of `role`, under a session of its own. A
--   buildspec in the repository. A build that starts without override.
-- notes: |
--   `visibility` PUBLIC_READ shows the logs and artifacts of all builds to everybody. A
--   webhook without filters on the sender (`webhook_filters`) lets a stranger's pull
--   request run. ImportSourceCredentials replaces the token with which sources are
--   fetched. An override is for one build only; debugSession opens a shell in it.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.name'),
            json_extract_scalar(request, '$.projectName'),
            json_extract_scalar(request, '$.projectArn'),
            json_extract_scalar(request, '$.pipeline.name'),
            json_extract_scalar(request, '$.arn'),
            json_extract_scalar(request, '$.connectionName'),
            json_extract_scalar(request, '$.serverType'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        service,
        json_extract_scalar(request, '$.projectVisibility') as visibility,
        coalesce(
            json_extract_scalar(request, '$.source.location'),
            json_extract_scalar(request, '$.sourceLocationOverride'),
            json_extract_scalar(request, '$.sourceVersion')
        ) as source,
        coalesce(
            json_extract_scalar(request, '$.serviceRole'),
            json_extract_scalar(request, '$.serviceRoleOverride'),
            json_extract_scalar(request, '$.resourceAccessRole'),
            json_extract_scalar(request, '$.pipeline.roleArn')
        ) as role,
        coalesce(
            json_extract_scalar(request, '$.environment.image'),
            json_extract_scalar(request, '$.imageOverride')
        ) as image,
        coalesce(
            json_extract_scalar(request, '$.environment.privilegedMode'),
            json_extract_scalar(request, '$.privilegedModeOverride')
        )
        = 'true' as privileged,
        coalesce(
            json_extract_scalar(request, '$.source.buildspec'),
            json_extract_scalar(request, '$.buildspecOverride')
        ) as buildspec,
        json_format(json_extract(request, '$.filterGroups')) as webhook_filters,
        coalesce(
            json_extract_scalar(response, '$.webhook.payloadUrl'),
            json_extract_scalar(response, '$.webhook.url')
        ) as webhook_url
    from events
    where
        (
            service = 'codebuild'
            and action in (
                'CreateProject', 'CreateWebhook', 'DeleteSourceCredentials',
                'ImportSourceCredentials', 'PutResourcePolicy', 'UpdateProject',
                'UpdateProjectVisibility', 'UpdateWebhook'
            )
        )
        or (
            service = 'codepipeline'
            and action in ('CreatePipeline', 'PutWebhook', 'UpdatePipeline')
        )
        or (
            service = 'codebuild'
            and action in ('StartBuild', 'StartBuildBatch')
            and (outcome <> 'success' or regexp_like(request, 'Override"|debugSession'))
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, service, visibility, source, role, image, privileged, buildspec,
    webhook_filters, webhook_url,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
