-- title: "Whose user data was changed, and was the machine started again?"
-- answers: [Q116]
-- attack: [T1037, T1059]
-- severity: high
-- keywords:
--   [startup script, cloud-init, modifyinstanceattribute, stop start, persistence]
-- needs: [management:write]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     help: "an instance or launch template, by its id or a part of it"
--     means: resource
-- chart: timeline
-- next: [execution/machine-commands, credentials/settings-read, impact/compute]
-- false_positives: |
--   Golden images and code that replaces a script; a template's new version in each
--   release.
-- cannot_show: |
--   The script: AWS hides it in the record. Whether it ran: it does at the first start,
--   or at each one if it says so (cloud-boothook, scripts-per-boot).
-- notes: |
--   An instance must be stopped for a change of its user data. `stopped_at` is its last
--   stop before and `started_at` its first start after, in the window, by anyone:
--   stop, change and start within minutes is the pattern. A denied call without its
--   request is listed only where its message names user data.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            transform(
                try_cast(
                    json_extract(request, '$.instancesSet.items') as array(json)
                ),
                one -> json_extract_scalar(one, '$.instanceId')
            ),
            array[
                coalesce(
                    json_extract_scalar(request, '$.instanceId'),
                    regexp_extract(request, 'lt-[0-9a-f]+'),
                    regexp_extract(request, '"LaunchTemplateName": ?"([^"]+)', 1),
                    regexp_extract(error_message, 'instance/(i-[0-9a-f]+)', 1)
                )
            ]
        ) as targets
    from events
    where
        service = 'ec2'
        and (
            (action in ('StartInstances', 'StopInstances') and outcome = 'success')
            or (
                action in (
                    'CreateLaunchTemplate', 'CreateLaunchTemplateVersion',
                    'ModifyInstanceAttribute'
                )
                and regexp_like(coalesce(request, 'userData'), '[uU]serData')
            )
        )
),

around as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        t.target,
        max(if(action = 'StopInstances', time)) over (
            partition by account, t.target
            order by time, event_id
            rows between unbounded preceding and current row
        ) as stopped_at,
        min(if(action = 'StartInstances', time)) over (
            partition by account, t.target
            order by time, event_id
            rows between current row and unbounded following
        ) as started_at
    from calls
    cross join unnest(targets) as t (target)
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, stopped_at, started_at,
    principal_arn, access_key, user_agent, via, error_code, error_message
from around
where
    action not in ('StartInstances', 'StopInstances')
    and (
        :target is null
        or any_match(
            :target, part -> strpos(coalesce(target, error_message), part) > 0
        )
    )
order by time, event_id
