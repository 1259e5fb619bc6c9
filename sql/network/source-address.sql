-- title: "What came from this address?"
-- answers: [Q027]
-- attack: [T1078.004]
-- needs: [management:read, management:write]
-- parameters:
--   address:
--     type: text
--     help: "an address, or what stands in its place: AWS Internal, a service's name"
-- chart: timeline
-- next: [identity/access-key, overview/user-agents, console/sign-ins]
-- notes: |
--   It is compared as AWS wrote it; an IPv6 address must be written the same way.
--   Many people can share an address (an office, a VPN, carrier NAT), and one person
--   can use many. Calls that a service made for somebody carry the service's name.
select
    time, action, actor, source_ip, account, region, outcome, event_id,
    service, identity_id, access_key, session_id, ip_kind, vpc_endpoint, user_agent,
    via, read_only, error_code, error_message
from events
where source_ip = :address
order by time, event_id
