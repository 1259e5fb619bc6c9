-- title: "Which user agents are those of attack tools, or new for who uses them?"
-- answers: [Q030]
-- attack: [T1078.004, T1580]
-- severity: high
-- keywords: [pacu, kali, s3 browser, trufflehog, scoutsuite, prowler, scanner, tool]
-- needs: [management:read, management:write]
-- parameters:
--   tools_only:
--     type: boolean
--     default: true
--     help: "false: agents that are new for their identity too"
-- lookback: 28d
-- chart: ranking
-- next: [identity/credential-use, identity/activity, overview/rare]
-- false_positives: |
--   Audit scanners (Prowler, ScoutSuite, Steampipe, CloudSploit) that one runs oneself;
--   red-team exercises; administrators who work on Kali or with S3 Browser.
-- cannot_show: |
--   The tool behind a common agent: the caller chooses the text, and Pacu, for one, may
--   pretend to be boto3. The absence of a tool's name proves nothing.
-- notes: |
--   `tool` is the word that was found; `kind` is attack, secret scanner, client (a file
--   browser that thieves like), system (Kali, Parrot, Pentoo), posture
--   scanner, or bare HTTP (curl, python-requests).
--   `new` compares with the 28 days before the window: true where the identity was seen
--   then without this agent (up to its first slash), null where it was not seen at all.
with calls as (
    select
        identity_id, user_agent, outcome, source_ip, access_key, time,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as identity,
        regexp_extract(user_agent, '^[^ /]+') as agent,
        regexp_extract(
            lower(user_agent),
            'pacu|cloudfox|weirdaal|barq|nimbostratus|enumerate-iam|endgame|s3scanner'
            || '|cloudbrute|aws_consoler|aws-consoler|stratus-red-team|sliver|nuclei'
            || '|trufflehog|gitleaks|keyhacks|s3 ?browser|cyberduck|winscp|filezilla'
            || '|rclone|kali|parrot|pentoo|blackarch|prowler|scoutsuite|scout suite'
            || '|cloudsploit|steampipe|cloudmapper|python-requests|go-http-client|curl'
        ) as tool,
        :window_start is not null and time < :window_start as before
    from events
    where via is null and user_agent is not null
),

grouped as (
    select
        identity, identity_id, tool, agent,
        max(user_agent) as user_agent,
        count(*) filter (where before) as events_before,
        count(*) filter (where not before) as events,
        count(*) filter (where not before and outcome = 'success') as succeeded,
        count(*) filter (where not before and outcome = 'denied') as denied,
        count(distinct source_ip) filter (where not before) as addresses,
        max(source_ip) filter (where not before) as example_address,
        max(access_key) filter (where not before) as example_key,
        min(time) filter (where not before) as first_seen,
        max(time) filter (where not before) as last_seen
    from calls
    group by identity, identity_id, tool, agent
),

compared as (
    select
        identity, identity_id, tool, agent, user_agent, events, succeeded, denied,
        addresses, example_address, example_key, first_seen, last_seen,
        case
            when sum(events_before) over (partition by identity_id) > 0
                then sum(events_before) over (partition by identity_id, agent) = 0
        end as new
    from grouped
)

select
    tool,
    case
        when regexp_like(tool, 'truffle|gitleaks|keyhacks') then 'secret scanner'
        when regexp_like(tool, 'browser|duck|winscp|filezilla|rclone') then 'client'
        when regexp_like(tool, 'kali|parrot|pentoo|blackarch') then 'system'
        when regexp_like(tool, 'prowler|scout|sploit|steampipe|mapper')
            then 'posture scanner'
        when regexp_like(tool, 'requests|http|curl') then 'bare HTTP'
        when tool is not null then 'attack'
    end as kind,
    agent, identity, identity_id, new, user_agent, events, succeeded, denied, addresses,
    example_address, example_key, first_seen, last_seen
from compared
where events > 0 and (tool is not null or (new and not :tools_only))
order by tool asc, first_seen asc, identity_id asc, identity asc, agent asc
