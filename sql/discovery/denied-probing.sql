-- title: "Who tried many different calls that were denied?"
-- answers: [Q073]
-- attack: [T1580, T1069.003]
-- severity: medium
-- keywords: [discovery, brute force, permission probing, enumerate-iam, pacu, denied]
-- needs: [management:read, management:write]
-- global: [iam]
-- parameters:
--   minutes: {type: integer, default: 60, help: "the length of a window"}
--   actions: {type: integer, default: 10, help: "at least so many different calls"}
-- chart: ranking
-- next: [discovery/bursts, identity/activity, overview/errors]
-- notes: |
--   One row stands for an identity, address and window of `minutes` in which at least
--   `actions` different calls were denied; the windows follow each other, so a burst
--   may be two rows. `dry_runs` counts calls of EC2 that asked whether they would be
--   allowed (they were). `tried` names the calls. What the identity got through with in
--   the same time is in identity/activity.
-- false_positives: |
--   Someone with few rights who clicks through the console; a posture scanner whose
--   role lacks new services; code after a change of policies: the same calls come again
--   each day.
-- cannot_show: |
--   Denials that AWS does not record: a role in another account that refused, an
--   explicit denial of KMS in the other account, calls below the service's front door.
--   Targets, where a message does not name them.
with refused as (
    select
        time, service, action, outcome, error_code, region, account, source_ip,
        identity_id,
        date_diff('second', timestamp '2020-01-01 00:00:00', time)
        / greatest(:minutes * 60, 1) as part,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as name,
        case
            when strpos(actor, 'sso/') = 1 or regexp_like(session_name, '^i-[0-9a-f]+$')
                then actor
        end as person,
        access_key, user_agent
    from events
    where
        (outcome = 'denied' or strpos(error_code, 'DryRunOperation') > 0)
        and identity_type is distinct from 'AWSService'
)

select
    coalesce(person, max(name)) as identity,
    identity_id,
    source_ip,
    count(distinct service || ':' || action) as actions,
    count_if(outcome = 'denied') as denied,
    count_if(outcome <> 'denied') as dry_runs,
    count(distinct service) as services,
    count(distinct region) as regions,
    count(distinct account) as accounts,
    count(distinct access_key) as access_keys,
    array_join(array_sort(array_agg(distinct service || ':' || action)), ', ') as tried,
    max(user_agent) as user_agent,
    min(time) as first_seen,
    max(time) as last_seen
from refused
group by identity_id, person, source_ip, part
having count(distinct service || ':' || action) >= :actions
order by actions desc, first_seen asc, identity_id asc, identity asc, source_ip asc
