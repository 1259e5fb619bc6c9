-- title: "Which sessions were there, how long, and of which kind?"
-- answers: [Q025, Q026, Q055]
-- attack: [T1078.004, T1550.001]
-- severity: note
-- keywords: [console, cli, sdk, cloudshell, assistant, agent, mcp, logon]
-- needs: [management:read, management:write]
-- parameters:
--   identity:
--     type: list of text
--     optional: true
--     means: principal
--     help: "the text of `actor`, a name, ARN or unique id; everybody if left out"
-- chart: ranking
-- next: [identity/activity, identity/access-key, signin/console]
-- false_positives: |
--   An infrastructure tool that runs for hours is one long session.
-- cannot_show: |
--   When a session ended: `last_seen` is its last recorded call, and its credentials
--   can live on. Sessions that made no recorded call.
-- notes: |
--   A session is an identity with a session name and a second of issue, with all its
--   access keys; a long-term key is one row for all its calls.
--   `kind`: an AI assistant's or AWS's MCP server's, CloudShell, console, service
--   (every call came through a service), else CLI and SDK. It follows what AWS writes
--   itself: invokedBy, event type, OAuth resource, the console's mark. Only CloudShell
--   and, in old logs, the console are told by user agent. `agent_hint` is a word of an
--   assistant in the user agent, which the caller chooses.
with calls as (
    select
        time, action, identity_id, session_name, session_start, outcome, read_only,
        access_key, source_ip, user_agent, account, region,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as name,
        if(
            session_start is null and session_name is null,
            coalesce(access_key, credential_id)
        ) as credential,
        case
            when
                event_type = 'AwsMcpEvent'
                or strpos(via, 'aws-mcp') = 1
                or strpos(json_extract_scalar(request, '$.resource'), 'aws-mcp') > 0
                then 5
            when
                regexp_like(via, '^(q|amazonq|codewhisperer|kiro|bedrock-agentcore)[.]')
                then 4
            when service = 'cloudshell' or strpos(user_agent, 'exec-env/CloudShell') > 0
                then 3
            when
                from_console
                or regexp_like(
                    lower(user_agent), '^mozilla/|console|^signin[.]amazonaws'
                )
                then 2
            when via is null
                then 1
            else 0
        end as sign,
        regexp_extract(
            lower(user_agent),
            'claude|cursor|kiro|copilot|codex|gemini|chatgpt|amazonq|devin|windsurf|mcp'
        ) as hint
    from events
    where
        coalesce(session_name, access_key, credential_id) is not null
        and identity_type is distinct from 'AWSService'
        and (
            :identity is null
            or called_by(:identity)
        )
),

grouped as (
    select
        identity_id, session_name, session_start, credential, access_key, source_ip,
        user_agent, account, region,
        max(name) as name, max(sign) as sign, max(hint) as hint,
        count(*) as events,
        count(*) filter (where outcome = 'denied') as denied,
        count(*) filter (where read_only is distinct from true) as writes,
        min(time) as first_seen,
        max(time) as last_seen
    from calls
    group by
        identity_id, session_name, session_start, credential, access_key, source_ip,
        user_agent, account, region
)

select
    max(name) as identity, identity_id, session_name, session_start, credential,
    case max(sign)
        when 5 then 'AWS MCP server'
        when 4 then 'AI assistant'
        when 3 then 'CloudShell'
        when 2 then 'console'
        when 1 then 'CLI and SDK'
        else 'service'
    end as kind,
    max(hint) as agent_hint,
    sum(events) as events,
    sum(writes) as writes,
    sum(denied) as denied,
    count(distinct access_key) as access_keys,
    count(distinct source_ip) as addresses,
    count(distinct user_agent) as user_agents,
    count(distinct account) as accounts,
    count(distinct region) as regions,
    date_diff('minute', min(first_seen), max(last_seen)) as minutes,
    min(first_seen) as first_seen,
    max(last_seen) as last_seen
from grouped
group by identity_id, session_name, session_start, credential
order by
    first_seen asc, identity_id asc, session_name asc, session_start asc,
    credential asc
