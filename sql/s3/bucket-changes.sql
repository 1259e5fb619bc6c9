-- title: "Which settings of buckets were changed, and what do they say now?"
-- answers: [Q186, Q187, Q188, Q189, Q214, Q217, Q215]
-- attack: [T1530, T1537, T1490, T1485, T1686, T1486]
-- needs: [management:write]
-- severity: high
-- keywords:
--   [public bucket, ACL, bucket policy, public access block, replication, lifecycle,
--   versioning, MFA delete, object lock, encryption, CORS, website, ransomware, exfil]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "a bucket, or an account for its own settings"
-- chart: timeline
-- next:
--   [s3/bucket-access, s3/object-deletions, exfiltration/resource-policies,
--   resource/history]
-- notes: |
--   One row a call; what the setting now says is in the column of its name. `given_to`
--   holds the principals of the policy or the grantees of the ACL: `*` and
--   …/groups/global/AllUsers are everybody. `public_block` deleted or false opens
--   nothing alone, but lets a policy do it; without a bucket it is the account's.
--   `expires_after_days` 1 empties a bucket overnight without a deletion in the log. A
--   new policy, lifecycle or replication replaces all rules before it.
-- false_positives: |
--   Infrastructure code that repeats the whole setting; log retention.
-- cannot_show: |
--   What the setting was before: see resource/history. ACLs of objects are data events:
--   PutObjectAcl in s3/bucket-access.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        coalesce(
            json_extract_scalar(request, '$.bucketName'),
            json_extract_scalar(request, '$.name'),
            json_extract_scalar(request, '$.AccountId'),
            json_extract_scalar(request, '$.accountId'),
            regexp_extract(json_extract_scalar(request, '$.tableBucketARN'), '[^/:]+$'),
            regexp_extract(error_message, 'on resource: "?arn:[^ "]*[:/]([^ "/:]+)', 1)
        ) as target,
        regexp_extract(
            action,
            '^(?:Put|Delete|Create|Update)(?:Bucket|Account)?(.+?)(?:Configuration)?$',
            1
        ) as setting,
        coalesce(
            nullif(
                array_join(
                    flatten(
                        transform(
                            coalesce(
                                try_cast(
                                    json_extract(request, '$.bucketPolicy.Statement')
                                    as array(json)
                                ),
                                array[
                                    json_extract(request, '$.bucketPolicy.Statement')
                                ]
                            ),
                            one -> case
                                when json_extract_scalar(one, '$.Effect') = 'Allow'
                                    then coalesce(
                                        try_cast(
                                            json_extract(one, '$.Principal.AWS')
                                            as array(varchar)
                                        ),
                                        array[
                                            coalesce(
                                                json_extract_scalar(one, '$.Principal'),
                                                json_extract_scalar(
                                                    one, '$.Principal.AWS'
                                                ),
                                                json_extract_scalar(
                                                    one, '$.Principal.Service'
                                                )
                                            )
                                        ]
                                    )
                            end
                        )
                    ),
                    ', '
                ),
                ''
            ),
            nullif(
                array_join(
                    transform(
                        coalesce(
                            try_cast(
                                json_extract(
                                    request,
                                    '$.AccessControlPolicy.AccessControlList.Grant'
                                )
                                as array(json)
                            ),
                            array[
                                json_extract(
                                    request,
                                    '$.AccessControlPolicy.AccessControlList.Grant'
                                )
                            ]
                        ),
                        one -> coalesce(
                            json_extract_scalar(one, '$.Grantee.URI'),
                            json_extract_scalar(one, '$.Grantee.ID'),
                            json_extract_scalar(one, '$.Grantee.EmailAddress')
                        )
                    ),
                    ', '
                ),
                ''
            ),
            json_extract_scalar(request, '$["x-amz-acl"]'),
            json_extract_scalar(request, '$["x-amz-acl"][0]'),
            json_extract_scalar(request, '$["x-amz-grant-read"]'),
            json_extract_scalar(request, '$["x-amz-grant-full-control"]')
        ) as given_to,
        case
            when starts_with(action, 'Delete') and action like '%PublicAccessBlock'
                then 'deleted'
            when json_extract(request, '$.PublicAccessBlockConfiguration') is not null
                then concat(
                    'block ACLs ',
                    json_extract_scalar(
                        request, '$.PublicAccessBlockConfiguration.BlockPublicAcls'
                    ),
                    ', ignore ACLs ',
                    json_extract_scalar(
                        request, '$.PublicAccessBlockConfiguration.IgnorePublicAcls'
                    ),
                    ', block policy ',
                    json_extract_scalar(
                        request, '$.PublicAccessBlockConfiguration.BlockPublicPolicy'
                    ),
                    ', restrict ',
                    json_extract_scalar(
                        request,
                        '$.PublicAccessBlockConfiguration.RestrictPublicBuckets'
                    )
                )
        end as public_block,
        json_extract_scalar(request, '$.VersioningConfiguration.Status') as versioning,
        json_extract_scalar(
            request, '$.VersioningConfiguration.MfaDelete'
        ) as mfa_delete,
        nullif(
            array_join(
                transform(
                    coalesce(
                        try_cast(
                            json_extract(request, '$.LifecycleConfiguration.Rule')
                            as array(json)
                        ),
                        array[json_extract(request, '$.LifecycleConfiguration.Rule')]
                    ),
                    one -> coalesce(
                        json_extract_scalar(one, '$.Expiration.Days'),
                        json_extract_scalar(
                            one, '$.NoncurrentVersionExpiration.NoncurrentDays'
                        )
                    )
                ),
                ', '
            ),
            ''
        ) as expires_after_days,
        nullif(
            array_join(
                transform(
                    coalesce(
                        try_cast(
                            json_extract(request, '$.ReplicationConfiguration.Rule')
                            as array(json)
                        ),
                        array[json_extract(request, '$.ReplicationConfiguration.Rule')]
                    ),
                    one -> json_extract_scalar(one, '$.Destination.Bucket')
                ),
                ', '
            ),
            ''
        ) as replicates_to,
        nullif(
            array_join(
                transform(
                    coalesce(
                        try_cast(
                            json_extract(request, '$.ReplicationConfiguration.Rule')
                            as array(json)
                        ),
                        array[json_extract(request, '$.ReplicationConfiguration.Rule')]
                    ),
                    one -> json_extract_scalar(one, '$.Destination.Account')
                ),
                ', '
            ),
            ''
        ) as replica_account,
        nullif(
            array_join(
                transform(
                    coalesce(
                        try_cast(
                            json_extract(
                                request,
                                '$.ServerSideEncryptionConfiguration.Rule'
                            )
                            as array(json)
                        ),
                        array[
                            json_extract(
                                request,
                                '$.ServerSideEncryptionConfiguration.Rule'
                            )
                        ]
                    ),
                    one -> coalesce(
                        json_extract_scalar(
                            one, '$.ApplyServerSideEncryptionByDefault.KMSMasterKeyID'
                        ),
                        json_extract_scalar(
                            one, '$.ApplyServerSideEncryptionByDefault.SSEAlgorithm'
                        )
                    )
                ),
                ', '
            ),
            ''
        ) as encryption,
        json_extract_scalar(
            request, '$.BucketLoggingStatus.LoggingEnabled.TargetBucket'
        ) as logs_to,
        coalesce(
            json_extract_scalar(
                request, '$.ObjectLockConfiguration.Rule.DefaultRetention.Mode'
            ),
            json_extract_scalar(request, '$.ObjectLockConfiguration.ObjectLockEnabled')
        ) as object_lock,
        coalesce(
            json_extract_scalar(request, '$.WebsiteConfiguration.IndexDocument.Suffix'),
            json_extract_scalar(
                request, '$.WebsiteConfiguration.RedirectAllRequestsTo.HostName'
            ),
            nullif(
                array_join(
                    transform(
                        coalesce(
                            try_cast(
                                json_extract(request, '$.CORSConfiguration.CORSRule')
                                as array(json)
                            ),
                            array[
                                json_extract(request, '$.CORSConfiguration.CORSRule')
                            ]
                        ),
                        one -> coalesce(
                            json_extract_scalar(one, '$.AllowedOrigin'),
                            json_extract_scalar(one, '$.AllowedOrigin[0]')
                        )
                    ),
                    ', '
                ),
                ''
            )
        ) as website_or_origins,
        coalesce(
            json_format(json_extract(request, '$.bucketPolicy')),
            json_extract_scalar(request, '$.policy'),
            json_extract_scalar(request, '$.resourcePolicy')
        ) as policy
    from events
    where
        family = 's3'
        and category = 'Management'
        and regexp_like(
            action,
            '^(Put|Delete|Create|Update)(Bucket|Account|AccessPoint|Public|ObjectLock'
            || '|MultiRegion|Accelerate|TableBucket|StorageLens).'
        )
        and not regexp_like(action, 'Tagging|BucketMetrics|^CreateBucket')
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, setting, given_to, public_block, versioning, mfa_delete, expires_after_days,
    replicates_to, replica_account, encryption, logs_to, object_lock,
    website_or_origins, policy, service, principal_arn, access_key, user_agent, via,
    error_code, error_message
from calls
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
