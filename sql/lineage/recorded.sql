-- title: "From when on, and for which accounts, could an issuing call be in the logs?"
-- answers: [Q011]
-- needs: [management:read, management:write]
-- keywords: [lineage, coverage, end of a chain]
-- chart: ranking
-- next: [overview/records, lineage/handovers]
-- notes: |
--   `issuing_calls` counts what STS recorded; `read_events` the read-only management
--   events.
--   An account with writes and without reads has a trail of writes only: AssumeRole is
--   a read, and none of it is there.
select
    account,
    count(*) as events,
    count_if(read_only and category = 'Management') as read_events,
    count_if(
        service = 'sts' and (strpos(action, 'AssumeRole') = 1 or action = 'AssumeRoot')
    ) as issuing_calls,
    min(time) as first_seen,
    max(time) as last_seen
from events
where account is not null
group by account
order by account
