-- title: "Which routes, gateways, VPCs and endpoints were made, changed or deleted?"
-- answers: [Q234, Q235, Q236]
-- attack: [T1686.001, T1578, T1133, T1599]
-- needs: [management:write]
-- severity: low
-- keywords:
--   [route table, internet gateway, NAT, VPN, peering, VPC, transit gateway, VPC
--   endpoint, PrivateLink, customer gateway]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "a route table, gateway, VPC, subnet or endpoint by its id"
-- chart: timeline
-- next:
--   [network/acls, network/security-groups, exfiltration/endpoint-denials,
--   resource/history]
-- notes: |
--   A route of `cidr_range` 0.0.0.0/0 `through` an internet gateway makes a private
--   subnet public; one through an instance or an interface lets that one read along. A
--   peering, a VPN or a transit gateway attachment joins another network, in
--   `peer_account` where it is told. A new endpoint is a way to a service past the
--   firewall; `policy` is what it allows, everything where it is empty.
-- false_positives: |
--   Infrastructure code that builds and takes down whole networks.
-- cannot_show: |
--   What flowed: see flow logs. Routes that a VPN or Direct Connect propagates.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        response,
        coalesce(
            json_extract_scalar(request, '$.routeTableId'),
            json_extract_scalar(request, '$.internetGatewayId'),
            json_extract_scalar(request, '$.natGatewayId'),
            json_extract_scalar(request, '$.customerGatewayId'),
            json_extract_scalar(request, '$.vpnGatewayId'),
            json_extract_scalar(request, '$.vpnConnectionId'),
            json_extract_scalar(request, '$.vpcPeeringConnectionId'),
            json_extract_scalar(request, '$.vpcEndpointId'),
            json_extract_scalar(request, '$.transitGatewayRouteTableId'),
            json_extract_scalar(request, '$.transitGatewayId'),
            json_extract_scalar(request, '$.vpcId'),
            json_extract_scalar(request, '$.subnetId'),
            json_extract_scalar(response, '$.vpc.vpcId'),
            json_extract_scalar(response, '$.routeTable.routeTableId'),
            json_extract_scalar(response, '$.internetGateway.internetGatewayId'),
            json_extract_scalar(response, '$.customerGateway.customerGatewayId'),
            json_extract_scalar(response, '$.vpcEndpoint.vpcEndpointId'),
            json_extract_scalar(
                json_extract(request, '$.CreateNatGatewayRequest'), '$.SubnetId'
            ),
            json_extract_scalar(
                json_extract(request, '$.DeleteNatGatewayRequest'), '$.NatGatewayId'
            ),
            json_extract_scalar(
                json_extract(request, '$.CreateVpcEndpointRequest'), '$.VpcId'
            ),
            json_extract_scalar(
                json_extract(request, '$.DeleteVpcEndpointsRequest'),
                '$.VpcEndpointId.content'
            ),
            json_extract_scalar(
                json_extract(request, '$.ModifyVpcEndpointRequest'), '$.VpcEndpointId'
            ),
            json_extract_scalar(
                json_extract(request, '$.CreateTransitGatewayVpcAttachmentRequest'),
                '$.VpcId'
            ),
            json_extract_scalar(
                json_extract(request, '$.CreateVpnConnectionRequest'),
                '$.CustomerGatewayId'
            ),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        coalesce(
            json_extract_scalar(request, '$.destinationCidrBlock'),
            json_extract_scalar(request, '$.destinationIpv6CidrBlock'),
            json_extract_scalar(request, '$.cidrBlock'),
            json_extract_scalar(request, '$.destinationPrefixListId')
        ) as cidr_range,
        coalesce(
            json_extract_scalar(request, '$.gatewayId'),
            json_extract_scalar(request, '$.natGatewayId'),
            json_extract_scalar(request, '$.networkInterfaceId'),
            json_extract_scalar(request, '$.instanceId'),
            json_extract_scalar(request, '$.vpcPeeringConnectionId'),
            json_extract_scalar(request, '$.transitGatewayId'),
            json_extract_scalar(request, '$.vpcEndpointId'),
            json_extract_scalar(request, '$.egressOnlyInternetGatewayId'),
            json_extract_scalar(
                json_extract(request, '$.CreateTransitGatewayVpcAttachmentRequest'),
                '$.TransitGatewayId'
            )
        ) as through,
        coalesce(
            json_extract_scalar(request, '$.serviceName'),
            json_extract_scalar(
                json_extract(request, '$.CreateVpcEndpointRequest'), '$.ServiceName'
            )
        ) as endpoint_service,
        coalesce(
            json_extract_scalar(request, '$.peerVpcId'),
            json_extract_scalar(request, '$.ipAddress'),
            json_extract_scalar(request, '$.publicIp')
        ) as peer,
        json_extract_scalar(request, '$.peerOwnerId') as peer_account,
        coalesce(
            json_extract_scalar(request, '$.policyDocument'),
            json_extract_scalar(
                json_extract(request, '$.CreateVpcEndpointRequest'), '$.PolicyDocument'
            ),
            json_extract_scalar(
                json_extract(request, '$.ModifyVpcEndpointRequest'), '$.PolicyDocument'
            )
        ) as policy
    from events
    where
        service = 'ec2'
        and (
            regexp_like(
                action,
                '^(Create|Delete|Replace|Associate|Disassociate|Attach|Detach|Accept'
                || '|Modify|Enable|Disable)(Carrier|Customer|DefaultVpc|DefaultSubnet'
                || '|EgressOnly|Internet|LocalGateway|Nat|Route|Subnet|TransitGateway'
                || '|Vgw|Vpc|Vpn|ClientVpn)'
            )
            and not regexp_like(action, '^[A-Z][a-z]+(Vpc|Subnet)BlockPublic|FlowLog')
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, cidr_range, through, endpoint_service, peer, peer_account, policy, service,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
