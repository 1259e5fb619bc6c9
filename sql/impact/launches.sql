-- title: "How many instances were launched, of which types, where and by whom?"
-- answers: [Q206]
-- attack: [T1496.001, T1578.002]
-- needs: [management:write]
-- severity: medium
-- keywords: [crypto mining, cryptomining, miner, GPU, EC2, RunInstances]
-- parameters:
--   at_least:
--     type: integer
--     default: 1
--     help: "fewest instances of a row; refused calls are always shown"
-- chart: ranking
-- next: [impact/compute, impact/interruptions, network/public-addresses]
-- notes: |
--   One row for each type, Region, account and identity. `instances_started` is counted
--   in the answers; `instances_not_given` is what refused and failed calls asked for,
--   as far as they tell. `not told` is a type that stands in a launch template only.
-- false_positives: |
--   Auto scaling and build machines: compare with other days.
-- cannot_show: |
--   Instances that are still running: subtract those of impact/interruptions. A refused
--   call of EC2 says neither type nor number.
with calls as (
    select
        time, outcome, identity_id, account, region, action_id,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as identity,
        coalesce(
            json_extract_scalar(request, '$.instanceType'),
            json_extract_scalar(response, '$.instancesSet.items[0].instanceType'),
            'not told'
        ) as instance_type,
        cardinality(
            try_cast(json_extract(response, '$.instancesSet.items') as array(json))
        ) as started,
        try_cast(
            json_extract_scalar(request, '$.instancesSet.items[0].maxCount') as bigint
        ) as wanted
    from events
    where service = 'ec2' and action = 'RunInstances'
),

told as (
    select
        time, outcome, identity_id, account, region, identity, instance_type, started,
        wanted,
        -- What is told again adds nothing.
        row_number() over (
            partition by
                action_id, instance_type, region, account, identity, identity_id,
                outcome, started, wanted
            order by time
        ) > 1 as again
    from calls
)

select
    instance_type,
    region,
    account,
    identity,
    identity_id,
    count_if(outcome = 'success') as calls,
    sum(started) as instances_started,
    sum(case when outcome <> 'success' then wanted end) as instances_not_given,
    count_if(outcome = 'denied') as denied,
    count_if(outcome = 'failed') as failed,
    min(time) as first_seen,
    max(time) as last_seen
from told
where not again
group by instance_type, region, account, identity, identity_id
having
    coalesce(sum(started), 0) >= :at_least
    or count_if(outcome <> 'success') > 0
order by
    instances_started desc, instance_type asc, region asc, account asc, identity asc,
    identity_id asc
