-- title: "Which load balancers, caches, databases and machines got other groups?"
-- answers: [Q237]
-- attack: [T1686.001, T1190]
-- needs: [management:write]
-- severity: low
-- keywords: [security group, RDS, ElastiCache, Redshift, load balancer, ELB, interface]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "a group, load balancer, database or interface, or a part of it"
-- chart: timeline
-- next: [network/security-groups, exfiltration/databases, network/front-doors]
-- notes: |
--   `groups` are the security groups that the thing has from then on. The groups of
--   RDS, ElastiCache and Redshift themselves belong to the old EC2-Classic; a call for
--   one is odd today. Modify… calls are listed where they name groups, or failed.
-- false_positives: |
--   Infrastructure code.
-- cannot_show: |
--   The groups it had before.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        coalesce(
            json_extract_scalar(request, '$.dBSecurityGroupName'),
            json_extract_scalar(request, '$.cacheSecurityGroupName'),
            json_extract_scalar(request, '$.clusterSecurityGroupName'),
            json_extract_scalar(request, '$.loadBalancerName'),
            json_extract_scalar(request, '$.loadBalancerArn'),
            json_extract_scalar(request, '$.networkInterfaceId'),
            json_extract_scalar(request, '$.instanceId'),
            json_extract_scalar(request, '$.dBInstanceIdentifier'),
            json_extract_scalar(request, '$.dBClusterIdentifier'),
            json_extract_scalar(request, '$.mountTargetId'),
            json_extract_scalar(request, '$.replicationGroupId'),
            json_extract_scalar(request, '$.cacheClusterId'),
            json_extract_scalar(request, '$.clusterIdentifier'),
            json_extract_scalar(request, '$.dBSubnetGroupName'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        coalesce(
            nullif(
                array_join(
                    try_cast(
                        json_extract(request, '$.securityGroups') as array(varchar)
                    ),
                    ', '
                ),
                ''
            ),
            nullif(
                array_join(
                    try_cast(
                        json_extract(request, '$.vpcSecurityGroupIds') as array(varchar)
                    ),
                    ', '
                ),
                ''
            ),
            nullif(
                array_join(
                    try_cast(
                        json_extract(request, '$.securityGroupIds') as array(varchar)
                    ),
                    ', '
                ),
                ''
            ),
            nullif(
                array_join(
                    transform(
                        try_cast(
                            json_extract(request, '$.groupSet.items') as array(json)
                        ),
                        one -> json_extract_scalar(one, '$.groupId')
                    ),
                    ', '
                ),
                ''
            ),
            nullif(
                array_join(
                    try_cast(
                        json_extract(request, '$.cacheSecurityGroupNames')
                        as array(varchar)
                    ),
                    ', '
                ),
                ''
            )
        ) as groups,
        coalesce(
            json_extract_scalar(request, '$.cIDRIP'),
            json_extract_scalar(request, '$.cidrip'),
            json_extract_scalar(request, '$.cIDRip')
        ) as cidr_range,
        coalesce(
            json_extract_scalar(request, '$.eC2SecurityGroupName'),
            json_extract_scalar(request, '$.eC2SecurityGroupId')
        ) as source_group,
        json_extract_scalar(request, '$.eC2SecurityGroupOwnerId') as group_owner
    from events
    where
        (
            service = 'rds'
            and action in (
                'AuthorizeDBSecurityGroupIngress', 'CreateDBSecurityGroup',
                'CreateDBSubnetGroup', 'DeleteDBSecurityGroup', 'ModifyDBCluster',
                'ModifyDBInstance', 'ModifyDBSubnetGroup',
                'RevokeDBSecurityGroupIngress'
            )
        )
        or (
            service = 'elasticache'
            and action in (
                'AuthorizeCacheSecurityGroupIngress', 'CreateCacheSecurityGroup',
                'DeleteCacheSecurityGroup', 'ModifyCacheCluster',
                'ModifyReplicationGroup', 'RevokeCacheSecurityGroupIngress'
            )
        )
        or (
            service = 'redshift'
            and action in (
                'AuthorizeClusterSecurityGroupIngress', 'CreateClusterSecurityGroup',
                'ModifyCluster', 'RevokeClusterSecurityGroupIngress'
            )
        )
        or (
            service = 'elasticloadbalancing'
            and action in ('ApplySecurityGroupsToLoadBalancer', 'SetSecurityGroups')
        )
        or (
            service = 'elasticfilesystem'
            and action = 'ModifyMountTargetSecurityGroups'
        )
        or (
            service = 'ec2'
            and action in ('ModifyInstanceAttribute', 'ModifyNetworkInterfaceAttribute')
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, groups, cidr_range, source_group, group_owner, service, principal_arn,
    access_key, user_agent, via, error_code, error_message
from calls
where
    (
        :target is null
        or any_match(
            :target, part -> strpos(coalesce(target, error_message), part) > 0
        )
    )
    and (
        not starts_with(action, 'Modify')
        or action in ('ModifyDBSubnetGroup', 'ModifyMountTargetSecurityGroups')
        or groups is not null
        or outcome <> 'success'
    )
order by time, event_id
