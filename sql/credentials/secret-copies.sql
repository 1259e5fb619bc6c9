-- title: "Which secrets were copied to other Regions, opened to others or deleted?"
-- answers: [Q157]
-- attack: [T1555.006, T1537]
-- severity: medium
-- keywords: [replica, replication, secrets manager, resource policy]
-- needs: [management:write]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     help: "a secret's name or ARN, or a part of it"
--     means: resource
-- chart: timeline
-- next: [credentials/secrets-read, credentials/secrets-sweep, exfiltration/shares]
-- false_positives: |
--   Replicas are part of a set-up for disasters; code writes the same policy again at
--   each run.
-- cannot_show: |
--   A read of the copy: it is recorded in the Region of the replica, by GetSecretValue.
-- notes: |
--   A replica is read with the rights and the key of its own Region: a way round a
--   guard that watches one. StopReplicationToReplica makes it a secret of its own.
--   `policy` is the new resource policy: a principal of another account or `*` may
--   read. `forced` deletes at once.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.secretId'),
            json_extract_scalar(request, '$.name'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        array_join(
            transform(
                try_cast(
                    coalesce(
                        json_extract(request, '$.addReplicaRegions'),
                        json_extract(request, '$.replicaRegions')
                    ) as array(json)
                ),
                one -> coalesce(
                    json_extract_scalar(one, '$.region'), json_extract_scalar(one, '$')
                )
            ),
            ', '
        ) as to_regions,
        coalesce(
            json_extract_scalar(request, '$.kmsKeyId'),
            json_extract_scalar(request, '$.addReplicaRegions[0].kmsKeyId')
        ) as kms_key,
        json_extract_scalar(request, '$.resourcePolicy') as policy,
        json_extract_scalar(request, '$.blockPublicPolicy')
        = 'true' as policy_blocked,
        try_cast(
            json_extract_scalar(request, '$.recoveryWindowInDays') as bigint
        ) as days_until_deletion,
        json_extract_scalar(request, '$.forceDeleteWithoutRecovery')
        = 'true' as forced
    from events
    where
        service = 'secretsmanager'
        and (
            action in (
                'CancelRotateSecret', 'DeleteResourcePolicy', 'DeleteSecret',
                'PutResourcePolicy', 'RemoveRegionsFromReplication',
                'ReplicateSecretToRegions', 'StopReplicationToReplica', 'UpdateSecret'
            )
            or (action = 'CreateSecret' and strpos(request, 'addReplicaRegions') > 0)
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, to_regions, kms_key, policy, policy_blocked, days_until_deletion, forced,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
