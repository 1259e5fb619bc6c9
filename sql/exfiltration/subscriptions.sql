-- title: "Who subscribed to a topic, log group or stream, and where does it go?"
-- answers: [Q201]
-- attack: [T1567]
-- needs: [management:write]
-- severity: medium
-- keywords: [SNS, exfil, webhook, subscription, Firehose]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "a topic, log group or stream, or a part of its name"
-- chart: timeline
-- next: [exfiltration/resource-policies, impact/mail-and-sms, identity/activity]
-- notes: |
--   `sent_to` is the address, URL, queue, function or stream that gets the messages
--   from then on. A subscription by e-mail or HTTP needs a confirmation:
--   ConfirmSubscription is often anonymous, from the subscriber's own address.
-- false_positives: |
--   Applications and monitoring that set up their own subscriptions by infrastructure
--   code.
-- cannot_show: |
--   What was sent. Messages are data events at best, and without their content.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        response,
        coalesce(
            json_extract_scalar(request, '$.topicArn'),
            json_extract_scalar(request, '$.queueUrl'),
            json_extract_scalar(request, '$.subscriptionArn'),
            json_extract_scalar(request, '$.name'),
            json_extract_scalar(request, '$.logGroupName'),
            json_extract_scalar(request, '$.streamName'),
            json_extract_scalar(request, '$.destinationArn'),
            json_extract_scalar(request, '$.rule'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        coalesce(
            json_extract_scalar(request, '$.endpoint'),
            json_extract_scalar(request, '$.destinationArn'),
            json_extract_scalar(request, '$.consumerName'),
            json_extract_scalar(request, '$.attributes.RedrivePolicy')
        ) as sent_to,
        json_extract_scalar(request, '$.protocol') as protocol,
        coalesce(
            json_extract_scalar(response, '$.subscriptionArn'),
            json_extract_scalar(request, '$.subscriptionArn')
        ) as subscription,
        coalesce(
            json_extract_scalar(request, '$.attributes.FilterPolicy'),
            json_extract_scalar(request, '$.filterPattern')
        ) as filter
    from events
    where
        (
            service = 'sns'
            and action in (
                'ConfirmSubscription', 'CreatePlatformEndpoint',
                'SetSubscriptionAttributes', 'Subscribe', 'Unsubscribe'
            )
        )
        or (
            service = 'logs'
            and action in (
                'CreateDelivery', 'PutAccountPolicy', 'PutDestination',
                'PutSubscriptionFilter'
            )
        )
        or (service = 'kinesis' and action = 'RegisterStreamConsumer')
        or (
            service = 'firehose'
            and action in ('CreateDeliveryStream', 'UpdateDestination')
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, sent_to, protocol, subscription, filter, service, principal_arn, access_key,
    user_agent, via, error_code, error_message
from calls
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
