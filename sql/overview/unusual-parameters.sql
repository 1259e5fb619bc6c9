-- title: "Which values did this identity give to a call that it never gave before?"
-- answers: [Q011]
-- attack: [T1078.004]
-- needs: [management:read, management:write]
-- keywords: [unusual parameter, request, value, anomaly, baseline]
-- lookback: 28d
-- parameters:
--   identity:
--     type: list of text
--     means: principal
--     help: "an ARN, a unique id, an access key or the whole text of `actor`"
--   least:
--     type: integer
--     default: 10
--     help: "judge a parameter given so often in the 28 days before, at least"
--   variety:
--     type: integer
--     default: 5
--     help: "a parameter repeats itself when each value came so often, on average"
-- chart: ranking
-- next: [overview/rare, overview/event, identity/access-key]
-- notes: |
--   Only parameters that repeat themselves are judged: one with a new value in nearly
--   every call, such as a token or a time, is left out. A parameter that a known call
--   never had before is here with `values_before` 0. Nothing is here without logs of
--   the days before, or without a window.
--   `usual` is the value most often given before. A parameter is a name anywhere in the
--   request with a text, a number, true or false; two of one name are taken together.
with asked as (
    select
        service, action, time, event_id, outcome, request,
        :window_start is null or time >= :window_start as is_now
    from events
    where called_by(:identity)
),

pairs as (
    select
        service, action, time, event_id, outcome, is_now,
        regexp_extract(t.pair, '^"([^"\\]*(?:\\.[^"\\]*)*)"', 1) as parameter,
        regexp_replace(
            t.pair, '^"[^"\\]*(?:\\.[^"\\]*)*"\s*:\s*"?(.*?)"?$', '$1'
        ) as value
    from asked
    cross join
        unnest(
            regexp_extract_all(
                request,
                '"[^"\\]*(?:\\.[^"\\]*)*"\s*:\s*'
                || '(?:"[^"\\]*(?:\\.[^"\\]*)*"|-?[0-9][0-9.eE+-]*|true|false)'
            )
        ) as t (pair)
),

counted as (
    select
        service, action, parameter, value,
        count_if(is_now) as events,
        count_if(not is_now) as events_before,
        count_if(is_now and outcome <> 'success') as unsuccessful,
        min(if(is_now, time)) as first_seen,
        max(if(is_now, time)) as last_seen,
        min_by(
            if(is_now, event_id),
            if(is_now, date_format(time, '%Y-%m-%dT%H:%i:%s ') || event_id)
        ) as first_event_id
    from pairs
    group by service, action, parameter, value
),

weighed as (
    select
        service, action, parameter, value, events, events_before, unsuccessful,
        first_seen, last_seen, first_event_id,
        cast(
            sum(events_before) over (partition by service, action, parameter) as bigint
        ) as given_before,
        count(if(events_before > 0, value)) over (
            partition by service, action, parameter
        ) as values_before,
        first_value(if(events_before > 0, value)) over (
            partition by service, action, parameter
            order by events_before desc, value asc
        ) as usual
    from counted
),

judged as (
    select
        service, action, parameter, value, usual, events, events_before, unsuccessful,
        values_before, given_before, first_seen, last_seen, first_event_id,
        max(given_before) over (partition by service, action) as calls_before
    from weighed
)

select
    service, action, parameter, value, usual, events, values_before, given_before,
    unsuccessful, first_seen, last_seen, first_event_id
from judged
where
    events > 0
    and events_before = 0
    and (
        (given_before >= :least and values_before * :variety <= given_before)
        or (given_before = 0 and calls_before >= :least)
    )
order by first_seen, service, action, parameter, value
