-- title: "Who deleted objects, how many, and for good?"
-- answers: [Q213]
-- attack: [T1485, T1070.004]
-- needs: [data:s3]
-- severity: high
-- keywords: [ransomware, wiper, bulk deletion, DeleteObjects, data loss]
-- parameters:
--   bucket:
--     type: list of text
--     optional: true
--     means: bucket
--     help: "one bucket; every one when left out"
--   at_least:
--     type: integer
--     default: 1
--     help: "fewest deletions in one window; bulk calls are always shown"
--   minutes:
--     type: integer
--     default: 60
--     help: "length of a window in minutes, from 1 to 60"
-- chart: ranking
-- next: [s3/bucket-deletions, s3/bucket-changes, s3/ransom-notes, impact/recovery]
-- notes: |
--   One call of DeleteObjects takes up to 1,000 objects. Since June 2025 each of them
--   has a DeleteObject event of its own too, so `deletions` counts objects and
--   `bulk_calls` must not be added to it; before that the names are nowhere. In a
--   bucket with versions a deletion without a version only hides the object:
--   `versions_deleted` are gone for good.
-- false_positives: |
--   Clean-up jobs and applications that delete what they made.
-- cannot_show: |
--   Calls for objects are data events, which are off unless turned on for the bucket.
--   An empty answer then says nothing. Deletions by a lifecycle rule leave no event:
--   see the rule in s3/bucket-changes.
with calls as (
    select
        time, action, outcome, actor, identity_id, source_ip, user_agent, action_id,
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
        json_extract_scalar(request, '$.versionId') is not null as one_version,
        via,
        date_add(
            'minute',
            -(minute(time) % least(greatest(:minutes, 1), 60)),
            date_trunc('minute', time)
        ) as window_from
    from events
    where
        family = 's3'
        and action in ('DeleteObject', 'DeleteObjects', 'DeleteObjectVersion')
)

select
    window_from,
    bucket as target,
    regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as identity,
    identity_id,
    source_ip,
    count(distinct action_id) filter (
        where action <> 'DeleteObjects' and outcome = 'success'
    ) as deletions,
    count(distinct action_id) filter (
        where action = 'DeleteObjects' and outcome = 'success'
    ) as bulk_calls,
    count(distinct action_id) filter (where one_version and outcome = 'success')
        as versions_deleted,
    count(distinct object) filter (where outcome = 'success') as objects,
    count(distinct action_id) filter (where outcome = 'denied') as denied,
    count(distinct action_id) filter (where outcome = 'failed') as failed,
    min(object) as an_object,
    min(user_agent) as a_user_agent,
    min(time) as first_seen,
    max(time) as last_seen
from calls
where :bucket is null or contains(:bucket, bucket)
group by
    window_from, bucket, regexp_replace(actor, '^(role/[^/]+)/.*$', '$1'), identity_id,
    source_ip
having
    count(distinct action_id) filter (where action <> 'DeleteObjects') >= :at_least
    or count(distinct action_id) filter (where action = 'DeleteObjects') > 0
order by
    deletions desc, window_from asc, target asc, identity asc, identity_id asc,
    source_ip asc
