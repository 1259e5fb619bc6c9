-- title: "Which network ACLs were changed, and what do the rules say?"
-- answers: [Q233]
-- attack: [T1686.001, T1133]
-- needs: [management:write]
-- severity: medium
-- keywords: [NACL, firewall, subnet, network ACL]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "a network ACL by its id"
-- chart: timeline
-- next: [network/security-groups, network/topology, resource/history]
-- notes: |
--   Rules are tried by number, lowest first; protocol -1 is all, 6 is TCP, 17 is UDP.
--   An ACL also refuses: a rule that denies can hide an intruder from a scanner, or cut
--   responders off.
-- false_positives: |
--   Infrastructure code, and blocking of addresses by hand or by a tool.
-- cannot_show: |
--   What passed. The rule that was deleted: look for the call that made it.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        response,
        coalesce(
            json_extract_scalar(request, '$.networkAclId'),
            json_extract_scalar(response, '$.networkAcl.networkAclId'),
            json_extract_scalar(request, '$.associationId'),
            json_extract_scalar(request, '$.subnetId'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        try_cast(json_extract_scalar(request, '$.ruleNumber') as bigint) as rule_number,
        json_extract_scalar(request, '$.ruleAction') as rule,
        case
            when json_extract_scalar(request, '$.egress') = 'true' then 'out'
            when json_extract_scalar(request, '$.egress') = 'false' then 'in'
        end as direction,
        coalesce(
            json_extract_scalar(request, '$.aclProtocol'),
            json_extract_scalar(request, '$.protocol')
        ) as protocol,
        coalesce(
            json_extract_scalar(request, '$.cidrBlock'),
            json_extract_scalar(request, '$.ipv6CidrBlock')
        ) as cidr_range,
        coalesce(
            json_extract_scalar(request, '$.portRange.from'),
            json_extract_scalar(request, '$.portRange.From')
        ) as from_port,
        coalesce(
            json_extract_scalar(request, '$.portRange.to'),
            json_extract_scalar(request, '$.portRange.To')
        ) as to_port,
        json_extract_scalar(request, '$.vpcId') as vpc
    from events
    where
        service = 'ec2'
        and action in (
            'CreateNetworkAcl', 'CreateNetworkAclEntry', 'DeleteNetworkAcl',
            'DeleteNetworkAclEntry', 'ReplaceNetworkAclAssociation',
            'ReplaceNetworkAclEntry'
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, rule_number, rule, direction, protocol, cidr_range, from_port, to_port, vpc,
    service, principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
