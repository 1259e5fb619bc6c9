-- title: "What changed about the account itself: Regions, contacts, e-mail, quotas?"
-- answers: [Q128, Q129]
-- attack: [T1535, T1098, T1578.005]
-- severity: high
-- keywords: [opt-in, root email, contact, alias, quota, support case, agreement]
-- needs: [management:write]
-- global: [iam, signin]
-- parameters:
--   target:
--     type: list of text
--     means: resource
--     optional: true
--     help: "a Region, account, service or quota; everything when left out"
-- chart: timeline
-- next: [identity/root-activity, persistence/organization, impact/compute]
-- notes: |
--   `setting` says which kind: a Region switched on or off, the root user's e-mail or
--   password, a contact, the account's alias or name, a service quota asked for, a
--   support case, an agreement of the marketplace. `value` is what was asked for. A
--   changed e-mail or contact takes the account away from its owner: it is the worst of
--   these. AWS asks the root user's old address first, for a changed e-mail.
-- false_positives: |
--   Finance and administrators keep contacts; capacity planning asks for quotas, always
--   for the same services and Regions.
-- cannot_show: |
--   The new address or number: AWS hides them. Changes of an Identity Center user's
--   e-mail are in persistence/identity-center.
with changes as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, principal_arn, access_key, user_agent, via, error_code, error_message,
        case
            when strpos(action, 'Region') > 0 then 'Region'
            when strpos(action, 'Email') > 0 then 'e-mail'
            when strpos(action, 'Password') > 0 then 'root password'
            when strpos(action, 'Contact') > 0 then 'contact'
            when strpos(action, 'Quota') > 0 then 'quota'
            when service in ('support', 'support-console') then 'support case'
            when strpos(action, 'Agreement') > 0 then 'agreement'
            when strpos(action, 'Alias') > 0 or strpos(action, 'AccountName') > 0
                then 'name'
            else 'other'
        end as setting,
        coalesce(
            json_extract_scalar(request, '$.RegionName'),
            json_extract_scalar(request, '$.regionName'),
            json_extract_scalar(request, '$.accountAlias'),
            json_extract_scalar(request, '$.serviceCode')
            || coalesce('/' || json_extract_scalar(request, '$.quotaCode'), ''),
            json_extract_scalar(request, '$.agreementId'),
            coalesce(
                json_extract_scalar(request, '$.agreementRequestId'),
                json_extract_scalar(request, '$.agreementProposalId'),
                json_extract_scalar(request, '$.caseId'),
                json_extract_scalar(request, '$.AccountId'),
                json_extract_scalar(request, '$.accountId'),
                case
                    when service <> 'account'
                        then regexp_extract(
                            error_message, 'on resource: "?(?:[^ "/]*:)*([^ ":]+)', 1
                        )
                end,
                account
            )
        ) as target,
        coalesce(
            json_extract_scalar(request, '$.desiredValue'),
            json_extract_scalar(request, '$.AlternateContactType'),
            json_extract_scalar(request, '$.alternateContactType'),
            json_extract_scalar(request, '$.subject'),
            json_extract_scalar(request, '$.severityCode')
        ) as value
    from events
    where
        (service = 'account' and not regexp_like(action, '^(Get|List|Describe)'))
        or (service = 'iam' and regexp_like(action, '^(Create|Delete)AccountAlias$'))
        or (
            service = 'signin'
            and regexp_like(action, '^(Email|Password|Phone).*(Updated|Completed)$')
        )
        or (service = 'servicequotas' and regexp_like(action, '^(Request|Put)'))
        or (
            service in ('support', 'support-console')
            and action in ('CreateCase', 'ResolveCase', 'AddCommunicationToCase')
        )
        or (
            strpos(service, 'agreement-marketplace') = 1
            and not regexp_like(action, '^(Get|List|Describe|Search)')
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, setting, value, service,
    principal_arn, access_key, user_agent, via, error_code, error_message
from changes
where
    :target is null
    or any_match(:target, part -> strpos(target, part) > 0)
    or (
        outcome = 'denied'
        and any_match(:target, part -> strpos(error_message, part) > 0)
    )
order by time, event_id
