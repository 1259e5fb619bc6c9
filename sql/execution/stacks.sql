-- title: "Which CloudFormation stacks were made or changed, and by whom at first?"
-- answers: [Q119]
-- attack: [T1072, T1496.001]
-- severity: medium
-- keywords: [cloudformation, template, stack set, change set, infrastructure as code]
-- needs: [management:write]
-- lookback: 14d
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     help: "a stack, or a part of its name"
--     means: resource
--   only_new:
--     type: boolean
--     default: false
--     help: "true leaves out identities that did it before"
-- chart: timeline
-- next: [execution/roles-passed, identity/activity, impact/compute]
-- false_positives: |
--   A new pipeline, or a colleague's first deployment.
-- cannot_show: |
--   What a stack made: these calls have cloudformation in `via`, under the same actor
--   or the stack's role. Earlier than 14 days is not searched: `new_identity` is as
--   good as the evidence before the window.
-- notes: |
--   `new_identity` is true where the identity made or changed no stack in the 14 days
--   before its first one in the window; without a window it is empty. `capabilities`
--   with IAM lets the template make users and roles; `role` is handed to CloudFormation
--   and may do more than the caller; `template_url` is where the template came from. A
--   stack set works in many accounts.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.stackName'),
            json_extract_scalar(request, '$.stackSetName'),
            json_extract_scalar(request, '$.stackId'),
            json_extract_scalar(request, '$.changeSetName'),
            json_extract_scalar(request, '$.typeName'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        coalesce(
            json_extract_scalar(request, '$.roleARN'),
            json_extract_scalar(request, '$.administrationRoleARN'),
            json_extract_scalar(request, '$.executionRoleArn')
        ) as role,
        json_extract_scalar(request, '$.templateURL') as template_url,
        array_join(
            try_cast(json_extract(request, '$.capabilities') as array(varchar)), ', '
        ) as capabilities,
        array_join(
            try_cast(json_extract(request, '$.accounts') as array(varchar)), ', '
        ) as to_accounts,
        min(time) over (partition by identity_id) as first_call
    from events
    where
        service = 'cloudformation'
        and action in (
            'ActivateType', 'CreateChangeSet', 'CreateStack', 'CreateStackInstances',
            'CreateStackSet', 'ExecuteChangeSet', 'ImportStacksToStackSet',
            'RegisterType', 'SetStackPolicy', 'UpdateStack', 'UpdateStackInstances',
            'UpdateStackSet', 'UpdateTerminationProtection'
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, first_call >= :window_start as new_identity,
    role, template_url, capabilities, to_accounts,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    (:window_start is null or time >= :window_start)
    and (not :only_new or first_call >= :window_start)
    and (
        :target is null
        or any_match(
            :target, part -> strpos(coalesce(target, error_message), part) > 0
        )
    )
order by time, event_id
