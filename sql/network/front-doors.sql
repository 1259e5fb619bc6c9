-- title: "Which public front doors, their logging or certificates were changed?"
-- answers: [Q242]
-- attack: [T1685.002, T1578.005, T1190, T1557]
-- needs: [management:write]
-- global: [cloudfront, globalaccelerator]
-- severity: low
-- keywords:
--   [CloudFront, load balancer, ELB, ALB, API Gateway, certificate, ACM, access log,
--   TLS]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "an API, distribution, load balancer or certificate, or a part of it"
-- chart: timeline
-- next: [impact/domains, network/other-groups, execution/functions]
-- notes: |
--   `logging` is what the call sets about access logs: `false`, or
--   access_logs.s3.enabled=false, turns them off. `leads_to` is where requests go: a
--   rule or an origin that sends some of them elsewhere can take data on the way, as a
--   function at CloudFront can. An API that leads to a function can be a back door.
-- false_positives: |
--   Deployments by code.
-- cannot_show: |
--   Requests to the door: they are in its access log. What an UpdateDistribution
--   changed: it repeats the whole configuration, so compare with resource/history.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        response,
        coalesce(
            json_extract_scalar(request, '$.apiId'),
            json_extract_scalar(request, '$.restApiId'),
            json_extract_scalar(request, '$.domainName'),
            json_extract_scalar(request, '$.id'),
            json_extract_scalar(request, '$.distributionId'),
            json_extract_scalar(request, '$.name'),
            json_extract_scalar(request, '$.listenerArn'),
            json_extract_scalar(request, '$.loadBalancerArn'),
            json_extract_scalar(request, '$.loadBalancerName'),
            json_extract_scalar(request, '$.ruleArn'),
            json_extract_scalar(request, '$.certificateArn'),
            json_extract_scalar(request, '$.functionName'),
            json_extract_scalar(request, '$.targetGroupArn'),
            json_extract_scalar(response, '$.distribution.id'),
            json_extract_scalar(response, '$.apiId'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        coalesce(
            json_extract_scalar(request, '$.integrationUri'),
            json_extract_scalar(request, '$.uri'),
            json_extract_scalar(request, '$.routeKey'),
            json_extract_scalar(request, '$.stageName'),
            json_extract_scalar(request, '$.defaultActions[0].targetGroupArn'),
            json_extract_scalar(request, '$.actions[0].targetGroupArn'),
            json_extract_scalar(request, '$.actions[0].redirectConfig.host'),
            json_extract_scalar(
                request, '$.distributionConfig.origins.items[0].domainName'
            )
        ) as leads_to,
        coalesce(
            json_extract_scalar(request, '$.distributionConfig.logging.enabled'),
            json_extract_scalar(request, '$.loadBalancerAttributes.accessLog.enabled'),
            nullif(
                array_join(
                    transform(
                        try_cast(json_extract(request, '$.attributes') as array(json)),
                        one -> json_extract_scalar(one, '$.key')
                        || '='
                        || json_extract_scalar(one, '$.value')
                    ),
                    ', '
                ),
                ''
            )
        ) as logging,
        coalesce(
            json_extract_scalar(request, '$.certificateArn'),
            json_extract_scalar(request, '$.certificates[0].certificateArn'),
            json_extract_scalar(request, '$.sSLCertificateId'),
            json_extract_scalar(request, '$.iAMCertificateId'),
            json_extract_scalar(
                json_extract(request, '$.distributionConfig'),
                '$.viewerCertificate.aCMCertificateArn'
            )
        ) as certificate,
        coalesce(
            json_extract_scalar(request, '$.protocolType'),
            json_extract_scalar(request, '$.protocol'),
            json_extract_scalar(
                json_extract(request, '$.distributionConfig.viewerCertificate'),
                '$.minimumProtocolVersion'
            )
        ) as protocol,
        coalesce(
            json_extract_scalar(request, '$.authorizationType'),
            json_extract_scalar(request, '$.functionUrlAuthType')
        ) as auth_type
    from events
    where
        (
            service = 'cloudfront'
            and regexp_like(action, '^(Create|Update|Delete|Publish|Associate)')
        )
        or (
            service = 'elasticloadbalancing'
            and action in (
                'AddListenerCertificates', 'CreateListener', 'CreateLoadBalancer',
                'CreateLoadBalancerPolicy', 'CreateRule', 'DeleteListener',
                'DeleteLoadBalancer', 'DeleteRule', 'ModifyListener',
                'ModifyLoadBalancerAttributes', 'ModifyRule', 'RegisterTargets',
                'RemoveListenerCertificates', 'SetLoadBalancerListenerSSLCertificate',
                'SetLoadBalancerPoliciesOfListener', 'SetWebACL'
            )
        )
        or (
            service = 'apigateway'
            and regexp_like(
                action,
                '^(Create|Update|Delete|Put|Import)(Rest)?(Api|Integration|Route|Stage'
                || '|Deployment|DomainName|Method|Authorizer|ApiKey)'
            )
        )
        or (
            service = 'acm'
            and action in (
                'DeleteCertificate', 'ExportCertificate', 'ImportCertificate',
                'RequestCertificate', 'UpdateCertificateOptions'
            )
        )
        or (
            service = 'globalaccelerator'
            and action in (
                'CreateAccelerator', 'CreateEndpointGroup',
                'UpdateAcceleratorAttributes'
            )
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, leads_to, logging, certificate, protocol, auth_type, service, principal_arn,
    access_key, user_agent, via, error_code, error_message
from calls
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
