-- title: "Who called from many networks in a short time?"
-- answers: [Q032]
-- attack: [T1078.004]
-- severity: medium
-- keywords: [impossible travel, geography, country, ip, shared credentials]
-- needs: [management:read, management:write]
-- parameters:
--   minutes:
--     type: integer
--     default: 60
--     help: "the length of each stretch of time that is looked at"
--   networks:
--     type: integer
--     default: 2
--     help: "how many networks (/16, or /32 of IPv6) in one stretch are suspicious"
-- chart: ranking
-- next: [identity/credential-use, identity/external-addresses, identity/key-turning]
-- false_positives: |
--   IPv4 and IPv6 side by side, a VPN that is switched on, a phone, NAT pools, keys
--   that CI runners share. Sessions that are named after an
--   instance are left out.
-- cannot_show: |
--   Countries, cities and distances: CloudTrail has addresses alone. Add them with
--   offline enrichment; this lists the pairs that are worth it.
--   A pair of calls on both sides of a stretch's edge: ask with other `minutes` too.
-- notes: |
--   One row for an identity (a person of Identity Center, a user, a role) and a stretch
--   of time. IPv4 and IPv6 are counted apart, so that dual stack alone is not two.
--   A role with many users is many people: look at `sessions`, and at each by name.
with uses as (
    select
        identity_id, client_ip, session_name, access_key, time,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as identity,
        strpos(client_ip, ':') > 0 as v6,
        case
            when strpos(client_ip, ':') > 0
                then regexp_extract(client_ip, '^[^:]*:[^:]*')
            else regexp_extract(client_ip, '^[0-9]+[.][0-9]+')
        end as network,
        date_diff('minute', timestamp '2000-01-01 00:00:00', time) / :minutes as stretch
    from events
    where
        ip_kind = 'public'
        and via is null
        and outcome <> 'failed'
        and not coalesce(regexp_like(session_name, '^i-[0-9a-f]{8,17}$'), false)
),

grouped as (
    select
        identity, identity_id, stretch, network, v6, client_ip,
        count(*) as events,
        max(session_name) as session_name,
        max(access_key) as access_key,
        min(time) as first_seen,
        max(time) as last_seen
    from uses
    group by identity, identity_id, stretch, network, v6, client_ip
)

select
    identity, identity_id,
    greatest(
        count(distinct network) filter (where not v6),
        count(distinct network) filter (where v6)
    ) as networks,
    count(distinct client_ip) as addresses,
    array_join(array_sort(array_agg(distinct client_ip)), ', ') as address_list,
    count(distinct session_name) as sessions,
    count(distinct access_key) as access_keys,
    sum(events) as events,
    min(first_seen) as first_seen,
    max(last_seen) as last_seen
from grouped
group by identity, identity_id, stretch
having
    greatest(
        count(distinct network) filter (where not v6),
        count(distinct network) filter (where v6)
    ) >= :networks
order by networks desc, first_seen asc, identity_id asc, identity asc
