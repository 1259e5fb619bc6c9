-- title: "Which actions did this identity take, on what, and how often?"
-- answers: [Q025, Q026]
-- attack: [T1078.004]
-- severity: note
-- keywords: [principal, user, role, top, summary, grouped]
-- needs: [management:read, management:write]
-- parameters:
--   identity:
--     type: list of text
--     means: principal
--     help: "a user, role, ARN, unique id (AIDA…, AROA…), or the text of `actor`"
-- chart: ranking
-- next: [identity/activity, identity/sessions, discovery/calls]
-- false_positives: |
--   A name alone (alice) is not unique: users and roles of every account with that name
--   are counted. Give the ARN or the unique id to be sure of one.
-- cannot_show: |
--   What the identity could have done: rights are no question for CloudTrail; ask IAM.
--   What it did after it assumed a role is under that role.
-- notes: |
--   One row for each action and target. A call that two accounts recorded counts once
--   for each. The log holds the error codes that occurred, not why.
with calls as (
    select
        time, service, action, account, outcome, error_code, source_ip, read_only,
        coalesce(
            nullif(array_join(transform(resources, one -> one.arn), ', '), ''),
            coalesce(
                json_extract_scalar(request, '$.bucketName'),
                json_extract_scalar(request, '$.roleArn'),
                json_extract_scalar(request, '$.userName'),
                json_extract_scalar(request, '$.roleName'),
                json_extract_scalar(request, '$.groupName'),
                json_extract_scalar(request, '$.policyArn'),
                json_extract_scalar(request, '$.instanceId')
            ),
            coalesce(
                json_extract_scalar(request, '$.instancesSet.items[0].instanceId'),
                json_extract_scalar(request, '$.functionName'),
                json_extract_scalar(request, '$.secretId'),
                json_extract_scalar(request, '$.keyId'),
                json_extract_scalar(request, '$.name')
            ),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target
    from events
    where called_by(:identity)
)

select
    service, action, account, target,
    count(*) as events,
    count(*) filter (where outcome = 'success') as succeeded,
    count(*) filter (where outcome = 'denied') as denied,
    count(*) filter (where outcome = 'failed') as failed,
    count(*) filter (where read_only is distinct from true) as writes,
    nullif(
        array_join(array_sort(array_agg(distinct error_code)), ', '), ''
    ) as error_codes,
    count(distinct source_ip) as addresses,
    min(time) as first_seen,
    max(time) as last_seen
from calls
group by service, action, account, target
order by events desc, service asc, action asc, account asc, target asc
