-- title: "Where did the rate of writes or of errors rise suddenly?"
-- answers: [Q009, Q010]
-- attack: [T1078.004, T1580]
-- needs: [management:read, management:write]
-- severity: low
-- keywords: [spike, surge, burst, baseline, anomaly, rate, insight]
-- lookback: 28d
-- parameters:
--   errors:
--     {type: boolean, default: false, help: "calls that did not succeed, not writes"}
--   least: {type: integer, default: 20, help: "so many in one hour, at least"}
--   factor:
--     {type: integer, default: 5, help: "so many times the busiest hour before it"}
-- chart: timeline
-- next: [insights/list, overview/moment, overview/top, overview/errors]
-- false_positives: |
--   A release, a migration, a new account being set up; a job that runs once a month.
-- cannot_show: |
--   A slow rise, and one below `least`. Without logs of the 28 days before, the first
--   hours are compared with nothing: see `hours_before`.
-- notes: |
--   One row for an hour, account, service and action (and error code) whose count is
--   `factor` times that of every hour before it, back to 28 days before the window.
--   `busiest_before` is null where it never happened before. CloudTrail Insights finds
--   the like by itself where switched on: insights/list.
with hourly as (
    select
        date_trunc('hour', time) as hour,
        account, service, action,
        if(:errors, error_code) as error_code,
        count(*) as events,
        count(distinct identity_id) as identities,
        min(regexp_replace(actor, '^(role/[^/]+)/.*$', '$1')) as an_identity,
        min(time) as first_seen,
        max(time) as last_seen
    from events
    where
        (:errors and outcome <> 'success')
        or (not :errors and is_write)
    group by
        date_trunc('hour', time), account, service, action, if(:errors, error_code)
),

compared as (
    select
        hour, account, service, action, error_code, events, identities, an_identity,
        first_seen, last_seen,
        max(events) over (
            partition by account, service, action, error_code order by hour
            rows between unbounded preceding and 1 preceding
        ) as busiest_before,
        count(*) over (
            partition by account, service, action, error_code order by hour
            rows between unbounded preceding and 1 preceding
        ) as hours_with_it_before,
        date_diff('hour', min(hour) over (), hour) as hours_before
    from hourly
)

select
    hour, account, service, action, error_code, events, busiest_before,
    hours_with_it_before, hours_before, identities, an_identity, first_seen, last_seen
from compared
where
    (:window_start is null or hour >= date_trunc('hour', :window_start))
    and events >= :least
    and events >= :factor * coalesce(busiest_before, 0)
order by
    hour asc, events desc, account asc, service asc, action asc, error_code asc
