-- title: "Which keys encrypted or decrypted what, for whom, and how often?"
-- answers: [Q215, Q219]
-- attack: [T1486]
-- needs: [management:kms]
-- severity: low
-- keywords: [ransomware, KMS, Encrypt, Decrypt, GenerateDataKey, foreign key]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "a key, or a part of its id or ARN"
--   own_calls_only:
--     type: boolean
--     default: false
--     help: "leave out what services did for someone"
-- chart: ranking
-- next: [impact/keys, s3/encrypted-objects, identity/activity]
-- notes: |
--   One row for each key, action, identity, address and service. `foreign_key` is true
--   where the key belongs to another account: data written with it is readable for that
--   account alone, as long as it wants. Many GenerateDataKey or Encrypt calls by an
--   identity that never did them are encryption in progress; many Decrypt calls are
--   reading.
-- false_positives: |
--   S3, EBS and databases call KMS for whoever uses them: `via` names them.
-- cannot_show: |
--   What was encrypted, but for what an encryption context tells. With S3 bucket keys
--   one call stands for many objects. KMS events are often excluded from a trail
--   because there are so many.
with calls as (
    select
        time, action, outcome, actor, identity_id, account, source_ip, via, action_id,
        coalesce(
            element_at(transform(resources, one -> one.arn), 1),
            json_extract_scalar(request, '$.keyId'),
            json_extract_scalar(request, '$.destinationKeyId'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target
    from events
    where
        service = 'kms'
        and action in (
            'Decrypt', 'Encrypt', 'GenerateDataKey', 'GenerateDataKeyPair',
            'GenerateDataKeyPairWithoutPlaintext', 'GenerateDataKeyWithoutPlaintext',
            'ReEncrypt', 'Sign'
        )
)

select
    target,
    action,
    regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as identity,
    identity_id,
    account,
    source_ip,
    via,
    regexp_extract(target, '^arn:[^:]*:kms:[^:]*:([0-9]{12}):', 1) <> account
        as foreign_key,
    count(distinct action_id) filter (where outcome = 'success') as calls,
    count(distinct action_id) filter (where outcome = 'denied') as denied,
    count(distinct action_id) filter (where outcome = 'failed') as failed,
    min(time) as first_seen,
    max(time) as last_seen
from calls
where
    (:target is null or any_match(:target, part -> strpos(target, part) > 0))
    and (:own_calls_only = false or via is null)
group by
    target, action, regexp_replace(actor, '^(role/[^/]+)/.*$', '$1'), identity_id,
    account, source_ip, via
order by
    calls desc, target asc, action asc, identity asc, identity_id asc, account asc,
    source_ip asc, via asc
