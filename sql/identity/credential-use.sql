-- title: "Where and with which agents was a credential used, and what is new?"
-- answers: [Q028, Q029, Q030]
-- attack: [T1078.004]
-- severity: medium
-- keywords: [ip, user agent, baseline, new address, stolen key, geography, asn]
-- needs: [management:read, management:write]
-- parameters:
--   access_key:
--     type: list of text
--     optional: true
--     means: access_key
--     help: "one access key; every credential when left out"
--   identity:
--     type: list of text
--     optional: true
--     means: principal
--     help: "the text of `actor`, a name, ARN or unique id; every identity if left out"
-- lookback: 28d
-- chart: ranking
-- next: [identity/key-turning, identity/credential-misuse, identity/address]
-- false_positives: |
--   A new office, mobile network, VPN or version of a tool; NAT pools; CI runners.
-- cannot_show: |
--   Country, city and network owner of an address: add them with offline enrichment.
--   What came before the baseline.
-- notes: |
--   A credential is a long-term key by its id, and a role, or a user's temporary keys,
--   by identity. `news` compares with the baseline, up to 28 days before the window:
--   new address, new agent, or both; `no baseline` if the credential was not seen
--   there.
--   `agent` is the user agent up to the first slash. Without a window there is no
--   baseline. What services did for the identity is left out.
with uses as (
    select
        identity_id, source_ip, ip_kind, outcome, time,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as identity,
        if(strpos(access_key, 'ASIA') = 1, 'temporary', access_key) as credential,
        regexp_extract(user_agent, '^[^ /]+') as agent,
        :window_start is not null and time < :window_start as before
    from events
    where
        access_key is not null
        and via is null
        and client_ip is not null
        and (:access_key is null or contains(:access_key, access_key))
        and (
            :identity is null
            or called_by(:identity)
        )
),

grouped as (
    select
        identity, identity_id, credential, source_ip, agent,
        max(ip_kind) as ip_kind,
        count(*) filter (where before) as events_before,
        count(*) filter (where not before) as events,
        count(*) filter (where not before and outcome = 'success') as succeeded,
        count(*) filter (where not before and outcome = 'denied') as denied,
        count(*) filter (where not before and outcome = 'failed') as failed,
        min(time) filter (where not before) as first_seen,
        max(time) filter (where not before) as last_seen
    from uses
    group by identity, identity_id, credential, source_ip, agent
),

compared as (
    select
        identity, identity_id, credential, source_ip, ip_kind, agent, events_before,
        events, succeeded, denied, failed, first_seen, last_seen,
        sum(events_before) over (
            partition by identity, identity_id, credential
        ) as known,
        sum(events_before) over (
            partition by identity, identity_id, credential, source_ip
        ) as address_known,
        sum(events_before) over (
            partition by identity, identity_id, credential, agent
        ) as agent_known
    from grouped
)

select
    identity, identity_id, credential, source_ip, ip_kind, agent,
    case
        when known = 0 then 'no baseline'
        when address_known = 0 and agent_known = 0 then 'new address and agent'
        when address_known = 0 then 'new address'
        when agent_known = 0 then 'new agent'
        else 'known'
    end as news,
    events, succeeded, denied, failed, events_before, first_seen, last_seen
from compared
where events > 0
order by
    identity asc, identity_id asc, credential asc, events desc, source_ip asc, agent asc
