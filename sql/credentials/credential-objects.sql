-- title: "Which objects that look like credentials were read from S3?"
-- answers: [Q165]
-- attack: [T1552.001, T1530]
-- severity: medium
-- keywords: [private key, pem, env file, terraform state, password file, kdbx]
-- needs: [data:s3]
-- parameters:
--   bucket:
--     type: list of text
--     optional: true
--     help: "one bucket; every one when left out"
--     means: bucket
--   pattern:
--     type: text
--     optional: true
--     help: "a further regular expression for the key, in lower case"
--     means: pattern
-- chart: ranking
-- next: [s3/objects-read, s3/bucket-access, identity/activity]
-- false_positives: |
--   A pipeline reads the state of Terraform and its settings at each run, an
--   application its own .env.
-- cannot_show: |
--   Anything, where object reads are not recorded: data events are off by default. What
--   an object held: a harmless name may hide a secret.
-- notes: |
--   One row for each object, identity and address. Looked for: keys and certificates,
--   .env and .aws files, Terraform's state, password stores, dumps of databases, files
--   with password, secret, credential or token in their name. `pattern` adds your own.
with object_reads as (
    select
        time, outcome, identity_id, source_ip, user_agent, account,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as identity,
        coalesce(
            json_extract_scalar(request, '$.bucketName'),
            regexp_extract(error_message, ':s3:::([^/ "]+)/', 1)
        ) as bucket,
        coalesce(
            json_extract_scalar(request, '$.key'),
            regexp_extract(error_message, ':s3:::[^/ "]+/([^ "]+)', 1)
        ) as object
    from events
    where
        service in ('s3', 's3express')
        and action in ('GetObject', 'HeadObject', 'SelectObjectContent')
)

select
    bucket,
    object as target,
    identity,
    identity_id,
    source_ip,
    count_if(outcome = 'success') as succeeded,
    count_if(outcome = 'denied') as denied,
    count_if(outcome = 'failed') as failed,
    max(user_agent) as an_agent,
    min(time) as first_seen,
    max(time) as last_seen
from object_reads
where
    (:bucket is null or contains(:bucket, bucket))
    and (
        regexp_like(
            lower(object),
            '[.](pem|key|ppk|p12|pfx|jks|keystore|kdbx|ovpn|rdp|tfstate|tfvars)'
            || '([.]|$)|(^|/)[.](env|aws|ssh|git-credentials|npmrc|pgpass|netrc)'
            || '|[.]env([.]|$)|id_(rsa|dsa|ecdsa|ed25519)|(^|/)credentials?([./]|$)'
            || '|kubeconfig|passw|secret|credential|token|dump[.]sql|(shadow|htpasswd)$'
        )
        or regexp_like(lower(object), :pattern)
    )
group by bucket, object, identity, identity_id, source_ip
order by first_seen, bucket, target, identity, identity_id, source_ip
