-- title: "What changed in the organization: accounts, policies, administrators?"
-- answers: [Q127]
-- attack: [T1666, T1136.003]
-- severity: high
-- keywords: [leave organization, scp, guard rail, invite, close account, delegated]
-- needs: [management:write]
-- global: [organizations]
-- parameters:
--   target:
--     type: list of text
--     means: resource
--     optional: true
--     help: "an account, policy, unit or service; everything when left out"
-- chart: timeline
-- next:
--   [persistence/account-settings, persistence/identity-center, impairment/cloudtrail]
-- notes: |
--   Accounts invited, made, moved, removed and closed; policies of the organization
--   (they limit what a member's administrators may do) made, attached and detached;
--   delegated administrators, and services trusted in all accounts. `target` is what it
--   was done to, `policy` the policy, and `policy_content` what a new one holds.
--   AccountJoinedOrganization and AccountDepartedOrganization are AWS's own records of
--   what came of it, in the management account.
-- false_positives: |
--   Account factories such as Control Tower (see `via`), reorganizations.
-- cannot_show: |
--   What the policies were before. LeaveOrganization stands in the log of the account
--   that leaves; from then on its logs go to no organization trail.
with changes as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.targetId'),
            json_extract_scalar(request, '$.target.id'),
            json_extract_scalar(request, '$.accountId'),
            json_extract_scalar(service_details, '$.accountId'),
            json_extract_scalar(service_details, '$.createAccountStatus.accountId'),
            coalesce(
                json_extract_scalar(response, '$.createAccountStatus.accountId'),
                json_extract_scalar(response, '$.createAccountStatus.id'),
                json_extract_scalar(request, '$.handshakeId'),
                json_extract_scalar(request, '$.servicePrincipal'),
                json_extract_scalar(request, '$.organizationalUnitId'),
                json_extract_scalar(request, '$.name')
            ),
            coalesce(
                json_extract_scalar(request, '$.policyId'),
                json_extract_scalar(request, '$.policyType'),
                json_extract_scalar(request, '$.responsibilityTransferId'),
                case when action = 'LeaveOrganization' then account end,
                regexp_extract(
                    error_message, 'on resource: "?(?:[^ ":/]*[:/])*([^ ":/]+)', 1
                )
            )
        ) as target,
        coalesce(
            json_extract_scalar(request, '$.policyId'),
            json_extract_scalar(response, '$.policy.policySummary.id'),
            json_extract_scalar(request, '$.policyType'),
            json_extract_scalar(request, '$.type')
        ) as policy,
        json_extract_scalar(request, '$.content') as policy_content,
        json_extract_scalar(request, '$.servicePrincipal') as trusted_service,
        coalesce(
            json_extract_scalar(request, '$.sourceParentId'),
            json_extract_scalar(request, '$.parentId')
        ) as from_parent,
        json_extract_scalar(request, '$.destinationParentId') as to_parent
    from events
    where
        (
            service = 'organizations'
            and not regexp_like(action, '^(Get|List|Describe)')
        )
        or (service in ('account', 'billingconsole') and action = 'CloseAccount')
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, policy, policy_content, trusted_service, from_parent, to_parent,
    principal_arn, access_key, user_agent, via, error_code, error_message
from changes
where
    :target is null
    or any_match(:target, one -> one in (target, policy, trusted_service))
    or (target is null and any_match(:target, part -> strpos(error_message, part) > 0))
order by time, event_id
