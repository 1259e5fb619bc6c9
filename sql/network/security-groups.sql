-- title: "Which security-group rules were changed, and which ports opened to whom?"
-- answers: [Q232]
-- attack: [T1686.001, T1133, T1021.004, T1021.001]
-- needs: [management:write]
-- severity: medium
-- keywords: [firewall, 0.0.0.0/0, open to the world, SSH, RDP, ingress, egress, port]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "a group by its id or name, or a part of it"
--   world_only:
--     type: boolean
--     default: false
--     help: "only rules for a range of length 0, however it is written"
-- chart: timeline
-- next:
--   [network/other-groups, network/acls, network/public-addresses, resource/history]
-- notes: |
--   `rules` reads: protocol, ports, ranges or groups; protocol -1 is all.
--   `to_the_world` is true for any range of length 0: 0.0.0.0/0, ::/0, or another
--   address before /0, which means the same. Both shapes of the call are read, and
--   ModifySecurityGroupRules. A Revoke… takes the rule away, which can also cut a
--   responder off; `rule_ids` are what it names instead.
-- false_positives: |
--   Ports 80 and 443 of load balancers, and infrastructure code.
-- cannot_show: |
--   Whether anyone came in: that is in flow logs. A prefix list can grow later without
--   a change of the group.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        response,
        json_extract(request, '$.ModifySecurityGroupRulesRequest') as change,
        coalesce(
            try_cast(json_extract(request, '$.ipPermissions.items') as array(json)),
            try_cast(json_extract(request, '$.ipPermissions') as array(json)),
            array[json_extract(request, '$')]
        ) as permissions
    from events
    where
        service = 'ec2'
        and regexp_like(
            action,
            '^(Authorize|Revoke|Update)SecurityGroup|^ModifySecurityGroupRules$'
            || '|^(Create|Delete)SecurityGroup$|^(As|Disas)sociateSecurityGroupVpc$'
        )
),

rules as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        coalesce(
            json_extract_scalar(request, '$.groupId'),
            json_extract_scalar(change, '$.GroupId'),
            json_extract_scalar(response, '$.groupId'),
            json_extract_scalar(request, '$.groupName'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        flatten(
            array[
                transform(
                    permissions,
                    one -> coalesce(
                        json_extract_scalar(one, '$.ipProtocol'),
                        'any protocol'
                    )
                    || ' ' || coalesce(json_extract_scalar(one, '$.fromPort'), 'all')
                    || '-' || coalesce(json_extract_scalar(one, '$.toPort'), 'all')
                    || ' ' || array_join(
                        flatten(
                            array[
                                array[
                                    json_extract_scalar(one, '$.cidrIp'),
                                    json_extract_scalar(one, '$.cidrIpv6'),
                                    json_extract_scalar(
                                        one, '$.sourceSecurityGroupName'
                                    )
                                ],
                                transform(
                                    flatten(
                                        array[
                                            try_cast(
                                                json_extract(one, '$.ipRanges.items')
                                                as array(json)
                                            ),
                                            try_cast(
                                                json_extract(one, '$.ipRanges')
                                                as array(json)
                                            ),
                                            try_cast(
                                                json_extract(one, '$.ipv6Ranges.items')
                                                as array(json)
                                            ),
                                            try_cast(
                                                json_extract(
                                                    one, '$.prefixListIds.items'
                                                )
                                                as array(json)
                                            ),
                                            try_cast(
                                                json_extract(one, '$.groups.items')
                                                as array(json)
                                            )
                                        ]
                                    ),
                                    part -> coalesce(
                                        json_extract_scalar(part, '$.cidrIp'),
                                        json_extract_scalar(part, '$.cidrIpv6'),
                                        json_extract_scalar(part, '$.prefixListId'),
                                        json_extract_scalar(part, '$.groupId'),
                                        json_extract_scalar(part, '$.groupName')
                                    )
                                )
                            ]
                        ),
                        ' '
                    )
                ),
                transform(
                    coalesce(
                        try_cast(
                            json_extract(change, '$.SecurityGroupRule') as array(json)
                        ),
                        array[json_extract(change, '$.SecurityGroupRule')]
                    ),
                    one -> json_extract_scalar(one, '$.SecurityGroupRule.IpProtocol')
                    || ' ' || coalesce(
                        json_extract_scalar(one, '$.SecurityGroupRule.FromPort'), 'all'
                    )
                    || '-' || coalesce(
                        json_extract_scalar(one, '$.SecurityGroupRule.ToPort'), 'all'
                    )
                    || ' ' || coalesce(
                        json_extract_scalar(one, '$.SecurityGroupRule.CidrIpv4'),
                        json_extract_scalar(one, '$.SecurityGroupRule.CidrIpv6'),
                        json_extract_scalar(one, '$.SecurityGroupRule.PrefixListId'),
                        json_extract_scalar(
                            one, '$.SecurityGroupRule.ReferencedGroupId'
                        )
                    )
                )
            ]
        ) as told
    from calls
),

named as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message, target,
        nullif(
            array_join(
                filter(told, one -> not regexp_like(one, '^any protocol all-all *$')),
                '; '
            ),
            ''
        ) as rules,
        coalesce(
            json_extract_scalar(request, '$.groupName'),
            json_extract_scalar(request, '$.groupDescription')
        ) as group_name,
        array_join(
            try_cast(json_extract(request, '$.securityGroupRuleIds') as array(varchar)),
            ', '
        ) as rule_ids,
        json_extract_scalar(request, '$.vpcId') as vpc
    from rules
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, rules, regexp_like(rules, '/0+( |;|$)') as to_the_world, rule_ids,
    group_name, vpc, principal_arn, access_key, user_agent, via, error_code,
    error_message
from named
where
    (
        :target is null
        or any_match(
            :target, part -> strpos(coalesce(target, error_message), part) > 0
        )
    )
    and (
        :world_only = false
        or regexp_like(rules, '/0+( |;|$)')
        or outcome <> 'success'
    )
order by time, event_id
