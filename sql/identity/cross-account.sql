-- title: "Who crossed from one account into another?"
-- answers: [Q039]
-- attack: [T1199, T1550.001]
-- severity: low
-- keywords: [trust, third party, vendor, external account, lateral, organization]
-- needs: [management:read, management:write]
-- global: [sts]
-- parameters:
--   accounts:
--     type: list of text
--     optional: true
--     means: account
--     help: "only crossings between two of these accounts; all crossings when left out"
--   unknown_to:
--     type: list of text
--     optional: true
--     means: account
--     help: "one's own accounts: only crossings to or from any other"
-- chart: ranking
-- next: [identity/role-assumptions, identity/assumption-bursts, privilege/role-trust]
-- false_positives: |
--   Vendors with an external id, pipelines, the organization's own administration
--   roles, services' accounts of AWS. A vendor that was there before the incident is a
--   weak lead.
-- cannot_show: |
--   A refused AssumeRole is in the caller's account only. Who an outsider is: of
--   another account's identity the owner sees an id. Trust that no one used: read the
--   policies.
-- notes: |
--   `how` is role (a role of the other account was assumed or refused) or resource (a
--   call on another account's resource). `from_account` is the caller's, `to_account`
--   the role's or the resource owner's. A call that two accounts recorded counts once.
with crossings as (
    select
        time, service, action, outcome, identity_id, access_key, source_ip,
        caller_account as from_account,
        action_id,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as name,
        case
            when service = 'sts' and action = 'AssumeRole' then 'role' else 'resource'
        end as how,
        if(
            service = 'sts' and action = 'AssumeRole',
            coalesce(
                json_extract_scalar(request, '$.roleArn'),
                regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
            ),
            service
        ) as target,
        coalesce(
            if(
                service = 'sts' and action = 'AssumeRole',
                split_part(
                    coalesce(
                        json_extract_scalar(request, '$.roleArn'),
                        regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
                    ),
                    ':', 5
                )
            ),
            account
        ) as to_account
    from events
    where
        regexp_like(caller_account, '^[0-9]{12}$')
        and (caller_account <> account or (service = 'sts' and action = 'AssumeRole'))
)

select
    from_account, to_account, how, target, identity_id,
    max(name) as identity,
    count(distinct action_id) as events,
    count(distinct action_id) filter (where outcome = 'success') as succeeded,
    count(distinct action_id) filter (where outcome = 'denied') as denied,
    count(distinct action_id) filter (where outcome = 'failed') as failed,
    count(distinct action) as actions,
    min(action) as example_action,
    count(distinct access_key) as access_keys,
    min(source_ip) as example_address,
    min(time) as first_seen,
    max(time) as last_seen
from crossings
where
    from_account <> to_account
    and (
        :accounts is null
        or (contains(:accounts, from_account) and contains(:accounts, to_account))
    )
    and (
        :unknown_to is null
        or not (
            contains(:unknown_to, from_account) and contains(:unknown_to, to_account)
        )
    )
group by from_account, to_account, how, target, identity_id
order by
    from_account asc, to_account asc, how desc, events desc, target asc, identity_id asc
