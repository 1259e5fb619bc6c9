-- title: "Which SageMaker notebooks were opened by URL, or run code when they start?"
-- answers: [Q125]
-- attack: [T1059, T1078.004, T1546]
-- severity: medium
-- keywords: [sagemaker, jupyter, notebook, presigned url, lifecycle, pass role]
-- needs: [management:write]
-- parameters:
--   target:
--     type: list of text
--     means: resource
--     optional: true
--     help: "a notebook, domain, user profile or lifecycle configuration"
-- chart: timeline
-- next:
--   [identity/role-assumptions, identity/credential-misuse,
--   execution/machine-commands]
-- notes: |
--   A presigned URL opens the notebook to whoever has it, with the rights of its role.
--   A lifecycle configuration is a script that runs as root when the notebook is made
--   or started: it must be written and then attached (`lifecycle_config`). `role` is
--   the role that a new notebook, domain or profile gets; `root_access` and
--   `direct_internet` stand as asked for.
-- false_positives: |
--   Data scientists open their notebooks every day from the console, each in their own
--   name: one for another's notebook or profile is the odd one.
-- cannot_show: |
--   The script, which AWS leaves out of the record or which is base64 in it, and what
--   was typed in the notebook. Its calls to AWS stand under the role's sessions.
with changes as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.notebookInstanceName'),
            json_extract_scalar(request, '$.notebookInstanceLifecycleConfigName'),
            json_extract_scalar(request, '$.studioLifecycleConfigName'),
            json_extract_scalar(request, '$.userProfileName'),
            json_extract_scalar(request, '$.spaceName'),
            coalesce(
                json_extract_scalar(request, '$.domainId'),
                json_extract_scalar(request, '$.domainName'),
                regexp_extract(
                    error_message, 'on resource: "?(?:[^ "/]*/)*([^ "/]+)', 1
                )
            )
        ) as target,
        json_extract_scalar(request, '$.domainId') as domain,
        coalesce(
            json_extract_scalar(request, '$.lifecycleConfigName'),
            json_extract_scalar(request, '$.notebookInstanceLifecycleConfigName'),
            json_extract_scalar(request, '$.studioLifecycleConfigName'),
            regexp_extract(request, '"lifecycleConfigArn[s]?" *: *\[? *"([^"]+)"', 1)
        ) as lifecycle_config,
        coalesce(
            json_extract_scalar(request, '$.roleArn'),
            json_extract_scalar(request, '$.defaultUserSettings.executionRole'),
            json_extract_scalar(request, '$.userSettings.executionRole')
        ) as role,
        json_extract_scalar(request, '$.rootAccess') as root_access,
        json_extract_scalar(request, '$.directInternetAccess') as direct_internet
    from events
    where
        service = 'sagemaker'
        and (
            regexp_like(action, '^CreatePresigned')
            or regexp_like(
                action,
                '^(Create|Update|Start)(NotebookInstance|Domain|UserProfile|Space|App)$'
                || '|LifecycleConfig$'
            )
        )
        and not regexp_like(action, '^(Describe|List)')
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, domain, role, lifecycle_config, root_access, direct_internet,
    principal_arn, access_key, user_agent, via, error_code, error_message
from changes
where
    :target is null
    or any_match(:target, one -> one in (target, domain, lifecycle_config))
    or (target is null and any_match(:target, part -> strpos(error_message, part) > 0))
order by time, event_id
