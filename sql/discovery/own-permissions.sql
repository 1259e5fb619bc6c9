-- title: "Who read or simulated permissions, and its own among them?"
-- answers: [Q092]
-- attack: [T1069.003, T1087.004]
-- severity: low
-- keywords: [simulate, privilege escalation, permissions, pacu, enumeration, discovery]
-- needs: [management:read]
-- global: [iam]
-- parameters:
--   own_only:
--     type: boolean
--     default: false
--     help: "true where someone asked about itself alone"
-- chart: timeline
-- next: [privilege/policy-changes, discovery/denied-probing, identity/activity]
-- notes: |
--   Simulations of policies, the dump of all of IAM (GetAccountAuthorizationDetails),
--   and reads of policies and groups of one user or role. `is_own` is true where it is
--   the caller's own, or none is named, which means the caller. Someone who reads its
--   own rights step by step, then changes them, is what to look for.
-- false_positives: |
--   The console of IAM reads policies of whatever user is opened; Terraform and posture
--   scanners read them all, and simulate. AWS's own tools dump IAM.
-- cannot_show: |
--   What the answer was. Rights that come from resource policies and from the
--   organization.
with found as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.policySourceArn'),
            json_extract_scalar(request, '$.userName'),
            json_extract_scalar(request, '$.roleName'),
            json_extract_scalar(request, '$.groupName'),
            json_extract_scalar(request, '$.policyArn'),
            regexp_extract(
                error_message,
                'on resource: "?(?:(?:user|role|group|policy) )?'
                || '(?:[^ ":/]*[:/])*([^ ":/]+)',
                1
            )
        ) as target,
        coalesce(
            json_extract_scalar(request, '$.policyName'),
            json_extract_scalar(request, '$.policyArn')
        ) as policy,
        array_join(
            try_cast(json_extract(request, '$.actionNames') as array(varchar)), ', '
        ) as simulated
    from events
    where
        service = 'iam'
        and regexp_like(
            action,
            '^Simulate|^GetContextKeys|^GetAccountAuthorizationDetails$'
            || '|^GetServiceLastAccessed|^GenerateServiceLastAccessed'
            || '|^Get(User|Role|Group)(Policy)?$|^GetPolicy(Version)?$'
            || '|^List(Attached)?(User|Role|Group)Policies$|^ListGroupsForUser$'
        )
),

told as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        target, policy, simulated,
        case
            when target is not null
                then
                    regexp_extract(target, '[^/]+$')
                    = regexp_extract(principal_arn, '[^/]+$')
            when action = 'GetUser' and outcome <> 'denied'
                then true
        end as is_own,
        principal_arn, access_key, user_agent, via, error_code, error_message
    from found
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, is_own, policy, simulated,
    principal_arn, access_key, user_agent, via, error_code, error_message
from told
where is_own or not :own_only
order by time, event_id
