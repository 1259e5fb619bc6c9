-- title: "What was changed by hand in the console, and what was looked at?"
-- answers: [Q014]
-- attack: [T1078.004]
-- needs: [management:read, management:write]
-- keywords: [clickops, manual, by hand, drift, iac, terraform, clicks]
-- parameters:
--   actor:
--     type: list of text
--     optional: true
--     means: principal
--     help: "a part of the actor's name"
--   looks:
--     {type: boolean, default: false, help: "also minutes without a change"}
-- chart: ranking
-- next: [identity/access-key, resource/history, overview/moment]
-- notes: |
--   One row for a minute of one session: the many calls behind a click are one line.
--   `changes` names what was changed or tried; `read_calls` counts what only read.
--   `told_by` is `session` where AWS says that the credentials came from the console;
--   `agent` where only the user agent says so, which the caller chooses.
--   What CloudFormation or a service did after a click is under its own name.
with clicked as (
    select
        date_trunc('minute', time) as clicked_at,
        time, actor, identity_id, session_id, source_ip, account, region, service,
        outcome, event_id,
        if(is_write, service || ':' || action) as change,
        if(from_console = true, 'session', 'agent') as told_by
    from events
    where
        via is null
        and service <> 'signin'
        and (
            from_console = true
            or regexp_like(
                user_agent,
                '^(console|signin)[.]amazonaws[.]com|S3Console/|^AWS-Console|^Mozilla/'
            )
            or lower(event_type) = 'awsconsoleaction'
        )
        and (
            :actor is null
            or called_by(:actor)
            or any_match(:actor, part -> strpos(actor, part) > 0)
        )
)

select
    clicked_at,
    actor,
    source_ip,
    account,
    region,
    nullif(array_join(array_sort(array_agg(distinct change)), ', '), '') as changes,
    array_join(array_sort(array_agg(distinct service)), ', ') as services,
    count(change) as writes,
    count_if(change is null) as read_calls,
    count_if(outcome <> 'success') as unsuccessful,
    max(told_by) as told_by,
    min(time) as first_seen,
    max(time) as last_seen,
    identity_id,
    session_id,
    min_by(
        event_id,
        if(change is null, '2 ', '1 ') || date_format(time, '%s ') || event_id
    ) as first_event_id
from clicked
group by clicked_at, actor, source_ip, account, region, identity_id, session_id
having count(change) > 0 or :looks
order by clicked_at, actor, session_id, source_ip, account, region, identity_id
