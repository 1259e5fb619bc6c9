-- title: "What did this identity do?"
-- answers: [Q025, Q026, Q043]
-- attack: [T1078.004]
-- severity: note
-- keywords: [principal, user, role, everything, timeline, history, arn]
-- needs: [management:read, management:write]
-- parameters:
--   identity:
--     type: list of text
--     means: principal
--     help: "a user, role, ARN, unique id (AIDA…, AROA…), or the text of `actor`"
--   outcome:
--     type: list of text
--     one_of: [success, denied, failed]
--     optional: true
--     help: "every outcome when left out"
-- chart: timeline
-- next: [identity/actions, identity/sessions, identity/role-assumptions]
-- false_positives: |
--   A name alone (alice) is not unique: users and roles of every account with that name
--   are listed. Give the ARN or the unique id to be sure of one.
-- cannot_show: |
--   What the identity could have done: rights are no question for CloudTrail; ask IAM.
--   What it did under another identity, after it assumed a role, is under that role.
--   What a service did later for it is under the service.
-- notes: |
--   All sessions of a role are listed; an ARN of one session, or `role/Admin/session`,
--   narrows to it. A user or role that was deleted and made again has a new unique id.
--   `target` is the first thing that the record names: see `show` for the rest.
select
    time, action, actor, source_ip, account, region, outcome, event_id,
    service,
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
    ) as target,
    principal_arn, identity_id, access_key, session_id, via, read_only, user_agent,
    error_code, error_message
from events
where
    (:outcome is null or contains(:outcome, outcome))
    and called_by(:identity)
order by time, event_id
