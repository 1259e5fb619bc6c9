-- title: "Which accounts and Regions were active?"
-- answers: [Q002, Q003]
-- attack: [T1535]
-- needs: [management:read, management:write]
-- keywords: [per account, per region, organization]
-- chart: ranking
-- formerly: [activity/regions]
-- next: [overview/regions-unused, overview/volume, identity/active]
-- notes: |
--   Here each account counts its own records: a call into another account is one event
--   in each of the two.
--   IAM, STS and other global services are recorded in one Region, mostly us-east-1,
--   wherever the caller works. Denied calls in a Region that no one uses are telling.
select
    account,
    region,
    count(*) as events,
    count_if(outcome = 'success') as succeeded,
    count_if(outcome = 'denied') as denied,
    count_if(outcome = 'failed') as failed,
    count_if(is_write) as writes,
    count(distinct identity_id) as identities,
    count(distinct service) as services,
    min(time) as first_seen,
    max(time) as last_seen
from events
group by account, region
order by events desc, account asc, region asc
