-- title: "Who accessed which bucket, and which buckets did an identity touch?"
-- answers: [Q175, Q176, Q177, Q179, Q180]
-- attack: [T1530, T1619]
-- needs: [data:s3]
-- severity: note
-- keywords: [exfil, top accessors, collection, data access]
-- parameters:
--   bucket:
--     type: list of text
--     optional: true
--     means: bucket
--     help: "one bucket; every one when left out"
--   identity:
--     type: list of text
--     optional: true
--     means: principal
--     help: "an ARN, a unique id, or the text of actor without the session"
-- chart: ranking
-- next: [s3/objects-read, s3/bulk-reads, s3/bucket-changes, identity/activity]
-- notes: |
--   One row for each bucket, prefix (the first part of the object's name) and identity.
--   Give a bucket to see its accessors, an identity to see all that it touched.
--   `objects` counts different names. `bytes_out_at_least` is the sum over the calls
--   that tell it, and empty where none does. A call that two accounts recorded counts
--   once.
-- false_positives: |
--   Applications, backup and analytics that read their own buckets: look for
--   identities, addresses and agents that are new to the bucket.
-- cannot_show: |
--   Calls for objects are data events, which are off unless turned on for the bucket.
--   An empty answer then says nothing. Through an access point the bucket is named
--   after the access point.
with calls as (
    select
        time, action, outcome, actor, identity_id, source_ip, read_only,
        action_id, identity_type, called_by(:identity) as by_them,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as identity,
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
        try_cast(
            json_extract_scalar(additional_data, '$.bytesTransferredOut') as double
        ) as bytes_sent,
        try_cast(
            json_extract_scalar(additional_data, '$.bytesTransferredIn') as double
        ) as bytes_received
    from events
    where
        family = 's3'
        and category = 'Data'
),

told as (
    select
        time, action, outcome, identity_id, by_them, source_ip, bucket, object,
        bytes_sent, bytes_received, identity,
        -- What is told again adds nothing, nor does the owner's copy of a known call.
        row_number() over (
            partition by
                action_id, action, bucket, object, identity, identity_id, source_ip,
                outcome, bytes_sent, bytes_received
            order by time
        ) > 1 as again,
        coalesce(
            identity_type = 'AWSAccount'
            and count_if(identity_type is distinct from 'AWSAccount') over (
                partition by
                    action_id, bucket, object, identity_id, source_ip, outcome,
                    bytes_sent, bytes_received
            ) > 0,
            false
        ) as is_copy
    from calls
),

named as (
    select
        time, action, outcome, identity_id, by_them, source_ip, bucket, object,
        bytes_sent, bytes_received, identity,
        case
            when strpos(object, '/') > 0 then split_part(object, '/', 1) || '/'
            when object is not null then ''
        end as prefix
    from told
    where not again and not is_copy
)

select
    bucket,
    prefix,
    identity,
    identity_id,
    count_if(outcome = 'success' and regexp_like(action, '^(Get|Select|Copy)'))
        as read_calls,
    count_if(outcome = 'success' and regexp_like(action, '^(List|Head)')) as looks,
    count_if(outcome = 'success' and regexp_like(action, '^(Put|Upload|Create|Compl)'))
        as writes,
    count_if(outcome = 'success' and starts_with(action, 'Delete')) as deletions,
    count_if(outcome = 'denied') as denied,
    count_if(outcome = 'failed') as failed,
    count(distinct case when not starts_with(action, 'List') then object end)
        as objects,
    cast(sum(bytes_sent) as bigint) as bytes_out_at_least,
    cast(sum(bytes_received) as bigint) as bytes_in_at_least,
    count(distinct source_ip) as addresses,
    min(source_ip) as an_address,
    min(time) as first_seen,
    max(time) as last_seen
from named
where
    (:bucket is null or contains(:bucket, bucket))
    and (
        :identity is null
        or by_them
        or contains(:identity, identity)
    )
group by bucket, prefix, identity, identity_id
order by read_calls desc, bucket asc, prefix asc, identity asc, identity_id asc
