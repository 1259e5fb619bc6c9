-- title: "Which new paths between networks, or zones, were made?"
-- answers: [Q173, Q174]
-- attack: [T1021, T1583.001, T1199]
-- severity: medium
-- keywords:
--   [vpc peering, transit gateway, privatelink, vpc endpoint, hosted zone, vpn, dns]
-- needs: [management:write]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     help: "a network, connection, zone or account, or a part of its id"
--     means: resource
-- chart: timeline
-- next: [network/security-groups, lateral/machine-sessions, resource/history]
-- false_positives: |
--   Platform teams connect networks by code, in their own accounts.
-- cannot_show: |
--   Whether packets can flow: that takes routes and security groups on both sides as
--   well. The accepting side's event is in the other account's log.
-- notes: |
--   A peering needs an Accept call by the other side: `other_account` is whose network
--   it is. An endpoint reaches AWS's or a stranger's service (`service_name`) without
--   the internet, past filters on the way out; its `policy` says for whom. A hosted
--   zone that is associated answers DNS in `vpc`, a way to send its traffic elsewhere.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            regexp_extract(
                coalesce(response, request),
                '"((?:pcx|tgw-attach|vpce|vpn|cvpn-endpoint|vpce-svc)-[0-9a-z]+)"',
                1
            ),
            regexp_extract(
                request, '"((?:pcx|tgw-attach|vpce|vpce-svc)-[0-9a-z]+)"', 1
            ),
            json_extract_scalar(request, '$.hostedZoneId'),
            regexp_extract(request, '"((?:tgw|vpc)-[0-9a-z]+)"', 1),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        case
            when strpos(action, 'Peering') > 0 then 'peering'
            when strpos(action, 'TransitGateway') > 0 then 'transit gateway'
            when strpos(action, 'Endpoint') > 0 then 'endpoint'
            when strpos(action, 'Vpn') > 0 then 'VPN'
            when strpos(action, 'VPC') > 0 then 'hosted zone'
            else 'other'
        end as kind,
        coalesce(
            json_extract_scalar(request, '$.vpcId'),
            json_extract_scalar(request, '$.vPC.vPCId'),
            json_extract_scalar(request, '$.vpc.vpcId'),
            regexp_extract(request, '"(vpc-[0-9a-f]+)"', 1)
        ) as vpc,
        coalesce(
            json_extract_scalar(request, '$.peerVpcId'),
            json_extract_scalar(
                response, '$.vpcPeeringConnection.accepterVpcInfo.vpcId'
            )
        ) as other_vpc,
        coalesce(
            json_extract_scalar(request, '$.peerOwnerId'),
            json_extract_scalar(
                response, '$.vpcPeeringConnection.accepterVpcInfo.ownerId'
            ),
            regexp_extract(request, '"PeerAccountId": ?"?([0-9]+)', 1)
        ) as other_account,
        coalesce(
            json_extract_scalar(request, '$.peerRegion'),
            json_extract_scalar(request, '$.vPC.vPCRegion'),
            regexp_extract(request, '"PeerRegion": ?"([^"]+)', 1)
        ) as other_region,
        regexp_extract(request, '"((?:tgw|vgw)-[0-9a-z]+)"', 1) as gateway,
        regexp_extract(
            request, '"[sS]erviceName": ?"([^"]+)', 1
        ) as service_name,
        coalesce(
            json_extract_scalar(
                request, '$.CreateVpcEndpointRequest.PolicyDocument'
            ),
            json_extract_scalar(
                request, '$.ModifyVpcEndpointRequest.PolicyDocument'
            ),
            json_extract_scalar(request, '$.policyDocument')
        ) as policy,
        request
    from events
    where
        (
            service = 'ec2'
            and action in (
                'AcceptTransitGatewayPeeringAttachment',
                'AcceptTransitGatewayVpcAttachment',
                'AcceptVpcEndpointConnections', 'AcceptVpcPeeringConnection',
                'CreateClientVpnEndpoint', 'CreateTransitGateway',
                'CreateTransitGatewayPeeringAttachment',
                'CreateTransitGatewayVpcAttachment', 'CreateVpcEndpoint',
                'CreateVpcEndpointServiceConfiguration',
                'CreateVpcPeeringConnection', 'CreateVpnConnection',
                'ModifyVpcEndpoint', 'ModifyVpcEndpointServicePermissions'
            )
        )
        or (
            service = 'route53'
            and action in (
                'AssociateVPCWithHostedZone',
                'CreateVPCAssociationAuthorization',
                'DisassociateVPCFromHostedZone'
            )
        )
        or (
            service = 'vpc-lattice'
            and action = 'CreateServiceNetworkVpcAssociation'
        )
        or (
            service = 'directconnect'
            and action in (
                'AcceptDirectConnectGatewayAssociationProposal',
                'CreateDirectConnectGatewayAssociation'
            )
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, kind, vpc, other_vpc, other_account, other_region, gateway, service_name,
    policy, request,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    :target is null
    or any_match(:target, part -> strpos(target, part) > 0)
    or any_match(:target, part -> strpos(request, part) > 0)
    or any_match(:target, part -> strpos(error_message, part) > 0)
order by time, event_id
