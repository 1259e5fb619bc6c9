-- title: "Which objects were encrypted with a key of the caller or of a stranger?"
-- answers: [Q215]
-- attack: [T1486]
-- needs: [data:s3]
-- severity: critical
-- keywords: [ransomware, SSE-C, customer key, foreign KMS key, Codefinger]
-- parameters:
--   bucket:
--     type: list of text
--     optional: true
--     means: bucket
--     help: "one bucket; every one when left out"
-- chart: timeline
-- next: [s3/ransom-notes, s3/object-deletions, impact/key-use, s3/bucket-changes]
-- notes: |
--   SSE_C: the caller brought the key, and AWS forgets it; no one else can read the
--   object again. A `kms_key` in another account can be taken away by that account at
--   any time. `copied_from` equal to the object itself is encryption in place. Many of
--   these in a row are ransom.
-- false_positives: |
--   Applications that use customer keys by design, and keys kept in a central account.
-- cannot_show: |
--   Calls for objects are data events, which are off unless turned on for the bucket.
--   An empty answer then says nothing. The key itself.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        response, request,
        json_extract_scalar(additional_data, '$.AuthenticationMethod') as signed_by,
        coalesce(
            json_extract_scalar(request, '$.bucketName'),
            regexp_extract(
                error_message, 'on resource: "?arn:[^:]*:s3:[^:]*:[^:]*:([^ "/]+)', 1
            )
        ) as bucket,
        coalesce(
            json_extract_scalar(request, '$.key'),
            json_extract_scalar(request, '$.prefix'),
            regexp_extract(
                error_message,
                'on resource: "?arn:[^:]*:s3:[^:]*:[^:]*:[^ "/]+/([^ "]+)',
                1
            )
        ) as object,
        coalesce(
            json_extract_scalar(additional_data, '$.SSEApplied'),
            case
                when
                    json_extract_scalar(
                        request, '$["x-amz-server-side-encryption-customer-algorithm"]'
                    )
                    is not null
                    then 'SSE_C'
            end
        ) as encryption,
        coalesce(
            json_extract_scalar(
                request, '$["x-amz-server-side-encryption-aws-kms-key-id"]'
            ),
            json_extract_scalar(
                response, '$["x-amz-server-side-encryption-aws-kms-key-id"]'
            )
        ) as kms_key,
        json_extract_scalar(request, '$["x-amz-copy-source"]') as copied_from
    from events
    where
        family = 's3'
        and regexp_like(action, '^((Put|Copy|Post)Object|CreateMultipartUpload)$')
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    bucket as target, object,
    encryption, kms_key, copied_from,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    (
        :bucket is null
        or contains(:bucket, bucket)
        or (
            bucket is null
            and any_match(:bucket, part -> strpos(error_message, part) > 0)
        )
    )
    and (
        encryption = 'SSE_C'
        or regexp_extract(kms_key, ':kms:[^:]*:([0-9]{12}):', 1) <> account
    )
order by time, event_id
