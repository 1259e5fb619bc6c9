-- title: "Was network traffic mirrored, from which interface, and where to?"
-- answers: [Q199]
-- attack: [T1040, T1074.002]
-- needs: [management:write]
-- severity: high
-- keywords: [sniffing, exfil, tap, packet capture, VPC]
-- chart: timeline
-- next: [exfiltration/shares, network/topology, identity/activity]
-- notes: |
--   It takes a target, a filter with rules and a session: the session names the
--   interface whose traffic is copied (`target`) and where it goes (`sent_to`). What a
--   Nitro instance sends to a target in another account needs a shared target, so look
--   for shares too. EC2 names the parameters at the top or under a request object: both
--   are read.
-- false_positives: |
--   Network monitoring products, which make all of it from one known role.
-- cannot_show: |
--   What was in the traffic, and whether any was sent.
with changes as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        response,
        coalesce(
            json_extract_scalar(request, '$.networkInterfaceId'),
            json_extract_scalar(request, '$.trafficMirrorTargetId'),
            json_extract_scalar(request, '$.trafficMirrorFilterId'),
            json_extract_scalar(request, '$.trafficMirrorSessionId'),
            json_extract_scalar(request, '$.trafficMirrorFilterRuleId'),
            json_extract_scalar(
                request, '$.CreateTrafficMirrorSessionRequest.NetworkInterfaceId'
            ),
            json_extract_scalar(
                request, '$.CreateTrafficMirrorTargetRequest.NetworkInterfaceId'
            ),
            json_extract_scalar(
                request, '$.CreateTrafficMirrorTargetRequest.NetworkLoadBalancerArn'
            ),
            json_extract_scalar(
                request, '$.CreateTrafficMirrorFilterRuleRequest.TrafficMirrorFilterId'
            ),
            json_extract_scalar(
                request, '$.ModifyTrafficMirrorSessionRequest.TrafficMirrorSessionId'
            ),
            json_extract_scalar(
                request, '$.DeleteTrafficMirrorSessionRequest.TrafficMirrorSessionId'
            ),
            json_extract_scalar(request, '$.networkLoadBalancerArn'),
            json_extract_scalar(
                json_extract(response, '$.CreateTrafficMirrorFilterResponse'),
                '$.trafficMirrorFilter.trafficMirrorFilterId'
            ),
            json_extract_scalar(
                response, '$.trafficMirrorFilter.trafficMirrorFilterId'
            )
        ) as target,
        coalesce(
            json_extract_scalar(request, '$.trafficMirrorTargetId'),
            json_extract_scalar(
                request, '$.CreateTrafficMirrorSessionRequest.TrafficMirrorTargetId'
            ),
            json_extract_scalar(request, '$.networkLoadBalancerArn'),
            json_extract_scalar(
                request, '$.CreateTrafficMirrorTargetRequest.NetworkLoadBalancerArn'
            )
        ) as sent_to,
        coalesce(
            json_extract_scalar(request, '$.trafficMirrorFilterId'),
            json_extract_scalar(
                request, '$.CreateTrafficMirrorSessionRequest.TrafficMirrorFilterId'
            )
        ) as filter,
        coalesce(
            json_extract_scalar(request, '$.ruleAction'),
            json_extract_scalar(
                request, '$.CreateTrafficMirrorFilterRuleRequest.RuleAction'
            )
        ) as rule,
        coalesce(
            json_extract_scalar(request, '$.destinationCidrBlock'),
            json_extract_scalar(
                request, '$.CreateTrafficMirrorFilterRuleRequest.DestinationCidrBlock'
            )
        ) as destination_range
    from events
    where
        service = 'ec2'
        and action in (
            'CreateTrafficMirrorFilter', 'CreateTrafficMirrorFilterRule',
            'CreateTrafficMirrorSession', 'CreateTrafficMirrorTarget',
            'DeleteTrafficMirrorFilter', 'DeleteTrafficMirrorFilterRule',
            'DeleteTrafficMirrorSession', 'DeleteTrafficMirrorTarget',
            'ModifyTrafficMirrorFilterNetworkServices', 'ModifyTrafficMirrorFilterRule',
            'ModifyTrafficMirrorSession'
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, sent_to, filter, rule, destination_range, service, principal_arn,
    access_key, user_agent, via, error_code, error_message
from changes
order by time, event_id
