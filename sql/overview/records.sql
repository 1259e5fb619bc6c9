-- title: "What do the events say, with a column for each field?"
-- answers: [Q018]
-- needs: [management:read, management:write]
-- keywords: [flat, table, export, csv, spreadsheet, all columns]
-- parameters:
--   services: {type: list of text, means: service, optional: true, help: "such as iam"}
--   actions:
--     {type: list of text, means: action, optional: true, help: "such as CreateUser"}
--   writes: {type: boolean, default: false, help: "leave out what only reads"}
--   most: {type: integer, default: 10000, help: "how many events, the first ones"}
-- limit: most
-- chart: timeline
-- next: [overview/event, overview/top, identity/active]
-- notes: |
--   For a spreadsheet or another tool: tk.to_csv(frame, path). Narrow the case first.
--   request, response, additional_data and service_details are JSON as AWS wrote it;
--   what is asked for most in them has a column of its own here.
with earliest as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, event_name, event_type, category, read_only, error_code, error_message,
        identity_type, identity_id, principal_arn, user_name, caller_account,
        access_key, session_id, session_name, session_start, source_identity,
        mfa_authenticated, from_console, via, ip_kind, user_agent, vpc_endpoint,
        tls_version, resources, issued_key, request, response, additional_data,
        service_details, request_id, shared_event_id, original_event_id, addendum_reason
    from events
    where
        (:services is null or contains(:services, service))
        and (:actions is null or contains(:actions, action))
        and (is_write or not :writes)
    order by time, event_id, request, response, error_message
    limit :most
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    service, event_name, event_type, category, read_only, error_code, error_message,
    identity_type, identity_id, principal_arn, user_name, caller_account, access_key,
    session_id, session_name, session_start, source_identity, mfa_authenticated,
    from_console, via, ip_kind, user_agent, vpc_endpoint, tls_version,
    array_join(transform(resources, one -> one.arn), ', ') as resource_arns,
    json_extract_scalar(request, '$.userName') as request_user,
    json_extract_scalar(request, '$.roleName') as request_role,
    json_extract_scalar(request, '$.roleArn') as request_role_arn,
    json_extract_scalar(request, '$.policyArn') as request_policy_arn,
    json_extract_scalar(request, '$.bucketName') as request_bucket,
    json_extract_scalar(request, '$.key') as request_object,
    json_extract_scalar(request, '$.functionName') as request_function,
    json_extract_scalar(request, '$.secretId') as request_secret,
    json_extract_scalar(request, '$.groupId') as request_group,
    coalesce(
        json_extract_scalar(request, '$.instanceId'),
        json_extract_scalar(request, '$.instancesSet.items[0].instanceId'),
        json_extract_scalar(response, '$.instancesSet.items[0].instanceId')
    ) as an_instance,
    issued_key,
    request, response, additional_data, service_details,
    request_id, shared_event_id, original_event_id, addendum_reason
from earliest
order by time, event_id, request, response, error_message
limit :most
