-- title: "Which machines and subnets got public addresses?"
-- answers: [Q240]
-- attack: [T1578.002, T1133]
-- needs: [management:write]
-- severity: low
-- keywords: [elastic IP, public IP, internet facing, exposed]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "an instance, interface, subnet or address, or a part of it"
-- chart: timeline
-- next: [network/security-groups, network/topology, impact/compute]
-- notes: |
--   RunInstances is listed where it asks for a public address. Most instances get one,
--   or none, by the setting of their subnet, which the call does not tell: `public_ip`
--   is empty then, as the address is given after the answer. ModifySubnetAttribute with
--   `asked_public` true turns it on for every new instance of the subnet.
-- false_positives: |
--   Bastions, NAT gateways and build machines.
-- cannot_show: |
--   Instances that got an address by the setting of their subnet: look at the subnet.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        response,
        coalesce(
            json_extract_scalar(request, '$.publicIp'),
            json_extract_scalar(response, '$.publicIp'),
            nullif(
                array_join(
                    transform(
                        try_cast(
                            json_extract(response, '$.instancesSet.items')
                            as array(json)
                        ),
                        one -> json_extract_scalar(
                            one, '$.networkInterfaceSet.items[0].association.publicIp'
                        )
                    ),
                    ', '
                ),
                ''
            ),
            nullif(
                array_join(
                    transform(
                        try_cast(
                            json_extract(response, '$.instancesSet.items')
                            as array(json)
                        ),
                        one -> json_extract_scalar(one, '$.ipAddress')
                    ),
                    ', '
                ),
                ''
            )
        ) as public_ip,
        coalesce(
            json_extract_scalar(
                request, '$.networkInterfaceSet.items[0].associatePublicIpAddress'
            ),
            json_extract_scalar(request, '$.associatePublicIpAddress'),
            json_extract_scalar(request, '$.mapPublicIpOnLaunch.value'),
            json_extract_scalar(request, '$.mapPublicIpOnLaunch')
        ) as asked_public
    from events
    where
        (
            service = 'ec2'
            and action in (
                'AdvertiseByoipCidr', 'AllocateAddress', 'AssignIpv6Addresses',
                'AssociateAddress', 'DisassociateAddress', 'ModifySubnetAttribute',
                'ProvisionByoipCidr', 'ReleaseAddress', 'RunInstances'
            )
        )
        or (
            service = 'lightsail'
            and action in (
                'AllocateStaticIp', 'AttachStaticIp', 'OpenInstancePublicPorts',
                'PutInstancePublicPorts'
            )
        )
),

opened as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        asked_public, public_ip,
        coalesce(
            nullif(
                array_join(
                    transform(
                        try_cast(
                            json_extract(response, '$.instancesSet.items')
                            as array(json)
                        ),
                        one -> json_extract_scalar(one, '$.instanceId')
                    ),
                    ', '
                ),
                ''
            ),
            json_extract_scalar(request, '$.instanceId'),
            json_extract_scalar(request, '$.networkInterfaceId'),
            json_extract_scalar(request, '$.subnetId'),
            json_extract_scalar(request, '$.allocationId'),
            json_extract_scalar(request, '$.associationId'),
            json_extract_scalar(request, '$.publicIp'),
            json_extract_scalar(response, '$.allocationId'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        coalesce(
            json_extract_scalar(request, '$.subnetId'),
            json_extract_scalar(request, '$.networkInterfaceSet.items[0].subnetId'),
            nullif(
                array_join(
                    transform(
                        try_cast(
                            json_extract(response, '$.instancesSet.items')
                            as array(json)
                        ),
                        one -> json_extract_scalar(one, '$.subnetId')
                    ),
                    ', '
                ),
                ''
            )
        ) as subnet,
        nullif(
            array_join(
                transform(
                    try_cast(json_extract(request, '$.groupSet.items') as array(json)),
                    one -> json_extract_scalar(one, '$.groupId')
                ),
                ', '
            ),
            ''
        ) as groups
    from calls
    where
        outcome <> 'success'
        or action not in ('RunInstances', 'ModifySubnetAttribute')
        or asked_public = 'true'
        or public_ip is not null
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, public_ip, asked_public, subnet, groups, service, principal_arn, access_key,
    user_agent, via, error_code, error_message
from opened
where
    :target is null
    or any_match(:target, part -> strpos(coalesce(target, error_message), part) > 0)
order by time, event_id
