-- title: "Who read, or tried, many different secrets or parameters within an hour?"
-- answers: [Q157, Q158]
-- attack: [T1555.006, T1552]
-- severity: high
-- keywords:
--   [secrets manager, parameter store, bulk, harvest, credential theft, many
--   regions]
-- needs: [management:read]
-- parameters:
--   at_least:
--     type: integer
--     default: 5
--     help: "how many different secrets and parameters within the hour"
--   principal:
--     type: list of text
--     optional: true
--     help: "a part of the actor, the identity's id or its ARN"
--     means: principal
-- chart: ranking
-- next: [credentials/secrets-read, credentials/secret-copies, identity/activity]
-- false_positives: |
--   A fleet that starts, a backup and a rotation read many at once. The role that owns
--   the secrets does so every day at the same time: compare days.
-- cannot_show: |
--   How many secrets a batch by filter or a path returned: `batches_by_filter` are
--   therefore listed whatever their number. A sweep in which an hour ends is split in
--   two.
-- notes: |
--   One row for each identity and hour. Different secrets are counted, not calls, and a
--   secret by name and by ARN, or in two Regions, is one. Parameters count whether they
--   were decrypted or not; `decrypted` counts those that were. Denied ones beside those
--   that were read mean that a caller tried what there is.
with named as (
    select
        date_trunc('hour', time) as hour, time, outcome, action, service, region,
        account, identity_id, source_ip, user_agent,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as identity,
        json_extract_scalar(request, '$.withDecryption') = 'true' as decrypting,
        coalesce(
            try_cast(
                coalesce(
                    json_extract(request, '$.names'),
                    json_extract(request, '$.secretIdList')
                ) as array(varchar)
            ),
            array[
                coalesce(
                    json_extract_scalar(request, '$.secretId'),
                    json_extract_scalar(request, '$.name'),
                    json_extract_scalar(request, '$.path'),
                    regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
                )
            ]
        ) as names
    from events
    where
        service in ('secretsmanager', 'ssm')
        and action in (
            'BatchGetSecretValue', 'GetParameter', 'GetParameterHistory',
            'GetParameters', 'GetParametersByPath', 'GetSecretValue'
        )
        and (
            :principal is null
            or called_by(:principal)
            or any_match(:principal, part -> strpos(actor, part) > 0)
        )
),

-- The name of a secret or parameter, without its ARN and the ARN's random end.
each_one as (
    select
        hour, time, outcome, action, service, region, account, identity, identity_id,
        source_ip, user_agent, decrypting,
        service || regexp_replace(
            regexp_replace(t.name, '^arn:.*:secret:(.+)-[A-Za-z0-9]{6}$', '$1'),
            '^arn:[^/]*:parameter/?|^/',
            ''
        ) as name
    from named
    cross join unnest(names) as t (name)
)

select
    hour,
    identity,
    identity_id,
    count(distinct if(outcome = 'success', name)) as names_read,
    count(distinct if(outcome = 'success' and decrypting, name)) as decrypted,
    count(distinct if(outcome = 'denied', name)) as names_denied,
    count_if(action = 'BatchGetSecretValue' and name is null) as batches_by_filter,
    count_if(action = 'GetParametersByPath') as paths,
    count(distinct region) as regions,
    count(distinct account) as accounts,
    count(distinct source_ip) as addresses,
    max(source_ip) as an_address,
    max(user_agent) as an_agent,
    min(time) as first_seen,
    max(time) as last_seen
from each_one
group by hour, identity, identity_id
having
    count(distinct name) >= :at_least
    or count_if(action = 'BatchGetSecretValue' and name is null) > 0
order by names_read desc, hour asc, identity asc, identity_id asc
