-- title: "Who tried many roles in a short time?"
-- answers: [Q041]
-- attack: [T1110, T1580, T1550.001]
-- severity: medium
-- keywords: [brute force, role enumeration, assume role, denied, spraying]
-- needs: [management:read]
-- global: [sts]
-- parameters:
--   minutes:
--     type: integer
--     default: 60
--     help: "the length of each stretch of time that is looked at"
--   denied_roles:
--     type: integer
--     default: 3
--     help: "how many different roles, refused in one stretch, are suspicious"
--   roles:
--     type: integer
--     default: 10
--     help: "how many different roles in one stretch are suspicious, refused or not"
-- chart: ranking
-- next: [identity/role-assumptions, identity/cross-account, discovery/denied-probing]
-- false_positives: |
--   Posture scanners and inventories that enter each account; a deployment to all
--   accounts; a wrong profile in a loop.
-- cannot_show: |
--   Roles tried in other accounts by outsiders: a refused AssumeRole is recorded in the
--   caller's account only.
-- notes: |
--   Roles are counted, not calls: of a refused call the role stands in the message.
--   `accounts` is the number of accounts that the roles belong to. What services assume
--   for themselves is left out.
with assumptions as (
    select
        time, identity_id, outcome, source_ip, access_key, user_agent, action_id,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as name,
        coalesce(
            json_extract_scalar(request, '$.roleArn'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as role,
        date_diff('minute', timestamp '2000-01-01 00:00:00', time) / :minutes as stretch
    from events
    where
        service = 'sts'
        and action in (
            'AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity',
            'AssumeRoot'
        )
        and identity_type is distinct from 'AWSService'
        and via is null
)

select
    max(name) as identity, identity_id,
    count(distinct role) as roles,
    count(distinct role) filter (where outcome = 'denied') as denied_roles,
    count(distinct split_part(role, ':', 5)) as accounts,
    count(distinct action_id) as events,
    count(distinct action_id) filter (where outcome = 'success') as succeeded,
    count(distinct action_id) filter (where outcome = 'denied') as denied,
    count(distinct source_ip) as addresses,
    min(source_ip) as example_address,
    min(access_key) as example_key,
    min(user_agent) as example_agent,
    min(role) filter (where outcome = 'denied') as example_denied_role,
    min(time) as first_seen,
    max(time) as last_seen
from assumptions
group by identity_id, stretch
having
    count(distinct role) >= :roles
    or count(distinct role) filter (where outcome = 'denied') >= :denied_roles
order by denied_roles desc, roles desc, first_seen asc, identity_id asc
