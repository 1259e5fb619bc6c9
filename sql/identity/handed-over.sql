-- title: "Were temporary credentials used from another network than got them?"
-- answers: [Q031, Q044]
-- attack: [T1550.001, T1078.004]
-- severity: medium
-- keywords: [token theft, session hijacking, oidc, github actions, web identity]
-- needs: [management:read, management:write]
-- parameters:
--   action:
--     type: list of text
--     means: action
--     optional: true
--     help: "how they were got, such as AssumeRoleWithSAML; every way if left out"
-- chart: ranking
-- next: [identity/access-key, signin/temporary-credentials, identity/credential-misuse]
-- false_positives: |
--   Brokers that assume a role for someone else and pass the keys on; NAT pools with
--   many addresses; CI runners; dual stack.
-- cannot_show: |
--   Keys that no record issues: of consoles, the access portal, `aws login`, services.
--   A key that was got before the window began. Where a network is: see enrichment.
-- notes: |
--   One row for each address that used a key and lies in another network (/16, or /32
--   of IPv6) than the address that asked for it. The issuing call names the key, so the
--   two belong together for certain. What services fetched for themselves is left out.
with calls as (
    select
        time, client_ip, outcome, actor, account, user_agent, action,
        if(service = 'sts', issued_key) as issued_key,
        access_key
    from events
    where
        via is null
        and client_ip is not null
        and (access_key is not null or service = 'sts')
),

grouped as (
    select
        coalesce(issued_key, access_key) as access_key,
        issued_key is not null as issuing,
        client_ip,
        case
            when strpos(client_ip, ':') > 0
                then regexp_extract(client_ip, '^[^:]*:[^:]*')
            else regexp_extract(client_ip, '^[0-9]+[.][0-9]+')
        end as network,
        max(if(issued_key is null, actor)) as actor,
        max(if(issued_key is not null, actor)) as issued_to,
        max(if(issued_key is not null, action)) as issued_by,
        max(account) as account,
        max(user_agent) as user_agent,
        count(*) as events,
        count(*) filter (where outcome = 'denied') as denied,
        min(time) as first_seen,
        max(time) as last_seen
    from calls
    where coalesce(issued_key, access_key) is not null
    group by coalesce(issued_key, access_key), issued_key is not null, client_ip
),

joined as (
    select
        access_key, issuing, client_ip, network, actor, account, user_agent, events,
        denied, first_seen, last_seen,
        min(issued_to) over (partition by access_key) as a_receiver,
        max(issued_to) over (partition by access_key) as another_receiver,
        max(issued_by) over (partition by access_key) as issued_by,
        min(if(issuing, client_ip)) over (partition by access_key) as an_address,
        max(if(issuing, client_ip)) over (partition by access_key) as another_address,
        -- A second record of its issue, from elsewhere, must not make it look at home.
        min(if(issuing, network)) over (partition by access_key) as a_network,
        max(if(issuing, network)) over (partition by access_key) as another_network,
        min(if(issuing, first_seen)) over (partition by access_key) as issued_at
    from grouped
)

select
    actor, access_key, client_ip as address, issued_by,
    concat_ws(', ', a_receiver, nullif(another_receiver, a_receiver)) as issued_to,
    concat_ws(', ', an_address, nullif(another_address, an_address)) as issued_from,
    issued_at, account, user_agent, events, denied, first_seen, last_seen
from joined
where
    not issuing
    and (network <> a_network or network <> another_network)
    and (:action is null or contains(:action, issued_by))
order by first_seen asc, access_key asc, address asc
