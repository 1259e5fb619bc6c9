-- title: "Which credentials of machines, functions or users were used elsewhere?"
-- answers: [Q031, Q050, Q054]
-- attack: [T1552.005, T1078.004, T1550.001]
-- severity: high
-- keywords: [imds, metadata, ssrf, instance credentials, stolen token, lambda]
-- needs: [management:read, management:write]
-- parameters:
--   networks:
--     type: integer
--     default: 2
--     help: "how many networks (/16, or /32 of IPv6) make one key suspicious"
-- lookback: 7d
-- chart: ranking
-- next: [identity/access-key, identity/credential-use, identity/handed-over]
-- false_positives: |
--   A changed NAT gateway or elastic address, an instance that was stopped and started,
--   egress by VPN or proxy, dual stack. People who roam between office and mobile
--   network with one key. Build machines that set no execution environment.
-- cannot_show: |
--   Who read the metadata service or the environment of a function: AWS records
--   nothing. Use on the machine itself, and use through a service. Whether an address
--   belongs to AWS: add it with offline enrichment. Without earlier calls (7 days
--   before the window are read) a thief's address may be taken for the home.
-- notes: |
--   One row for each address of a credential that does not fit. `finding` says why:
--   instance: the session of an instance (i-…) from another address than its own.
--   function, task: a key of Lambda or ECS with a user agent that is not its runtime's.
--   service role: a role under /service-role/ or /aws-service-role/ in a console or
--   CLI.
--   several networks: one access key from that many public networks, all of them
--   listed.
--   `home` is where the SSM agent of the instance called from, else its first address
--   of that kind; for others the first address of the key. Public, private, IPv4 and
--   IPv6 addresses have homes of their own.
with uses as (
    select
        time, identity_id, session_name, actor, access_key, client_ip, ip_kind, account,
        outcome, user_agent, principal_arn, session_start,
        ip_kind || if(strpos(client_ip, ':') > 0, '6', '4') as network_kind,
        case
            when strpos(client_ip, ':') > 0
                then regexp_extract(client_ip, '^[^:]*:[^:]*')
            else regexp_extract(client_ip, '^[0-9]+[.][0-9]+')
        end as network,
        regexp_extract(user_agent, '^[^ /]+') as agent,
        strpos(lower(user_agent), 'ssm-agent') > 0 as by_ssm,
        regexp_like(user_agent, 'exec-env/AWS_(Lambda|ECS)') as in_runtime,
        from_console
        or regexp_like(user_agent, '^(aws-cli|Mozilla|AWSPowerShell)/') as by_hand
    from events
    where via is null and client_ip is not null and access_key is not null
),

grouped as (
    select
        identity_id, session_name, access_key, client_ip, network, network_kind, agent,
        max(actor) as actor,
        max(account) as account,
        max(principal_arn) as principal_arn,
        max(user_agent) as user_agent,
        max(if(by_ssm, 1, 0)) as by_ssm,
        max(if(in_runtime, 1, 0)) as in_runtime,
        max(if(by_hand and not in_runtime, 1, 0)) as by_hand,
        regexp_like(session_name, '^i-[0-9a-f]{8,17}$') as is_instance,
        count(*) filter (where :window_start is null or time >= :window_start)
            as events,
        count(*) filter (
            where outcome = 'denied'
            and (:window_start is null or time >= :window_start)
        ) as denied,
        min(time) as first_call,
        min(time) filter (where :window_start is null or time >= :window_start)
            as first_seen,
        max(time) as last_seen
    from uses
    group by
        identity_id, session_name, access_key, client_ip, network, network_kind, agent
),

placed as (
    select
        identity_id, session_name, access_key, client_ip, network_kind, agent, actor,
        account, principal_arn, user_agent, in_runtime, by_hand, is_instance, events,
        denied, first_seen, last_seen,
        first_value(client_ip) over (
            partition by
                identity_id, session_name, network_kind,
                if(is_instance, null, access_key)
            order by
                by_ssm desc, first_call asc, client_ip asc, agent asc, access_key asc
            rows between unbounded preceding and unbounded following
        ) as home,
        max(in_runtime) over (partition by access_key, identity_id) as of_runtime,
        dense_rank() over (
            partition by access_key, identity_id, network_kind order by network asc
        ) + dense_rank() over (
            partition by access_key, identity_id, network_kind order by network desc
        ) - 1 as networks
    from grouped
),

found as (
    select
        case
            when is_instance and client_ip <> home
                then 'instance credentials elsewhere'
            when of_runtime = 1 and in_runtime = 0 and not coalesce(is_instance, false)
                then 'function or task credentials elsewhere'
            when
                by_hand = 1
                and regexp_like(principal_arn, ':role/(aws-)?service-role/')
                then 'service role used by hand'
            when
                networks >= :networks
                and strpos(network_kind, 'public') = 1
                and not coalesce(is_instance, false)
                then 'one key from several networks'
        end as finding,
        actor, identity_id, access_key, account, client_ip, home, networks, agent,
        user_agent, events, denied, first_seen, last_seen
    from placed
)

select
    finding, actor, identity_id, access_key, account, client_ip as address, home,
    networks, agent, user_agent, events, denied, first_seen, last_seen
from found
where finding is not null and events > 0
order by
    finding asc, actor asc, identity_id asc, access_key asc, first_seen asc,
    address asc, agent asc, account asc
