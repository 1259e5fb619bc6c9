-- title: "What happened around this moment, by whom?"
-- answers: [Q021]
-- needs: [management:read, management:write]
-- keywords: [around, minute, timeline, context, pivot]
-- parameters:
--   at: {type: time, means: time, help: "the moment, UTC"}
--   minutes: {type: integer, default: 5, help: "how many minutes before and after it"}
-- chart: ranking
-- next: [identity/access-key, resource/history, overview/event]
-- notes: |
--   One row for each identity, action, outcome, address, account and Region, in the
--   order in which they began; `seconds_away` is the nearest event's distance.
--   AWS writes when a call was completed, in whole seconds: the order within a second
--   is not known. The window of the case must hold the moment; on Athena a narrow one
--   costs least: case.around(…).
select
    actor, service, action, outcome, source_ip, account, region, identity_id,
    count(*) as events,
    count_if(is_write) as writes,
    min(time) as first_seen,
    max(time) as last_seen,
    min(abs(date_diff('second', :at, time))) as seconds_away,
    count(distinct access_key) as access_keys,
    max(user_agent) as user_agent,
    max(error_code) as error_code,
    max(via) as via,
    max(element_at(transform(resources, one -> one.arn), 1)) as resource_arn,
    min_by(event_id, date_format(time, '%Y-%m-%dT%H:%i:%s ') || event_id)
        as first_event_id
from events
where
    time >= date_add('minute', -:minutes, :at)
    and time <= date_add('minute', :minutes, :at)
group by actor, service, action, outcome, source_ip, account, region, identity_id
order by
    first_seen, service, action, actor, outcome, source_ip, account, region,
    identity_id
