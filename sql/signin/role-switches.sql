-- title: "Who switched roles in the console, from what to what?"
-- answers: [Q070]
-- attack: [T1550.001, T1021.007]
-- severity: note
-- keywords: [switch role, assume role, console, lateral]
-- needs: [management:write]
-- global: [signin, sts]
-- parameters:
--   role:
--     type: list of text
--     optional: true
--     means: role
--     help: "the role's name or ARN; every role when left out"
-- chart: timeline
-- next: [identity/role-assumptions, identity/sessions, identity/activity]
-- false_positives: |
--   Administrators switch all day. New is a role or a person that never did.
-- cannot_show: |
--   The way back and the renewal of a switched session: no record is known. The key
--   that the switched console then uses.
-- notes: |
--   SwitchRole stands in the account of the role. `switched_from` is the identity
--   before.
--   `twin_event` is the AssumeRole that AWS made for it in the same second under the
--   same role and session name, if it was recorded; two switches in one second share
--   it.
with switches as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, principal_arn, identity_id, session_name, user_agent, error_message,
        json_extract_scalar(additional_data, '$.SwitchFrom') as switched_from,
        json_extract_scalar(additional_data, '$.RedirectTo') as redirect_to,
        coalesce(
            if(
                service = 'sts',
                replace(
                    json_extract_scalar(response, '$.assumedRoleUser.assumedRoleId'),
                    ':', '/'
                )
            ),
            identity_id || coalesce('/' || session_name, '')
        ) as session_of
    from events
    where
        (service = 'signin' and action = 'SwitchRole')
        or (
            service = 'sts'
            and action = 'AssumeRole'
            and (
                lower(source_ip) = 'aws internal'
                or lower(via) = 'aws internal'
                or strpos(lower(user_agent), 'aws-internal') > 0
            )
        )
),

paired as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, principal_arn, identity_id, session_name, user_agent, error_message,
        switched_from, redirect_to,
        max(if(service = 'sts', event_id)) over (
            partition by session_of, time
        ) as twin_event
    from switches
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    principal_arn as target, switched_from, session_name, redirect_to, twin_event,
    identity_id, user_agent, error_message
from paired
where
    service = 'signin'
    and (
        :role is null
        or contains(:role, principal_arn)
        or contains(:role, regexp_extract(principal_arn, '[^/]+$'))
        or (
            principal_arn is null
            and any_match(:role, part -> strpos(error_message, part) > 0)
        )
    )
order by time, event_id
