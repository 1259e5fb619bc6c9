-- title: "Which resources did these keys and sessions read, change, share or delete?"
-- answers: [Q022, Q024]
-- attack: [T1530, T1485, T1537]
-- needs: [management:read, management:write, data:s3]
-- global: [iam]
-- keywords: [lineage, blast radius, impact]
-- parameters:
--   keys: {type: list of text, optional: true, help: "access keys"}
--   sessions:
--     type: list of text
--     optional: true
--     help: "values of session_id, whose other keys count too"
--   apart: {type: list of text, optional: true, help: "keys of sessions apart"}
-- chart: ranking
-- next: [lineage/acts, resource/history]
-- notes: |
--   `effect` goes by the name of the call: read, wrote, created, shared, deleted.
--   `resource` is missing where the record names none, as in a list of all. `bytes_out`
--   is what records tell that AWS sent, `bytes_in` what it took, missing where no
--   record tells; `bytes_unknown` counts successful calls that read, or wrote content,
--   without it. `bytes_told` says so in a word: yes, in part or unknown; it is missing
--   where there was nothing to tell. Unsuccessful calls are counted apart.
-- cannot_show: |
--   Reading of objects and items without data events: a missing row proves nothing.
with calls as (
    select
        time, service, action, account, outcome, event_id,
        case
            when
                regexp_like(
                    action,
                    '^(Delete|Terminate|Purge|Remove|Destroy|ScheduleKeyDeletion)'
                )
                then 'deleted'
            when
                regexp_like(
                    action,
                    '(Bucket|Resource|Key|Repository|Vault|Topic|Queue)Policy$'
                    || '|^Modify(Image|Snapshot|DBSnapshot|DBClusterSnapshot)Attribute$'
                    || '|^Authorize|Permission$|^PutBucketAcl$|^PutObjectAcl$'
                    || '|ResourceShare$|^CreateGrant$|^DeletePublicAccessBlock$'
                )
                and is_write
                then 'shared'
            when regexp_like(action, '^(Create|Run|Launch|Import|Allocate|Register)')
                then 'created'
            when is_write then 'wrote'
            else 'read'
        end as effect,
        coalesce(
            element_at(resources, 1).arn,
            json_extract_scalar(request, '$.bucketName'),
            json_extract_scalar(request, '$.secretId'),
            json_extract_scalar(request, '$.name'),
            json_extract_scalar(request, '$.roleName'),
            json_extract_scalar(request, '$.userName'),
            json_extract_scalar(request, '$.functionName'),
            json_extract_scalar(request, '$.tableName'),
            json_extract_scalar(request, '$.keyId'),
            json_extract_scalar(request, '$.policyArn'),
            case
                when outcome <> 'success'
                    then regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
            end
        ) as resource,
        try_cast(
            json_extract_scalar(additional_data, '$.bytesTransferredOut') as bigint
        ) as sent,
        try_cast(
            json_extract_scalar(additional_data, '$.bytesTransferredIn') as bigint
        ) as taken,
        category = 'Data' as is_content
    from events
    where
        contains(:keys, access_key)
        or (
            contains(:sessions, session_id)
            and (
                :apart is null or access_key is null
                or not contains(:apart, access_key)
            )
        )
),

summed as (
    select
        service, effect, resource, account,
        count_if(outcome = 'success') as done,
        count_if(outcome <> 'success') as unsuccessful,
        array_join(array_sort(array_agg(distinct action)), ', ') as actions,
        sum(case when outcome = 'success' then sent end) as bytes_out,
        sum(case when outcome = 'success' then taken end) as bytes_in,
        count_if(
            outcome = 'success'
            and (
                (effect = 'read' and sent is null)
                or (effect = 'wrote' and is_content and taken is null)
            )
        ) as bytes_unknown,
        min(time) as first_seen,
        max(time) as last_seen
    from calls
    group by service, effect, resource, account
)

select
    service, effect, resource, account, done, unsuccessful, actions,
    bytes_out, bytes_in, bytes_unknown,
    case
        when bytes_unknown > 0 and bytes_unknown = done then 'unknown'
        when bytes_unknown > 0 then 'in part'
        when coalesce(bytes_out, bytes_in) is not null then 'yes'
    end as bytes_told,
    first_seen, last_seen
from summed
order by first_seen, service, effect, resource, account
