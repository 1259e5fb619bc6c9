-- title: "Which KMS keys were deleted, disabled, opened or made?"
-- answers: [Q218, Q219]
-- attack: [T1485, T1486]
-- needs: [management:write]
-- severity: high
-- keywords: [ransomware, KMS, encryption, grant, key policy, key material, BYOK]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "a key or an alias, or a part of its id or ARN"
-- chart: timeline
-- next: [impact/key-use, exfiltration/resource-policies, impact/destruction]
-- notes: |
--   A key in deletion is useless at once, and can be rescued until its `waiting_days`
--   are over. A key of `origin` EXTERNAL whose material is deleted or runs out
--   (`valid_to`) locks data in a moment: that is how data is held for ransom.
--   CreateGrant by a service for a disk or a database is daily life: see `via`.
-- false_positives: |
--   Grants that services take, and keys that code makes and takes away.
-- cannot_show: |
--   What the policy said before. Whether data was encrypted with a key: see impact/key-
--   use and s3/encrypted-objects.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        response,
        coalesce(
            json_extract_scalar(request, '$.keyId'),
            json_extract_scalar(request, '$.targetKeyId'),
            json_extract_scalar(request, '$.aliasName'),
            json_extract_scalar(request, '$.customKeyStoreId'),
            json_extract_scalar(response, '$.keyMetadata.keyId'),
            json_extract_scalar(response, '$.keyId'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        try_cast(
            json_extract_scalar(request, '$.pendingWindowInDays') as bigint
        ) as waiting_days,
        json_extract_scalar(request, '$.granteePrincipal') as grantee,
        nullif(
            array_join(
                try_cast(json_extract(request, '$.operations') as array(varchar)),
                ', '
            ),
            ''
        ) as operations,
        coalesce(
            json_extract_scalar(request, '$.origin'),
            json_extract_scalar(response, '$.keyMetadata.origin')
        ) as origin,
        json_extract_scalar(request, '$.validTo') as valid_to,
        nullif(
            array_join(
                flatten(
                    transform(
                        coalesce(
                            try_cast(
                                json_extract(
                                    json_extract_scalar(request, '$.policy'),
                                    '$.Statement'
                                ) as array(json)
                            ),
                            array[
                                json_extract(
                                    json_extract_scalar(request, '$.policy'),
                                    '$.Statement'
                                )
                            ]
                        ),
                        one -> coalesce(
                            try_cast(
                                json_extract(one, '$.Principal.AWS') as array(varchar)
                            ),
                            array[
                                coalesce(
                                    json_extract_scalar(one, '$.Principal.AWS'),
                                    json_extract_scalar(one, '$.Principal')
                                )
                            ]
                        )
                    )
                ),
                ', '
            ),
            ''
        ) as policy_opened_to,
        json_extract_scalar(
            request, '$.bypassPolicyLockoutSafetyCheck'
        ) as lockout_check_off
    from events
    where
        service = 'kms'
        and action in (
            'CancelKeyDeletion', 'CreateGrant', 'CreateKey', 'DeleteAlias',
            'DeleteCustomKeyStore', 'DeleteImportedKeyMaterial', 'DisableKey',
            'DisableKeyRotation', 'DisconnectCustomKeyStore', 'EnableKey',
            'ImportKeyMaterial', 'PutKeyPolicy', 'ReplicateKey', 'RetireGrant',
            'RevokeGrant', 'ScheduleKeyDeletion', 'UpdateAlias', 'UpdateCustomKeyStore',
            'UpdatePrimaryRegion'
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, waiting_days, grantee, operations, origin, valid_to, policy_opened_to,
    lockout_check_off, service, principal_arn, access_key, user_agent, via, error_code,
    error_message
from calls
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
