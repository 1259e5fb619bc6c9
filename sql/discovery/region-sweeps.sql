-- title: "Which calls did one identity repeat over many Regions?"
-- answers: [Q078]
-- attack: [T1580, T1535]
-- severity: medium
-- keywords: [discovery, regions, quota, sweep, crypto mining, resource hijacking]
-- needs: [management:read]
-- parameters:
--   minutes: {type: integer, default: 60, help: "the length of a window"}
--   regions: {type: integer, default: 5, help: "at least so many Regions"}
--   service:
--     type: list of text
--     means: service
--     optional: true
--     help: "one service, such as servicequotas; every one when left out"
-- chart: ranking
-- next: [discovery/calls, impact/compute, identity/activity]
-- notes: |
--   One row for an identity, call and window of `minutes`, in which it asked in at
--   least `regions` Regions. Service quotas (servicequotas, or the account attributes
--   of EC2 and the send quota of SES) asked in many Regions come before resources are
--   taken there: filter by `quota`. Windows follow each other, so one sweep may be two
--   rows.
-- false_positives: |
--   Posture scanners and inventories sweep all Regions every day; the console's global
--   views do it when they are opened.
-- cannot_show: |
--   Regions that the trail does not cover, and those that are switched off: a call
--   there is not recorded. Calls of global services stand in one Region.
with read_calls as (
    select
        time, service, action, outcome, region, source_ip, identity_id,
        date_diff('second', timestamp '2020-01-01 00:00:00', time)
        / greatest(:minutes * 60, 1) as part,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as name,
        case
            when strpos(actor, 'sso/') = 1 or regexp_like(session_name, '^i-[0-9a-f]+$')
                then actor
        end as person
    from events
    where
        category = 'Management'
        and regexp_like(action, '^(Get|List|Describe|Search|Lookup)')
        and identity_type is distinct from 'AWSService'
        and (:service is null or contains(:service, service))
)

select
    coalesce(person, max(name)) as identity,
    identity_id,
    service,
    action,
    service = 'servicequotas' or regexp_like(action, 'Quota|AccountAttrib') as quota,
    count(distinct region) as regions,
    count(*) as calls,
    count_if(outcome = 'denied') as denied,
    count(distinct source_ip) as addresses,
    array_join(array_sort(array_agg(distinct region)), ', ') as region_names,
    min(time) as first_seen,
    max(time) as last_seen
from read_calls
group by identity_id, person, service, action, part
having count(distinct region) >= :regions
order by
    regions desc, first_seen asc, service asc, action asc, identity_id asc, identity asc
