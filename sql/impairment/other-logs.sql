-- title: "Which other logs, or guards of models, were turned off or changed?"
-- answers: [Q145, Q148, Q149, Q151, Q152, Q154, Q242]
-- attack: [T1685.002, T1685]
-- severity: high
-- keywords:
--   [flow logs, dns, access log, server access logging, eks audit, guardrail,
--   activity stream, evasion]
-- needs: [management:write]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     help: "what was changed, by its name, its id or a part of it"
--     means: resource
--   kind:
--     type: list of text
--     optional: true
--     one_of:
--       - flow log
--       - DNS query log
--       - bucket access log
--       - control plane log
--       - database log
--       - load balancer log
--       - guardrail
--       - model use log
--       - web request log
--     help: "kinds of log, as the column has them"
-- chart: timeline
-- next: [impairment/log-groups, impairment/cloudtrail, impairment/log-store]
-- false_positives: |
--   Tearing down a network or a cluster deletes its logs with it. A changed setting may
--   turn logs on: read `setting`.
-- cannot_show: |
--   A log that is left on but whose destination is deleted or unreadable: ask
--   impairment/log-groups and impairment/log-store. A denied call without its request
--   is shown although it may have been about something else.
-- notes: |
--   `effect`: off, or changed. Flow logs, DNS queries, S3 access logs, the EKS control
--   plane, RDS activity streams and exported logs, Redshift, load balancers, API
--   Gateway, WAF, model invocations and guardrails. `setting` is what the call set: S3
--   logging is off when it names no bucket, an EKS log when its types stand beside
--   enabled false. `resource` is what the log was about. A flow log is deleted by its
--   id: its network stands in the event that made it.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            coalesce(
                coalesce(
                    json_extract_scalar(request, '$.resolverQueryLogConfigId'),
                    json_extract_scalar(request, '$.bucketName'),
                    json_extract_scalar(request, '$.dBInstanceIdentifier'),
                    json_extract_scalar(request, '$.dBClusterIdentifier'),
                    json_extract_scalar(request, '$.clusterIdentifier'),
                    json_extract_scalar(request, '$.guardrailIdentifier'),
                    json_extract_scalar(request, '$.loadBalancerArn')
                ),
                json_extract_scalar(request, '$.loadBalancerName'),
                json_extract_scalar(request, '$.name'),
                json_extract_scalar(request, '$.restApiId'),
                json_extract_scalar(request, '$.resourceArn'),
                json_extract_scalar(request, '$.loggingConfiguration.resourceArn'),
                json_extract_scalar(request, '$.id')
            ),
            array_join(
                transform(
                    try_cast(
                        json_extract(request, '$.DeleteFlowLogsRequest.FlowLogId')
                        as array(json)
                    ),
                    one -> json_extract_scalar(one, '$.content')
                ),
                ', '
            ),
            regexp_extract(request, '"(fl-[0-9a-z]+)"', 1),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        case
            when service = 'ec2' then 'flow log'
            when strpos(service, 'route53') = 1 then 'DNS query log'
            when service = 's3' then 'bucket access log'
            when service = 'eks' then 'control plane log'
            when service in ('rds', 'redshift') then 'database log'
            when strpos(service, 'elastic') = 1 then 'load balancer log'
            when strpos(action, 'Guardrail') > 0 then 'guardrail'
            when service = 'bedrock' then 'model use log'
            else 'web request log'
        end as kind,
        case
            when outcome <> 'success' then 'none'
            when regexp_like(action, '^(Delete|Disable|Disassociate|Stop)')
                then 'off'
            when
                action = 'PutBucketLogging' and strpos(request, 'TargetBucket') = 0
                then 'off'
            when
                regexp_like(
                    replace(request, ' ', ''),
                    'disableLogTypes":.".|"enabled":false|[.]enabled","value":"false"'
                )
                then 'off'
            else 'changed'
        end as effect,
        coalesce(
            json_extract_scalar(request, '$.resourceId'),
            json_extract_scalar(request, '$.resourceArn'),
            json_extract_scalar(request, '$.stageName')
        ) as resource,
        json_format(
            coalesce(
                json_extract(request, '$.BucketLoggingStatus'),
                json_extract(request, '$.logging'),
                json_extract(request, '$.cloudwatchLogsExportConfiguration'),
                json_extract(request, '$.attributes'),
                json_extract(request, '$.loadBalancerAttributes'),
                json_extract(request, '$.loggingConfig'),
                json_extract(request, '$.patchOperations')
            )
        ) as setting,
        request
    from events
    where
        (
            service in (
                'apigateway', 'bedrock', 'ec2', 'redshift', 'route53',
                'route53resolver', 'wafv2'
            )
            and action in (
                'DeleteAccessLogSettings', 'DeleteFlowLogs', 'DeleteGuardrail',
                'DeleteLoggingConfiguration',
                'DeleteModelInvocationLoggingConfiguration',
                'DeleteQueryLoggingConfig', 'DeleteResolverQueryLogConfig',
                'DisableLogging', 'DisassociateResolverQueryLogConfig',
                'PutLoggingConfiguration', 'PutModelInvocationLoggingConfiguration',
                'UpdateGuardrail'
            )
        )
        or (
            service = 'rds' and action in ('ModifyActivityStream', 'StopActivityStream')
        )
        or (
            service in ('apigateway', 'eks', 'elasticloadbalancing', 'rds', 's3')
            and action in (
                'ModifyDBCluster', 'ModifyDBInstance', 'ModifyLoadBalancerAttributes',
                'PutBucketLogging', 'UpdateClusterConfig', 'UpdateStage'
            )
            and regexp_like(
                coalesce(request, 'disableLogTypes'),
                'BucketLoggingStatus|clusterLogging|disableLogTypes|[aA]ccess_?[lL]og'
                || '|/logging'
            )
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, kind, effect, resource, setting, request,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    (:kind is null or contains(:kind, kind))
    and (
        :target is null
        or any_match(:target, part -> strpos(target, part) > 0)
        or any_match(:target, part -> strpos(resource, part) > 0)
        or (
            target is null
            and any_match(:target, part -> strpos(error_message, part) > 0)
        )
    )
order by time, event_id
