-- title: "Which role assumed itself?"
-- answers: [Q040]
-- attack: [T1548.005, T1550.001]
-- severity: low
-- keywords: [role juggling, persistence, renew, session lifetime, chaining]
-- needs: [management:read]
-- global: [sts]
-- chart: timeline
-- next: [identity/role-assumptions, identity/sessions, identity/containment]
-- false_positives: |
--   Libraries that always assume the configured role, even when they run under it;
--   Terraform and pipelines; a wrong profile.
-- cannot_show: |
--   How long the new session may last, unless it was asked for: see `duration_seconds`.
-- notes: |
--   A role gains no rights by it, but a session with a new lifetime: done again and
--   again, it keeps a stolen session alive after its owner was shut out. A role may do
--   so since 2023 only where its trust policy names it (`explicit_trust`).
--   Two roles that assume each other in turns are not here: see role-assumptions.
with assumptions as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        identity_id, principal_arn, access_key, session_id, via, user_agent,
        error_code, error_message, issued_key,
        coalesce(
            json_extract_scalar(request, '$.roleArn'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        json_extract_scalar(request, '$.roleSessionName') as role_session,
        json_extract_scalar(request, '$.durationSeconds') as duration_seconds,
        split_part(
            json_extract_scalar(response, '$.assumedRoleUser.assumedRoleId'), ':', 1
        ) as assumed_id,
        json_extract_scalar(additional_data, '$.explicitTrustGrant') as explicit_trust
    from events
    where service = 'sts' and action = 'AssumeRole'
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, role_session, duration_seconds, issued_key, explicit_trust, access_key,
    session_id, principal_arn, via, user_agent, error_code, error_message
from assumptions
where target = principal_arn or assumed_id = identity_id
order by time, event_id
