-- title: "Which errors occurred most, and who met them?"
-- answers: [Q008, Q073]
-- attack: [T1580]
-- needs: [management:read, management:write]
-- keywords: [denied, failed, access denied, throttling, unauthorized]
-- chart: ranking
-- formerly: [activity/errors]
-- next: [identity/active, identity/access-key, overview/user-agents]
-- notes: |
--   One row for each code and identity; `code_events` counts the code over all of them.
--   Many different actions denied to one identity is someone trying doors. Throttling
--   and "no such configuration" are everyday work of consoles and scanners.
--   A failed sign-in has no code. Client.DryRunOperation means that the permission was
--   there.
--   A call that two accounts recorded counts once.
with named as (
    select
        time, outcome, error_code, action, action_id, identity_id, user_name, source_ip,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as name,
        -- As in identity/active: who shares a role of Identity Center is not one.
        case
            when identity_type in ('AssumedRole', 'Root') and strpos(actor, 'role/') = 0
                then actor
        end as person
    from events
    where outcome <> 'success'
)

select
    error_code,
    outcome,
    coalesce(max(name) filter (where user_name is not null), max(name)) as identity,
    identity_id,
    count(distinct action_id) as events,
    cast(
        sum(count(distinct action_id)) over (partition by error_code, outcome) as bigint
    ) as code_events,
    count(distinct action) as actions,
    count(distinct source_ip) as addresses,
    min(time) as first_seen,
    max(time) as last_seen
from named
group by error_code, outcome, identity_id, person
order by
    code_events desc, error_code asc, outcome asc, events desc, identity_id asc,
    identity asc
