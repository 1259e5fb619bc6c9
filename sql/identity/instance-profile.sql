-- title: "What do the credentials of instances, functions and containers do?"
-- answers: [Q051, Q052, Q053]
-- attack: [T1552.005, T1078.004]
-- severity: medium
-- keywords: [ec2, lambda, ecs, pod, role, execution role, metadata, imds, container]
-- needs: [management:read, management:write]
-- parameters:
--   role:
--     type: list of text
--     optional: true
--     means: role
--     help: "a role's name or ARN; every role of a workload if left out"
--   host:
--     type: list of text
--     optional: true
--     means: session
--     help: "sessions by name: an instance id, a function's name"
--   sensitive_only:
--     type: boolean
--     default: false
--     help: "true: only what a workload seldom needs (IAM, secrets, logging)"
-- chart: ranking
-- next: [identity/credential-misuse, identity/activity, discovery/denied-probing]
-- false_positives: |
--   Build servers, Terraform runners and backup software change IAM by design: look
--   whether the role always did. Agents of AWS call SSM, KMS and CloudWatch all day.
-- cannot_show: |
--   Which process on the host made the call. Data events, unless they are recorded.
-- notes: |
--   `compute` is told by the session's name (i-… of an instance, eks-… of a pod) or by
--   the execution environment in the user agent (Lambda, ECS). Code that sets an agent
--   of its own is then not known as a function's. Most frequent first; `denied` shows
--   what the role tried in vain. `sensitive`: what a workload seldom needs.
with calls as (
    select
        time, service, action, outcome, access_key, client_ip, session_name, error_code,
        principal_arn, identity_id, account, read_only,
        case
            when regexp_like(session_name, '^i-[0-9a-f]{8,17}$')
                then 'instance'
            when regexp_like(session_name, '^eks-.+-[0-9a-f-]{36}$')
                then 'pod'
            when strpos(user_agent, 'exec-env/AWS_Lambda') > 0
                then 'function'
            when strpos(user_agent, 'exec-env/AWS_ECS') > 0
                then 'task'
        end as compute,
        (
            service in ('iam', 'organizations', 'sso', 'identitystore', 'account')
            or action in (
                'ListBuckets', 'AssumeRole', 'GetFederationToken', 'GetSecretValue',
                'BatchGetSecretValue', 'GetPasswordData', 'SendCommand',
                'StopLogging', 'DeleteTrail', 'PutEventSelectors', 'CreateAccessKey',
                'GetUserData', 'PutBucketPolicy', 'ModifySnapshotAttribute'
            )
        )
        and via is null as sensitive
    from events
    where
        session_name is not null
        and (
            regexp_like(session_name, '^i-[0-9a-f]{8,17}$|^eks-.+-[0-9a-f-]{36}$')
            or regexp_like(user_agent, 'exec-env/AWS_(Lambda|ECS)')
        )
        and (
            :role is null
            or contains(:role, principal_arn)
            or contains(:role, regexp_extract(principal_arn, '[^/]+$'))
        )
        and (:host is null or contains(:host, session_name))
)

select
    compute, principal_arn as role, service, action, account, sensitive,
    count(*) as events,
    count(*) filter (where outcome = 'success') as succeeded,
    count(*) filter (where outcome = 'denied') as denied,
    count(*) filter (where outcome = 'failed') as failed,
    count(*) filter (where read_only is distinct from true) as writes,
    count(distinct session_name) as hosts,
    min(session_name) as example_host,
    count(distinct client_ip) as addresses,
    nullif(
        array_join(array_sort(array_agg(distinct error_code)), ', '), ''
    ) as error_codes,
    min(time) as first_seen,
    max(time) as last_seen
from calls
where sensitive or not :sensitive_only
group by compute, principal_arn, service, action, account, sensitive
order by
    compute asc, role asc, events desc, service asc, action asc, account asc,
    sensitive asc
