-- title: "Who went through many buckets, and read how they are protected?"
-- answers: [Q076, Q091]
-- attack: [T1619, T1526]
-- severity: medium
-- keywords: [s3, bucket enumeration, acl, policy, public access, discovery, guessing]
-- needs: [management:read, data:s3]
-- parameters:
--   minutes: {type: integer, default: 60, help: "the length of a window"}
--   buckets: {type: integer, default: 5, help: "at least so many buckets"}
-- chart: ranking
-- next: [s3/bucket-access, s3/objects-read, discovery/calls]
-- notes: |
--   One row for an identity, address and window of `minutes` with read calls about at
--   least `buckets` buckets. `posture_reads` ask for policy, ACL, public access,
--   encryption, logging, versioning and the like; `listings` for what lies in them.
--   `missing` counts buckets that do not exist: names were guessed. `bucket_names` are
--   all of them. ListBuckets alone names no bucket: it is in discovery/calls.
-- false_positives: |
--   The console's list of buckets reads the protection of each; AWS Config, Macie and
--   posture scanners do so daily.
-- cannot_show: |
--   Guesses of buckets in other accounts without credentials, or listings, where data
--   events of S3 are off.
with read_calls as (
    select
        time, action, outcome, error_code, source_ip, identity_id,
        date_diff('second', timestamp '2020-01-01 00:00:00', time)
        / greatest(:minutes * 60, 1) as part,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as name,
        case
            when strpos(actor, 'sso/') = 1 or regexp_like(session_name, '^i-[0-9a-f]+$')
                then actor
        end as person,
        coalesce(
            json_extract_scalar(request, '$.bucketName'),
            regexp_extract(error_message, 'arn:aws[^:]*:s3:::([^ "/]+)', 1)
        ) as bucket
    from events
    where
        family = 's3'
        and regexp_like(action, '^(Get|List|Head)')
        and action <> 'GetObject'
        and identity_type is distinct from 'AWSService'
)

select
    coalesce(person, max(name)) as identity,
    identity_id,
    source_ip,
    count(distinct bucket) as buckets,
    count(*) as calls,
    count(distinct action) as actions,
    count_if(
        regexp_like(action, '^Get(Bucket|PublicAccess|ObjectLockConfig|Account|Accel)')
    ) as posture_reads,
    count_if(regexp_like(action, '^(ListObject|ListMultipart|HeadBucket)')) as listings,
    count_if(outcome = 'denied') as denied,
    count(distinct bucket) filter (where error_code = 'NoSuchBucket') as missing,
    array_join(array_sort(array_agg(distinct bucket)), ', ') as bucket_names,
    min(time) as first_seen,
    max(time) as last_seen
from read_calls
where bucket is not null
group by identity_id, person, source_ip, part
having count(distinct bucket) >= :buckets
order by buckets desc, first_seen asc, identity_id asc, identity asc, source_ip asc
