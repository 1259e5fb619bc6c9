-- title: "Which code and origins at CloudFront's edge were made or changed?"
-- answers: [Q242]
-- attack: [T1119, T1648]
-- severity: medium
-- keywords: [cloudfront function, lambda@edge, distribution, origin, skimming]
-- needs: [management:write]
-- global: [cloudfront]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     help: "a function or distribution, or a part of its name or id"
--     means: resource
-- chart: timeline
-- next: [execution/functions, impairment/web-filters, resource/history]
-- false_positives: |
--   Web releases change functions and distributions.
-- cannot_show: |
--   The code of a function, which the record leaves out or shows encoded. What it saw
--   of visitors' requests.
-- notes: |
--   A function that is published sees each request or answer, with its cookies.
--   UpdateDistribution sets the whole distribution: `origins` are where it sends
--   requests from then on, `functions` the first function that it runs, `web_acl` its
--   filter (empty: none), `logging` its access log. CloudFront's events are in
--   us-east-1.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.name'),
            json_extract_scalar(request, '$.id'),
            json_extract_scalar(request, '$.functionName'),
            json_extract_scalar(request, '$.distributionId'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        case
            when action = 'PublishFunction' then 'live'
            when action like '%Function' then 'in development'
            else 'distribution'
        end as stage,
        json_extract_scalar(request, '$.functionConfig.runtime') as runtime,
        array_join(
            transform(
                try_cast(
                    json_extract(request, '$.distributionConfig.origins.items')
                    as array(json)
                ),
                one -> json_extract_scalar(one, '$.domainName')
            ),
            ', '
        ) as origins,
        regexp_extract(
            request, '"(?:functionARN|lambdaFunctionARN)": ?"([^"]+)', 1
        ) as functions,
        json_extract_scalar(request, '$.distributionConfig.webACLId') as web_acl,
        json_extract_scalar(
            request, '$.distributionConfig.logging.enabled'
        ) = 'true' as logging,
        json_extract_scalar(
            request, '$.distributionConfig.viewerCertificate.aCMCertificateArn'
        ) as certificate,
        json_extract_scalar(
            request, '$.distributionConfig.enabled'
        ) = 'true' as enabled
    from events
    where
        service = 'cloudfront'
        and action in (
            'AssociateAlias', 'CreateDistribution',
            'CreateDistributionWithTags', 'CreateFunction',
            'CreateKeyValueStore', 'CreateStreamingDistribution',
            'DeleteFunction', 'PublishFunction', 'UpdateDistribution',
            'UpdateFunction', 'UpdateKeyValueStore'
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, stage, runtime, origins, functions, web_acl, logging, certificate, enabled,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
