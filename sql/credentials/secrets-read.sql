-- title: "Which secrets and parameters were read, and by whom?"
-- answers: [Q157, Q158]
-- attack: [T1555.006, T1552]
-- severity: medium
-- keywords: [password, api key, secrets manager, parameter store, credential theft]
-- needs: [management:read]
-- parameters:
--   name:
--     type: list of text
--     optional: true
--     help: "a secret's or parameter's name or ARN, or a part of it"
--     means: resource
-- chart: timeline
-- next: [credentials/secrets-sweep, credentials/secret-copies, identity/access-key]
-- formerly: [secrets/reads]
-- false_positives: |
--   Applications read their secrets at each start, backups and rotation read all of
--   them. A read by the identity and address of every day is routine.
-- cannot_show: |
--   A batch by filter (`filters`) or a path does not say what it returned. What the
--   value was is never recorded. Secrets that a database or a function is started with
--   may be fetched in other ways, and a copy in another Region is read there.
-- notes: |
--   AWS records these calls as read-only: a list of writes lacks them.
--   `target` and `names` are what was asked for; a path for GetParametersByPath. A
--   parameter that is not a SecureString needs no decryption. `via` marks what a
--   service fetched for a caller. How many *different* ones an identity read within an
--   hour is in credentials/secrets-sweep.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, principal_arn, access_key, session_id, via, user_agent,
        error_code, error_message,
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
        json_format(
            coalesce(
                json_extract(request, '$.filters'),
                json_extract(request, '$.parameterFilters')
            )
        ) as filters,
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
    names as target, names, filters, with_decryption, service,
    principal_arn, access_key, session_id, via, user_agent, error_code, error_message
from calls
where
    :name is null
    or any_match(
        :name, part -> strpos(coalesce(names, error_message), part) > 0
    )
order by time, event_id
