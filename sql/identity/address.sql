-- title: "What came from this address?"
-- answers: [Q027]
-- attack: [T1078.004]
-- severity: note
-- keywords: [ip, source, network, host]
-- needs: [management:read, management:write]
-- formerly: [network/source-address]
-- parameters:
--   address:
--     type: list of text
--     means: address
--     help: "an address, a network, or what stands in its place, such as AWS Internal"
-- chart: timeline
-- next: [identity/access-key, identity/external-addresses, signin/console]
-- false_positives: |
--   Many people can share an address: an office, a VPN, carrier NAT, a cloud function.
-- cannot_show: |
--   Calls that a service made for someone carry the service's name, not the address.
--   The same person's calls from other addresses are not here.
-- notes: |
--   An address is compared as AWS wrote it; a network holds it in any spelling.
--   One person can use many addresses: go on with the access keys that are shown.
select
    time, action, actor, source_ip, account, region, outcome, event_id,
    service, identity_id, access_key, session_id, ip_kind, vpc_endpoint, user_agent,
    via, read_only, error_code, error_message
from events
where
    contains(:address, source_ip)
    or any_match(
        :address,
        n -> strpos(n, '/') > 0
        and try(contains(n, try_cast(client_ip as ipaddress)))
    )
order by time, event_id
