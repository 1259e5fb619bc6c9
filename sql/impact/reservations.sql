-- title: "Were reserved instances, savings plans or capacity bought?"
-- answers: [Q207]
-- attack: [T1496]
-- needs: [management:write]
-- severity: high
-- keywords: [cost, billing, reserved instance, savings plan, money]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "an offering or instance type, or a part of it"
-- chart: timeline
-- next: [impact/compute, impact/model-access, identity/activity]
-- notes: |
--   Each is a promise to pay, often for one or three years, and can rarely be undone.
--   The price stands in the answer of the offering, not in the purchase: look the
--   offering up.
-- false_positives: |
--   Finance or a cost tool that buys by plan: ask who is allowed to.
-- cannot_show: |
--   Purchases in the console of another account of the organization, whose discounts
--   are shared.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        response,
        coalesce(
            json_extract_scalar(request, '$.reservedInstancesOfferingId'),
            json_extract_scalar(request, '$.savingsPlanOfferingId'),
            json_extract_scalar(request, '$.offeringId'),
            json_extract_scalar(request, '$.reservedDBInstancesOfferingId'),
            json_extract_scalar(request, '$.reservedCacheNodesOfferingId'),
            json_extract_scalar(request, '$.reservedNodeOfferingId'),
            json_extract_scalar(request, '$.capacityBlockOfferingId'),
            json_extract_scalar(request, '$.instanceType'),
            json_extract_scalar(request, '$.productId'),
            json_extract_scalar(request, '$.PurchaseHostReservationRequest.OfferingId'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        try_cast(
            coalesce(
                json_extract_scalar(request, '$.instanceCount'),
                json_extract_scalar(request, '$.dBInstanceCount'),
                json_extract_scalar(request, '$.cacheNodeCount'),
                json_extract_scalar(request, '$.nodeCount'),
                json_extract_scalar(request, '$.count')
            ) as double
        ) as quantity,
        coalesce(
            json_extract_scalar(request, '$.commitment'),
            json_extract_scalar(request, '$.upfrontPaymentAmount'),
            json_extract_scalar(request, '$.limitPrice.amount')
        ) as commitment,
        coalesce(
            json_extract_scalar(response, '$.reservedInstancesId'),
            json_extract_scalar(response, '$.savingsPlanId'),
            json_extract_scalar(
                response, '$.capacityReservation.capacityReservationId'
            ),
            json_extract_scalar(response, '$.reservedDBInstance.reservedDBInstanceId')
        ) as purchase_id
    from events
    where
        (
            service = 'ec2'
            and action in (
                'AllocateHosts', 'CreateCapacityReservation',
                'CreateReservedInstancesListing', 'PurchaseCapacityBlock',
                'PurchaseHostReservation', 'PurchaseReservedInstancesOffering',
                'PurchaseScheduledInstances'
            )
        )
        or (service = 'savingsplans' and action = 'CreateSavingsPlan')
        or (service = 'rds' and action = 'PurchaseReservedDBInstancesOffering')
        or (service = 'elasticache' and action = 'PurchaseReservedCacheNodesOffering')
        or (service = 'redshift' and action = 'PurchaseReservedNodeOffering')
        or (service = 'memorydb' and action = 'PurchaseReservedNodesOffering')
        or (
            service = 'es'
            and action in (
                'PurchaseReservedElasticsearchInstanceOffering',
                'PurchaseReservedInstanceOffering'
            )
        )
        or (service = 'medialive' and action = 'PurchaseOffering')
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, quantity, commitment, purchase_id, service, principal_arn, access_key,
    user_agent, via, error_code, error_message
from calls
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
