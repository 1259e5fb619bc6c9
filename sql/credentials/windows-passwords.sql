-- title: "Who asked for the Windows password of an instance?"
-- answers: [Q159]
-- attack: [T1555, T1552]
-- severity: medium
-- keywords: [getpassworddata, administrator, rdp, lightsail]
-- needs: [management:read]
-- parameters:
--   instance:
--     type: list of text
--     optional: true
--     help: "an instance's id, or a part of it"
--     means: resource
-- chart: timeline
-- next: [execution/machine-commands, lateral/machine-sessions, identity/activity]
-- false_positives: |
--   An administrator's one click on Connect in the console.
-- cannot_show: |
--   Whether it could be decrypted: that takes the private key of the key pair, on the
--   caller's own machine.
-- notes: |
--   `instances_asked` counts the different instances that the identity asked for in the
--   window: one is an errand, many are a hunt, denied or not.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        identity_id,
        coalesce(
            json_extract_scalar(request, '$.instanceId'),
            json_extract_scalar(request, '$.instanceName'),
            json_extract_scalar(request, '$.relationalDatabaseName'),
            regexp_extract(error_message, 'instance/(i-[0-9a-z]+)', 1)
        ) as target
    from events
    where
        service in ('ec2', 'lightsail')
        and action in ('GetInstanceAccessDetails', 'GetPasswordData')
),

ranked as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        identity_id, target,
        dense_rank() over (partition by identity_id order by target) as place
    from calls
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target,
    max(place) over (partition by identity_id) as instances_asked,
    principal_arn, access_key, user_agent, via, error_code, error_message
from ranked
where
    :instance is null
    or any_match(
        :instance, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
