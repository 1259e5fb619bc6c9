-- title: "Which public addresses called, and which of them are on a list?"
-- answers: [Q033, Q034, Q035]
-- attack: [T1078.004, T1090.003]
-- severity: note
-- keywords: [ip, threat intelligence, indicator, ioc, vpn, tor, hosting, asn, proxy]
-- needs: [management:read, management:write]
-- parameters:
--   within:
--     type: list of cidr
--     optional: true
--     means: address
--     help: "only addresses in these networks: a threat list, a provider's ranges"
--   outside:
--     type: list of cidr
--     optional: true
--     means: address
--     help: "no address in these networks: one's own offices and gateways"
-- chart: ranking
-- next: [identity/address, identity/credential-use, identity/travel]
-- false_positives: |
--   Machines in AWS without a VPC endpoint, people at home, CI providers, vendors. A
--   VPN or hosting network is no proof: many people use one.
-- cannot_show: |
--   Country, network owner and reputation: CloudTrail has the address alone. Give the
--   list of cidrs as `within`, or add columns with offline enrichment.
--   Calls that came through a service or a VPC endpoint show no public address.
-- notes: |
--   Private addresses, service names and AWS Internal are left out, and what a service
--   did for someone. Failed sign-ins count: see `sign_in_failures`.
--   An address and `outside` are compared as numbers, in any spelling of IPv6.
with calls as (
    select
        time, source_ip, identity_id, access_key, account, service, action, outcome,
        read_only, user_agent,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as name
    from events
    where
        ip_kind = 'public'
        and via is null
        and (
            cardinality(:within) is null
            or any_match(
                :within, n -> try(contains(n, try_cast(client_ip as ipaddress)))
            )
        )
        and (
            cardinality(:outside) is null
            or not coalesce(
                any_match(
                    :outside, n -> try(contains(n, try_cast(client_ip as ipaddress)))
                ),
                false
            )
        )
)

select
    source_ip as address,
    count(*) as events,
    count(*) filter (where outcome = 'success') as succeeded,
    count(*) filter (where outcome = 'denied') as denied,
    count(*) filter (where outcome = 'failed') as failed,
    count(*) filter (where read_only is distinct from true) as writes,
    count(*) filter (where action = 'ConsoleLogin' and outcome = 'failed')
        as sign_in_failures,
    count(distinct identity_id) as identities,
    count(distinct access_key) as access_keys,
    count(distinct account) as accounts,
    count(distinct service) as services,
    count(distinct user_agent) as user_agents,
    min(name) as example_identity,
    max(name) as another_identity,
    min(time) as first_seen,
    max(time) as last_seen
from calls
group by source_ip
order by events desc, address asc
