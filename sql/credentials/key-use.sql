-- title: "Who used which KMS key, for what?"
-- answers: [Q160]
-- attack: [T1486, T1552]
-- severity: note
-- keywords: [kms, decrypt, data key, encrypt, ransomware]
-- needs: [management:read, management:kms]
-- parameters:
--   principal:
--     type: list of text
--     optional: true
--     help: "a part of the actor, the identity's id or its ARN"
--     means: principal
--   key:
--     type: list of text
--     optional: true
--     help: "a key's id, ARN or alias, or a part of it"
--     means: resource
-- chart: ranking
-- next: [identity/activity, credentials/secrets-read, impact/destruction]
-- notes: |
--   One row for each identity, key, call and service in between (`via`), most used
--   first. `contexts` counts the different encryption contexts: the secret, volume,
--   bucket or parameter that it was for; `a_context` is one of them.
--   Many Decrypt calls for secrets are a sweep; data keys without plaintext and Encrypt
--   for a key of another account (`key_account`) are how data are locked. The key
--   stands in the answer or the resources: a call by alias is folded into its key.
--   Trails often leave KMS out (excluded_sources in impairment/cloudtrail): then
--   nothing here means nothing. Use under a grant by AWS's own services shows their
--   names.
with calls as (
    select
        time, outcome, action, region, account, identity_id, via, source_ip,
        user_agent,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as identity,
        coalesce(
            element_at(
                filter(
                    transform(resources, one -> one.arn),
                    arn -> regexp_like(arn, ':key/')
                ),
                1
            ),
            json_extract_scalar(request, '$.keyId'),
            json_extract_scalar(request, '$.destinationKeyId'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as key,
        json_format(json_extract(request, '$.encryptionContext')) as context
    from events
    where
        service = 'kms'
        and action in (
            'Decrypt', 'DescribeKey', 'DeriveSharedSecret', 'Encrypt',
            'GenerateDataKey', 'GenerateDataKeyPair',
            'GenerateDataKeyPairWithoutPlaintext', 'GenerateDataKeyWithoutPlaintext',
            'GenerateMac', 'GetPublicKey', 'ReEncrypt', 'Sign', 'Verify', 'VerifyMac'
        )
        and (
            :principal is null
            or called_by(:principal)
            or any_match(:principal, part -> strpos(actor, part) > 0)
        )
)

select
    identity,
    identity_id,
    key as target,
    regexp_extract(key, ':([0-9]{12}):', 1) as key_account,
    action,
    via,
    count_if(outcome = 'success') as succeeded,
    count_if(outcome = 'denied') as denied,
    count_if(outcome = 'failed') as failed,
    count(distinct context) as contexts,
    max(context) as a_context,
    max(source_ip) as an_address,
    min(time) as first_seen,
    max(time) as last_seen
from calls
where :key is null or any_match(:key, part -> strpos(key, part) > 0)
group by identity, identity_id, key, action, via
order by
    succeeded desc, first_seen asc, identity asc, identity_id asc, target asc,
    action asc, via asc
