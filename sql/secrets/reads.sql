-- title: "Which secrets and parameters were read, and by whom?"
-- answers: [Q157, Q158]
-- attack: [T1555.006, T1552]
-- needs: [management:read]
-- parameters:
--   name:
--     type: text
--     optional: true
--     help: "a secret's or parameter's name or ARN, or a part of it"
-- chart: timeline
-- next: [identity/access-key, resource/history, identity/active]
-- notes: |
--   AWS records these calls as read-only: a list of writes lacks them.
--   A batch by filter or a path (`names` is then the path, or empty) does not say what
--   it returned. A parameter that is no SecureString needs no decryption.
--   `via` marks what a service fetched for somebody. Secrets that a database or a
--   function is started with may be fetched in other ways.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, access_key, session_id, via, user_agent, error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.secretId'),
            json_extract_scalar(request, '$.name'),
            json_extract_scalar(request, '$.path'),
            array_join(
                try_cast(json_extract(request, '$.names') as array(varchar)), ', '
            ),
            array_join(
                try_cast(json_extract(request, '$.secretIdList') as array(varchar)),
                ', '
            ),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as names,
        json_extract_scalar(request, '$.withDecryption') = 'true' as with_decryption
    from events
    where
        (
            service = 'secretsmanager'
            and action in ('BatchGetSecretValue', 'GetSecretValue')
        )
        or (
            service = 'ssm'
            and action in (
                'GetParameter', 'GetParameterHistory', 'GetParameters',
                'GetParametersByPath'
            )
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    names, with_decryption, service, access_key, session_id, via, user_agent,
    error_code, error_message
from calls
where
    :name is null
    or strpos(names, :name) > 0
    or (names is null and strpos(error_message, :name) > 0)
order by time, event_id
