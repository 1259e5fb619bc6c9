-- title: "Who took root of a member account, and what was done with it?"
-- answers: [Q048]
-- attack: [T1548.005, T1078.004]
-- severity: high
-- keywords: [root, central root access, organizations, privileged task, member account]
-- needs: [management:read, management:write]
-- global: [sts]
-- chart: timeline
-- next: [identity/root-activity, signin/passwords, identity/access-key]
-- false_positives: |
--   A project that removes root credentials everywhere; audits with the task
--   IAMAuditRootUserCredentials.
-- cannot_show: |
--   What the session did in a member account whose log is not here. AssumeRoot itself
--   stands in the management or delegated account alone.
-- notes: |
--   `step` is taken (the AssumeRoot) or used (a call of the session). A session lasts
--   15 minutes at most and can do the one task of `task_policy`: read or delete root's
--   credentials, let root sign in again, or delete the policy of a bucket or queue.
--   `taken_by` joins by the key, which is certain; it is empty where the AssumeRoot is
--   not in sight.
with steps as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        access_key, user_agent, error_code, error_message, identity_type, assumed_root,
        action = 'AssumeRoot' as taking,
        coalesce(
            json_extract_scalar(request, '$.targetPrincipal'),
            json_extract_scalar(request, '$.bucketName'),
            json_extract_scalar(request, '$.queueUrl'),
            json_extract_scalar(request, '$.userName'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        coalesce(
            json_extract_scalar(request, '$.taskPolicyArn.arn'),
            json_extract_scalar(request, '$.taskPolicyArn')
        ) as task_policy,
        if(action = 'AssumeRoot', issued_key, access_key) as root_key
    from events
    where
        (service = 'sts' and action = 'AssumeRoot')
        or (identity_type = 'Root' and via is null and strpos(access_key, 'ASIA') = 1)
),

joined as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        access_key, user_agent, error_code, error_message, assumed_root, taking, target,
        task_policy, root_key,
        max(if(taking, actor)) over (partition by root_key) as taken_by,
        max(if(taking, task_policy)) over (partition by root_key) as task
    from steps
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    if(taking, 'taken', 'used') as step,
    target, if(taking, task_policy, task) as task_policy,
    if(taking, actor, taken_by) as taken_by, root_key, service, access_key, user_agent,
    error_code, error_message
from joined
where taking or assumed_root or (root_key is not null and taken_by is not null)
order by time, event_id
