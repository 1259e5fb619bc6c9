-- title: "Who was active in a Region that is not approved, or was not used before?"
-- answers: [Q012]
-- attack: [T1535]
-- needs: [management:read, management:write]
-- severity: medium
-- keywords: [new region, unused, unapproved, unsupported, mining]
-- lookback: 28d
-- parameters:
--   approved:
--     type: list of text
--     optional: true
--     means: region
--     help: "the Regions in use; what the 28 days before used, when left out"
-- chart: ranking
-- next: [overview/regions, overview/first-seen, identity/active]
-- false_positives: |
--   The console reads in every Region that it is switched to; a posture scanner reads
--   in all. Global services are recorded in us-east-1 wherever one works.
-- cannot_show: |
--   A Region whose trail is missing or off. Activity in a Region is known only where a
--   multi-Region trail or a trail there recorded it.
-- notes: |
--   One row for an account and Region. What services did of themselves, or for others,
--   is left out. Without `approved`: Regions without a write in the 28 days before;
--   `used_before` is null where no log of those days was there: nothing is known then.
--   Denied calls there are telling too: a disabled Region refuses.
with condensed as (
    select
        account, region, identity_id, outcome,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as name,
        is_write,
        :window_start is null or time >= :window_start as is_now,
        count(*) as events,
        min(time) as first_seen,
        max(time) as last_seen
    from events
    where via is null and identity_type <> 'AWSService'
    group by
        account, region, identity_id, outcome,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1'),
        is_write,
        :window_start is null or time >= :window_start
),

regions as (
    select
        account, region,
        cast(sum(if(is_now, events, 0)) as bigint) as events,
        cast(sum(if(is_now and is_write, events, 0)) as bigint) as writes,
        cast(sum(if(is_now and outcome = 'denied', events, 0)) as bigint) as denied,
        count(distinct if(is_now, identity_id)) as identities,
        min(if(is_now, name)) as an_identity,
        min(if(is_now, first_seen)) as first_seen,
        max(if(is_now, last_seen)) as last_seen,
        cast(sum(if(not is_now and is_write, events, 0)) as bigint) as writes_before,
        max(if(not is_now, last_seen)) as last_before,
        min(min(first_seen)) over () as logs_begin
    from condensed
    group by account, region
),

judged as (
    select
        account, region, events, writes, denied, identities, an_identity,
        first_seen, last_seen, last_before, logs_begin,
        if(logs_begin < :window_start, writes_before) as writes_before,
        if(logs_begin < :window_start, writes_before > 0) as used_before
    from regions
)

select
    account, region, used_before, events, writes, denied, identities, an_identity,
    first_seen, last_seen, writes_before, last_before, logs_begin
from judged
where
    events > 0
    and (
        (:approved is null and used_before is distinct from true)
        or not contains(:approved, region)
    )
order by writes desc, events desc, account asc, region asc
