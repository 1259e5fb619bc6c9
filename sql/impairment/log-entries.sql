-- title: "Who writes streams and entries into each log group?"
-- answers: [Q146]
-- attack: [T1685.002, T1070]
-- severity: low
-- keywords: [putlogevents, createlogstream, forged entries, cloudwatch]
-- needs: [management:write, data:logs]
-- parameters:
--   log_group:
--     type: list of text
--     optional: true
--     help: "a log group's name, or a part of it"
--     means: resource
-- chart: ranking
-- next: [impairment/log-groups, identity/activity, resource/history]
-- false_positives: |
--   Each function, container and agent writes its own log group; a new version comes
--   with a new role.
-- cannot_show: |
--   PutLogEvents is seldom recorded: not by event history, and by a trail only where
--   data events of log groups are on. Without it a row counts streams only. What was
--   written stands in the log itself.
-- notes: |
--   One row for each log group and identity, the least usual first: `writers` counts
--   the identities that wrote into the group in this window. A person or a stranger's
--   role among functions may flood a log, forge entries, or move data through it.
with written as (
    select
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as identity,
        identity_id, account, region, source_ip, user_agent, action, outcome, time,
        coalesce(
            json_extract_scalar(request, '$.logGroupName'),
            regexp_extract(error_message, 'log-group:([^: "]+)', 1)
        ) as log_group
    from events
    where
        service = 'logs'
        and action in ('CreateLogGroup', 'CreateLogStream', 'PutLogEvents')
),

counted as (
    select
        account, region, log_group, identity, identity_id,
        count_if(action = 'CreateLogStream' and outcome = 'success') as streams_made,
        count_if(action = 'PutLogEvents' and outcome = 'success') as entries_sent,
        count_if(action = 'CreateLogGroup' and outcome = 'success') as groups_made,
        count_if(outcome <> 'success') as refused_or_failed,
        min(time) as first_seen,
        max(time) as last_seen,
        max(source_ip) as an_address,
        max(user_agent) as an_agent
    from written
    where
        :log_group is null
        or any_match(:log_group, part -> strpos(log_group, part) > 0)
    group by account, region, log_group, identity, identity_id
)

select
    account, region, log_group as target, identity, identity_id,
    count(*) over (partition by account, region, log_group) as writers,
    streams_made, entries_sent, groups_made, refused_or_failed,
    first_seen, last_seen, an_address, an_agent
from counted
order by
    writers desc, target asc, first_seen asc, account asc, region asc,
    identity asc, identity_id asc
