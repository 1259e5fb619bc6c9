-- title: "Who made many different read calls in a short time?"
-- answers: [Q072]
-- attack: [T1580, T1526]
-- severity: low
-- keywords: [discovery, enumeration, reconnaissance, scan, burst, pacu, scoutsuite]
-- needs: [management:read]
-- global: [iam]
-- parameters:
--   minutes: {type: integer, default: 60, help: "the length of a window"}
--   actions: {type: integer, default: 15, help: "at least so many different calls"}
--   services: {type: integer, default: 4, help: "over at least so many services"}
-- chart: ranking
-- next: [discovery/calls, discovery/denied-probing, identity/activity]
-- notes: |
--   One row stands for a peak: a window of `minutes` in which an identity made more
--   different calls than in the windows before and after it, which overlap by half.
--   `denied` high beside `actions` is someone who tries what a key may do. The
--   sessions of a role are one identity, except those of instances (i-…) and of people
--   in Identity Center.
-- false_positives: |
--   The console's first page after a sign-in, posture scanners, inventories, Terraform
--   plans: they come again, at the same hours, from the same addresses.
-- cannot_show: |
--   A slow enumeration over days: count discovery/calls by identity. What services look
--   up for themselves is left out.
with read_calls as (
    select
        time, service, action, outcome, region, identity_id,
        date_diff('second', timestamp '2020-01-01 00:00:00', time)
        / greatest(:minutes * 30, 1) as half,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as name,
        -- Who shares a role is not one, where the session says who it is.
        case
            when strpos(actor, 'sso/') = 1 or regexp_like(session_name, '^i-[0-9a-f]+$')
                then actor
        end as person
    from events
    where
        category = 'Management'
        and regexp_like(action, '^(Batch)?(Get|List|Describe|Search|Lookup|Simulate)')
        and identity_type is distinct from 'AWSService'
),

halves as (
    select
        identity_id, person, half, service, action, region,
        max(name) as name,
        count(*) as calls,
        count_if(outcome = 'denied') as denied,
        min(time) as first_seen,
        max(time) as last_seen
    from read_calls
    group by identity_id, person, half, service, action, region
),

windows as (
    select
        identity_id, person,
        half - part as starts,
        max(name) as name,
        cast(sum(calls) as bigint) as calls,
        count(distinct service || ':' || action) as actions,
        count(distinct service) as services,
        count(distinct region) as regions,
        cast(sum(denied) as bigint) as denied,
        array_join(array_sort(array_agg(distinct service)), ', ') as service_names,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen
    from halves
    cross join (values (0), (1)) as parts (part)
    group by identity_id, person, half - part
    having
        count(distinct service || ':' || action) >= :actions
        and count(distinct service) >= :services
),

neighbours as (
    select
        identity_id, person, name, calls, actions, services, regions, denied,
        service_names, first_seen, last_seen,
        case
            when
                lag(starts) over (
                    partition by identity_id, person order by starts
                ) = starts - 1
                then
                    lag(actions) over (
                        partition by identity_id, person order by starts
                    )
        end as before,
        case
            when
                lead(starts) over (
                    partition by identity_id, person order by starts
                ) = starts + 1
                then
                    lead(actions) over (
                        partition by identity_id, person order by starts
                    )
        end as after
    from windows
)

select
    coalesce(person, name) as identity,
    identity_id, actions, calls, services, regions, denied, service_names,
    first_seen, last_seen
from neighbours
where
    coalesce(actions > before, true)
    and coalesce(actions >= after, true)
order by actions desc, first_seen asc, identity_id asc, identity asc
