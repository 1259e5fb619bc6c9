-- title: "Which web filters and firewalls were changed, deleted or detached?"
-- answers: [Q147]
-- attack: [T1686.001]
-- severity: medium
-- keywords: [waf, web acl, ip set, rule group, shield, firewall, evasion]
-- needs: [management:write]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     help: "what was changed, by its name, its id or a part of it"
--     means: resource
-- chart: timeline
-- next: [network/security-groups, impairment/other-logs, resource/history]
-- false_positives: |
--   Address lists are updated by code and by threat feeds all day. A new version of an
--   application moves its filter.
-- cannot_show: |
--   What the rules were before. For CloudFront the events are in us-east-1 (`scope`
--   CLOUDFRONT).
-- notes: |
--   WAF (new and classic), Network Firewall, Shield and Firewall Manager. UpdateWebACL
--   and UpdateIPSet replace the whole: `rules` counts the rules and `addresses` lists
--   the ranges from then on; classic WAF tells `changes`. AssociateWebACL replaces the
--   filter that was there. CloudFront takes a filter off by UpdateDistribution: ask
--   execution/edge-code.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            coalesce(
                json_extract_scalar(request, '$.name'),
                json_extract_scalar(request, '$.webACLArn'),
                json_extract_scalar(request, '$.webACLId'),
                json_extract_scalar(request, '$.iPSetId'),
                json_extract_scalar(request, '$.ruleGroupId'),
                json_extract_scalar(request, '$.ruleId'),
                json_extract_scalar(request, '$.resourceArn')
            ),
            json_extract_scalar(request, '$.firewallName'),
            json_extract_scalar(request, '$.firewallPolicyArn'),
            json_extract_scalar(request, '$.protectionId'),
            json_extract_scalar(request, '$.policyId'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        json_extract_scalar(request, '$.resourceArn') as resource,
        json_extract_scalar(request, '$.scope') as scope,
        case
            when json_extract(request, '$.defaultAction.allow') is not null
                then 'allow'
            when json_extract(request, '$.defaultAction.block') is not null
                then 'block'
            else lower(json_extract_scalar(request, '$.defaultAction.type'))
        end as default_action,
        json_array_length(json_extract(request, '$.rules')) as rules,
        array_join(
            try_cast(json_extract(request, '$.addresses') as array(varchar)), ', '
        ) as addresses,
        json_format(json_extract(request, '$.updates')) as changes
    from events
    where
        service in ('fms', 'network-firewall', 'shield', 'waf', 'waf-regional', 'wafv2')
        and (
            regexp_like(action, '^(Delete|Disable|Disassociate|Update)')
            or action = 'AssociateWebACL'
        )
        and action not in ('DeleteLoggingConfiguration', 'UpdateLoggingConfiguration')
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, resource, scope, default_action, rules, addresses, changes,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
