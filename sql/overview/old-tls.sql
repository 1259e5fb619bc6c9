-- title: "Which requests came with an old version of TLS?"
-- answers: [Q020]
-- needs: [management:read, management:write]
-- keywords: [tls, ssl, cipher, protocol, deprecated]
-- parameters:
--   allowed:
--     type: list of text
--     default: [TLSv1.2, TLSv1.3]
--     help: "the versions that are fine"
-- chart: ranking
-- next: [overview/user-agents, identity/active, overview/top]
-- notes: |
--   One row for version, service, identity, agent and address. AWS refuses TLS 1.0 and
--   1.1 at most endpoints since 2024: they show in older logs. Events without a version
--   (calls by services, records of before 2022) are not here: nothing is known of them.
select
    tls_version,
    service,
    max(regexp_replace(actor, '^(role/[^/]+)/.*$', '$1')) as identity,
    identity_id,
    user_agent,
    source_ip,
    count(*) as events,
    count_if(outcome = 'success') as succeeded,
    count(distinct action) as actions,
    min(time) as first_seen,
    max(time) as last_seen
from events
where tls_version is not null and not contains(:allowed, tls_version)
group by tls_version, service, identity_id, user_agent, source_ip
order by
    tls_version asc, events desc, service asc, identity_id asc, user_agent asc,
    source_ip asc
