-- title: "Which Lambda functions and layers were opened to others?"
-- answers: [Q113, Q114]
-- attack: [T1648, T1546, T1098]
-- severity: high
-- keywords: [lambda, resource policy, function url, backdoor, addpermission, public]
-- needs: [management:write]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     help: "a function's name or ARN, or a part of it"
--     means: resource
-- chart: timeline
-- next: [execution/functions, execution/functions-invoked, exfiltration/shares]
-- false_positives: |
--   API Gateway, S3, SNS and EventBridge need such a permission: `principal` is then a
--   service and `source_arn` what may call. Public web hooks have a URL without
--   authentication.
-- cannot_show: |
--   Who then called: data events of Lambda, off by default
--   (execution/functions-invoked). A URL without authentication needs no credentials at
--   all.
-- notes: |
--   `to_anyone` is true for `*` without organization or source, and for a URL with
--   authentication NONE. A service principal without `source_arn` or
--   `principal_account` lets that service call for anyone's account.
--   `principal_account` is another account than `account`: it may be called from there.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.functionName'),
            json_extract_scalar(request, '$.layerName'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        case
            when outcome <> 'success' then 'none'
            when regexp_like(action, '^(Delete|Remove)') then 'closed'
            else 'opened'
        end as effect,
        json_extract_scalar(request, '$.principal') as principal,
        coalesce(
            regexp_extract(json_extract_scalar(request, '$.principal'), '[0-9]{12}'),
            json_extract_scalar(request, '$.sourceAccount')
        ) as principal_account,
        json_extract_scalar(request, '$.sourceArn') as source_arn,
        coalesce(
            json_extract_scalar(request, '$.principalOrgID'),
            json_extract_scalar(request, '$.organizationId')
        ) as organization,
        coalesce(
            json_extract_scalar(request, '$.authType'),
            json_extract_scalar(request, '$.functionUrlAuthType')
        ) as url_auth,
        json_extract_scalar(response, '$.functionUrl') as url,
        json_extract_scalar(request, '$.statementId') as statement_id,
        case
            when strpos(action, 'FunctionUrlConfig') > 0
                then json_extract_scalar(request, '$.authType') = 'NONE'
            when action in ('AddPermission', 'AddLayerVersionPermission')
                then
                    json_extract_scalar(request, '$.principal') = '*'
                    and not regexp_like(
                        request, '"(principalOrgID|organizationId|sourceA)'
                    )
        end as to_anyone
    from events
    where
        service = 'lambda'
        and action in (
            'AddLayerVersionPermission', 'AddPermission',
            'CreateFunctionUrlConfig', 'DeleteFunctionUrlConfig',
            'RemoveLayerVersionPermission', 'RemovePermission',
            'UpdateFunctionUrlConfig'
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, effect, principal, principal_account, source_arn, organization, url_auth,
    url, statement_id, to_anyone,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
