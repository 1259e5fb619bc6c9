-- title: "What does this one event say?"
-- answers: [Q017, Q018]
-- keywords: [raw, record, one event, details]
-- parameters:
--   event_id:
--     type: list of text
--     means: event_id
--     help: "its id, from the event_id column of a frame"
-- formerly: [activity/event]
-- next: [identity/access-key, identity/address, resource/history]
-- notes: |
--   Two rows with one id are two records that differ: compare them.
--   `case.original(event_id)` gives the record as AWS wrote it.
select
    time, action, actor, source_ip, account, region, outcome, event_id,
    service, family, event_name, event_source, event_type, category, read_only,
    is_write, caller_kind, error_code, error_message,
    identity_type, identity_id, principal_arn, caller_arn, user_name, caller_account,
    access_key, session_id, session_name, session_start, source_identity, credential_id,
    mfa_authenticated, assumed_root, from_console, via,
    client_ip, ip_kind, user_agent, vpc_endpoint, tls_version,
    request, response, additional_data, service_details,
    array_join(transform(resources, one -> one.arn), ', ') as resource_arns,
    issued_key, issued_session, issued_to, asked_role, sign_in_session,
    request_id, shared_event_id, original_event_id, addendum_reason
from events
where contains(:event_id, event_id)
order by time, event_id, request, response, error_message
