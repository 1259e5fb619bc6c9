-- title: "From when on, and for which accounts, could an issuing call be in the logs?"
-- answers: [Q011]
-- needs: [management:read, management:write]
-- keywords: [lineage, coverage, end of a chain]
-- parameters:
--   starts:
--     type: list of time
--     optional: true
--     help: "seconds around which to tell how long nothing was recorded"
-- chart: ranking
-- next: [overview/records, lineage/handovers]
-- notes: |
--   A row is an account, and one of `starts` where they are given (`moment`): `before`
--   is its last event before that second, `after` the first one in it or later.
--   `issuing_calls` counts what STS recorded, `read_events` the read-only management
--   events, `data_events` the data events.
--   An account with writes and without reads has a trail of writes only: AssumeRole is
--   a read, and none of it is there.
select
    e.account,
    m.moment,
    count(*) as events,
    count_if(e.read_only and e.category = 'Management') as read_events,
    count_if(e.category = 'Data') as data_events,
    count_if(
        e.service = 'sts'
        and (strpos(e.action, 'AssumeRole') = 1 or e.action = 'AssumeRoot')
    ) as issuing_calls,
    max(if(e.time < m.moment, e.time)) as before,
    min(if(e.time >= m.moment, e.time)) as after,
    min(e.time) as first_seen,
    max(e.time) as last_seen
from events as e
cross join unnest(coalesce(:starts, array[cast(null as timestamp)])) as m (moment)
where e.account is not null
group by e.account, m.moment
order by account, moment
