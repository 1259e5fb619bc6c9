-- title: "Who asked who it is (GetCallerIdentity), from where and with which tool?"
-- answers: [Q071]
-- attack: [T1087.004]
-- severity: low
-- keywords: [whoami, trufflehog, gitleaks, stolen key, leaked key, validation]
-- needs: [management:read]
-- global: [sts]
-- parameters:
--   principal:
--     type: list of text
--     optional: true
--     means: principal
--     help: "whose credentials: a name, an ARN, a unique id, an access key"
--   first_only:
--     type: boolean
--     default: false
--     help: "true for the first call of a key from an address with an agent alone"
-- chart: timeline
-- next: [identity/access-key, identity/address, discovery/bursts]
-- notes: |
--   This call needs no permission, so it is how a found key is tried. `target` is the
--   user or role that the caller learned it is. `scanner` names a tool that looks for
--   leaked keys, by its agent; TruffleHog, for one, checks each key that it finds this
--   way. `first_here` is true for the first such call of the key from this address with
--   this agent within the window; `addresses` counts all addresses from which the key
--   asked.
-- false_positives: |
--   Terraform, the AWS CLI's log-in helpers and many SDK tools ask at each start: then
--   it comes from the known address of a pipeline or an office, again and again.
-- cannot_show: |
--   Keys that were switched off or deleted: their calls are not recorded. Agents are
--   written by the caller, and may say anything.
with asked as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn as target,
        case
            when strpos(lower(user_agent), 'trufflehog') > 0
                then 'TruffleHog'
            when
                regexp_like(
                    lower(user_agent), 'gitleaks|kingfisher|noseyparker|ggshield'
                )
                then 'leak scanner'
            when
                regexp_like(
                    lower(user_agent), 'pacu|scoutsuite|prowler|cloudfox|enumerate-iam'
                )
                then 'audit or attack tool'
        end as scanner,
        event_id is not distinct from first_value(event_id) over (
            partition by access_key, identity_id, source_ip, user_agent
            order by time, event_id
        ) as first_here,
        dense_rank() over (
            partition by access_key, identity_id order by source_ip
        ) as address_number,
        called_by(:principal) as by_them,
        identity_id, principal_arn, access_key, user_agent, via,
        error_code, error_message
    from events
    where service = 'sts' and action = 'GetCallerIdentity'
),

counted as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        target, scanner, first_here,
        max(address_number) over (partition by access_key, identity_id) as addresses,
        identity_id, principal_arn, access_key, user_agent, via, by_them,
        error_code, error_message
    from asked
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, scanner, first_here, addresses,
    principal_arn, access_key, user_agent, via, error_code, error_message
from counted
where
    (
        :principal is null
        or by_them
    )
    and (first_here or not :first_only)
order by time, event_id
