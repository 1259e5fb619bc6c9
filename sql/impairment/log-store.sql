-- title: "Was a bucket that holds logs, or its key, tampered with?"
-- answers: [Q135, Q136]
-- attack: [T1685.002, T1070]
-- severity: high
-- keywords:
--   [log bucket, awslogs, retention, lifecycle, kms key, anti-forensics, evasion]
-- needs: [management:read, management:write, data:s3]
-- parameters:
--   store:
--     type: list of text
--     optional: true
--     help: "one bucket by name or key by id, also if nothing says it holds logs"
--     means: resource
-- chart: timeline
-- next: [impairment/cloudtrail, s3/bucket-changes, impact/destruction]
-- false_positives: |
--   Retention rules are set once by code, also short ones. Policies change when an
--   account joins.
-- cannot_show: |
--   A bucket or key of which no event in the window says that CloudTrail uses it, and
--   whose name does not tell: name it as `store`. Deleted objects are data events,
--   which are off by default. Changes to a bucket of another account are recorded
--   there.
-- notes: |
--   `known_by` says what makes it a log store: CloudTrail itself used it in the window
--   (it looks at its buckets and asks for data keys), a trail was set up with it, the
--   call names AWSLogs, or merely its name. When a policy, a key or a bucket fails,
--   CloudTrail's delivery stops without any event of CloudTrail, and is tried again for
--   30 days. `expiry_days` is of the first rule that expires objects.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        service, request,
        replace(request, ' ', '') as packed,
        coalesce(
            json_extract_scalar(request, '$.bucketName'),
            json_extract_scalar(request, '$.s3BucketName'),
            regexp_extract(request, ':s3:::([^/"]+)/[^"]*AWSLogs', 1),
            regexp_extract(error_message, 'on resource: "?arn:[^:]*:s3:::([^/ "]+)', 1)
        ) as bucket,
        regexp_extract(
            coalesce(
                array_join(transform(resources, one -> one.arn), ' '),
                json_extract_scalar(request, '$.kmsKeyId'),
                json_extract_scalar(request, '$.keyId'),
                error_message
            ),
            'mrk-[0-9a-f]{16,}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f-]{17}'
        ) as kms_key
    from events
    where
        (service = 'cloudtrail' and action in ('CreateTrail', 'UpdateTrail'))
        or (
            service = 'kms'
            and action in (
                'CreateGrant', 'DeleteImportedKeyMaterial', 'DisableKey',
                'GenerateDataKey', 'PutKeyPolicy', 'RevokeGrant',
                'ScheduleKeyDeletion'
            )
            and (action <> 'GenerateDataKey' or strpos(request, 'aws:cloudtrail') > 0)
        )
        or (
            service = 's3'
            and (
                regexp_like(action, '^(Delete|Put)Bucket($|Acl|[^TMAWCI])')
                or action in ('DeleteObjects', 'PutObjectLockConfiguration')
                or (action = 'DeleteObject' and strpos(request, 'AWSLogs') > 0)
                or (action = 'GetBucketAcl' and via = 'cloudtrail.amazonaws.com')
            )
        )
),

known as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        service, request, packed, t.store,
        max(
            case
                when
                    action in ('GenerateDataKey', 'GetBucketAcl')
                    then '4 used by CloudTrail'
                when service = 'cloudtrail' then '3 named by a trail'
                when strpos(request, 'AWSLogs') > 0 then '2 a call names AWSLogs'
                when
                    regexp_like(store, 'cloud-?trail|aws-?logs|controltower-logs')
                    then '1 its name'
            end
        ) over (partition by store) as known_by
    from calls
    cross join unnest(array[bucket, if(service = 's3', null, kms_key)]) as t (store)
    where t.store is not null
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    store as target,
    substr(known_by, 3) as known_by,
    try_cast(
        regexp_extract(packed, '"Expiration":[{][^}]*"Days":"?([0-9]+)', 1) as bigint
    ) as expiry_days,
    json_extract_scalar(request, '$.VersioningConfiguration.Status') as versioning,
    regexp_extract(packed, '"KMSMasterKeyID":"([^"]+)', 1) as encryption_key,
    json_extract_scalar(request, '$.key') as object,
    coalesce(
        json_format(json_extract(request, '$.bucketPolicy')),
        json_extract_scalar(request, '$.policy')
    ) as policy,
    try_cast(
        json_extract_scalar(request, '$.pendingWindowInDays') as bigint
    ) as days_until_deletion,
    request, principal_arn, access_key, user_agent, via, error_code, error_message
from known
where
    service in ('kms', 's3')
    and action not in ('CreateGrant', 'GenerateDataKey', 'GetBucketAcl')
    and (known_by is not null or contains(:store, store))
    and (:store is null or any_match(:store, part -> strpos(store, part) > 0))
order by time, event_id, target
