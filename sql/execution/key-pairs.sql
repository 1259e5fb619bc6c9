-- title: "Which key pairs for machines were made, imported or given?"
-- answers: [Q117]
-- attack: [T1098.004, T1098.001]
-- severity: medium
-- keywords: [ssh key, keypair, importkeypair, glue dev endpoint, persistence]
-- needs: [management:write]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     help: "a key pair or endpoint, or a part of its name"
--     means: resource
-- chart: timeline
-- next: [impact/compute, lateral/machine-sessions, resource/history]
-- false_positives: |
--   Consoles make a key pair with a first instance; Terraform imports one for each
--   environment.
-- cannot_show: |
--   Which machines hold the public key: a key pair is put on an instance when it starts
--   (RunInstances, keyName). Keys added on the machine itself are not in CloudTrail.
-- notes: |
--   A key that AWS made was shown once, to the caller; of an imported one the caller
--   has the private part already. A development endpoint of Glue takes public keys at
--   any time, and its shell has the endpoint's role.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.keyName'),
            json_extract_scalar(request, '$.keyPairName'),
            json_extract_scalar(request, '$.endpointName'),
            json_extract_scalar(request, '$.name'),
            regexp_extract(error_message, 'key-pair/([^ "]+)', 1)
        ) as target,
        case
            when service = 'glue' then 'key of a development endpoint'
            when strpos(action, 'Import') = 1 then 'own key brought'
            when strpos(action, 'Create') = 1 then 'key made by AWS'
            else 'key downloaded or removed'
        end as kind,
        coalesce(
            json_extract_scalar(request, '$.keyType'),
            json_extract_scalar(response, '$.keyType')
        ) as key_type,
        coalesce(
            json_extract_scalar(response, '$.keyFingerprint'),
            json_extract_scalar(response, '$.keyPair.fingerprint')
        ) as fingerprint,
        coalesce(
            json_extract_scalar(response, '$.keyPairId'),
            json_extract_scalar(request, '$.keyPairId')
        ) as key_pair_id,
        coalesce(
            json_extract_scalar(request, '$.publicKey'),
            json_extract_scalar(request, '$.publicKeyMaterial'),
            json_extract_scalar(request, '$.publicKeyBase64'),
            json_extract_scalar(request, '$.addPublicKeys[0]')
        ) as public_key,
        service
    from events
    where
        (
            service = 'ec2'
            and action in ('CreateKeyPair', 'DeleteKeyPair', 'ImportKeyPair')
        )
        or (
            service = 'lightsail'
            and action in (
                'CreateKeyPair', 'DownloadDefaultKeyPair', 'ImportKeyPair'
            )
        )
        or (
            service = 'glue'
            and action in ('CreateDevEndpoint', 'UpdateDevEndpoint')
            and regexp_like(coalesce(request, 'ublicKey'), 'ublicKey')
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, kind, key_type, fingerprint, key_pair_id, public_key, service,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
