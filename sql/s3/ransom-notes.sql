-- title: "Was a note uploaded that looks like one of a blackmailer?"
-- answers: [Q216]
-- attack: [T1486, T1657]
-- needs: [data:s3]
-- severity: medium
-- keywords: [ransomware, ransom note, extortion, warning.txt]
-- parameters:
--   bucket:
--     type: list of text
--     optional: true
--     means: bucket
--     help: "one bucket; every one when left out"
-- chart: timeline
-- next: [s3/encrypted-objects, s3/object-deletions, identity/activity]
-- notes: |
--   It goes by the last part of the name: RANSOM_NOTE.txt, how_to_decrypt.html,
--   readme.txt, WARNING.txt and their like. A note comes last: look at what the same
--   identity deleted or encrypted before it.
-- false_positives: |
--   An honest readme, release notes: hence medium; with deletions of the same identity
--   it is critical.
-- cannot_show: |
--   Calls for objects are data events, which are off unless turned on for the bucket.
--   An empty answer then says nothing. What the note says, and notes under other names.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
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
            json_extract_scalar(additional_data, '$.bytesTransferredIn') as bigint
        ) as bytes_in
    from events
    where
        family = 's3'
        and regexp_like(action, '^(PutObject|CopyObject|CompleteMultipartUpload)$')
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    bucket as target, object,
    bytes_in,
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
    and regexp_like(
        lower(regexp_extract(object, '[^/]+$')),
        '(ransom|decrypt|recover|restor|how[ _.-]?to|your[ _.-]?(files|data)|hacked'
        || '|stolen|bitcoin|unlock|warning|important|read[ _.-]?(me|this)|!+|note)'
        || '[^/]*[.](txt|html?|md|hta|rtf)$'
    )
order by time, event_id
