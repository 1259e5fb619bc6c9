-- title: "Were functions or models called so often that the bill is the attack?"
-- answers: [Q230]
-- attack: [T1499, T1496.004]
-- needs: [data:lambda, management:write, data:sns]
-- severity: medium
-- keywords: [denial of wallet, economic denial, cost, rate, Lambda, Bedrock]
-- parameters:
--   calls:
--     type: integer
--     default: 1000
--     help: "fewest calls of one identity in one window"
--   minutes:
--     type: integer
--     default: 10
--     help: "length of a window in minutes, from 1 to 60"
-- chart: ranking
-- next: [impact/models, insights/list, identity/activity]
-- notes: |
--   One row for each window of :minutes minutes, thing and identity with at least
--   :calls calls. Windows are cut at whole multiples within the hour, so a burst over a
--   border is in two rows. A function that a service calls has the service as its
--   identity.
-- false_positives: |
--   Batch jobs, load tests, and event sources that were behind and catch up.
-- cannot_show: |
--   Function URLs and API calls from outside when data events are off; what each call
--   cost.
with calls as (
    select
        time, action, service, outcome, actor, identity_id, account, region, source_ip,
        action_id,
        coalesce(
            json_extract_scalar(request, '$.functionName'),
            json_extract_scalar(request, '$.modelId'),
            json_extract_scalar(request, '$.stateMachineArn'),
            json_extract_scalar(request, '$.topicArn'),
            json_extract_scalar(request, '$.endpointName')
        ) as target,
        date_add(
            'minute',
            -(minute(time) % least(greatest(:minutes, 1), 60)),
            date_trunc('minute', time)
        ) as window_from
    from events
    where
        (service = 'lambda' and action in ('Invoke', 'InvokeAsync'))
        or (
            family = 'bedrock'
            and (starts_with(action, 'InvokeModel') or starts_with(action, 'Converse'))
        )
        or (service = 'states' and action in ('StartExecution', 'StartSyncExecution'))
        or (service = 'sns' and action in ('Publish', 'PublishBatch'))
        or (
            service = 'sagemaker'
            and action in ('InvokeEndpoint', 'InvokeEndpointAsync')
        )
)

select
    window_from,
    service,
    target,
    regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as identity,
    identity_id,
    account,
    region,
    count(distinct action_id) as calls,
    count(distinct action_id) filter (where outcome <> 'success') as not_successful,
    count(distinct source_ip) as addresses,
    min(time) as first_seen,
    max(time) as last_seen
from calls
group by
    window_from, service, target, regexp_replace(actor, '^(role/[^/]+)/.*$', '$1'),
    identity_id, account, region
having count(distinct action_id) >= :calls
order by
    calls desc, window_from asc, service asc, target asc, identity asc, identity_id asc,
    account asc, region asc
