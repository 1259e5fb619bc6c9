-- title: "Which console sign-ins are new: user, address, Region or browser?"
-- answers: [Q067]
-- attack: [T1078.004]
-- severity: medium
-- keywords: [first login, new location, new country, new city, baseline, unusual]
-- needs: [management:write]
-- global: [signin]
-- lookback: 28d
-- chart: timeline
-- next: [signin/console, identity/credential-use, identity/sessions]
-- false_positives: |
--   Travel, new starters, a new browser, addresses that change daily at home.
-- cannot_show: |
--   City and country: CloudTrail has the address alone; add them with offline
--   enrichment. What came before the 28 days that are compared with. Without a window
--   there is no such time, and everything is new.
-- notes: |
--   Successful sign-ins with at least one thing new for the user, compared with the 28
--   days before the window and with earlier sign-ins in it. `news` names the new
--   things. A network is a /16 of IPv4 or a /32 of IPv6. The Region follows the sign-in
--   page.
with sign_ins as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        identity_type, identity_id, user_agent, principal_arn,
        json_extract_scalar(additional_data, '$.MFAUsed') as mfa_used,
        coalesce(
            case
                when strpos(client_ip, ':') > 0
                    then regexp_extract(client_ip, '^[^:]*:[^:]*')
                else regexp_extract(client_ip, '^[0-9]+[.][0-9]+')
            end,
            source_ip
        ) as network,
        regexp_replace(user_agent, '[0-9][0-9._]*', '#') as browser
    from events
    where
        service = 'signin'
        and action in ('ConsoleLogin', 'UserAuthentication')
        and outcome = 'success'
),

compared as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        identity_type, identity_id, user_agent, principal_arn, mfa_used,
        event_id is not distinct from first_value(event_id) over (
            partition by identity_id, actor order by time asc, event_id asc
        ) as new_user,
        event_id is not distinct from first_value(event_id) over (
            partition by identity_id, actor, network order by time asc, event_id asc
        ) as new_network,
        event_id is not distinct from first_value(event_id) over (
            partition by identity_id, actor, region order by time asc, event_id asc
        ) as new_region,
        event_id is not distinct from first_value(event_id) over (
            partition by identity_id, actor, browser order by time asc, event_id asc
        ) as new_browser
    from sign_ins
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    concat_ws(
        ', ',
        if(new_user, 'user'),
        if(new_network, 'network'),
        if(new_region, 'region'),
        if(new_browser, 'browser')
    ) as news,
    mfa_used, identity_type, identity_id, principal_arn, user_agent
from compared
where
    (new_user or new_network or new_region or new_browser)
    and (:window_start is null or time >= :window_start)
order by time, event_id
