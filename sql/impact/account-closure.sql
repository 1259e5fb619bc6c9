-- title: "Was an account closed, taken out of the organization, or taken over?"
-- answers: [Q227]
-- attack: [T1531, T1098]
-- needs: [management:write]
-- global: [organizations, account]
-- severity: high
-- keywords: [close account, takeover, root email, contact, organization]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "an account, or what stands for it"
-- chart: timeline
-- next: [identity/root-activity, impact/destruction, identity/activity]
-- notes: |
--   CloseAccount suspends an account for 90 days, in which AWS can bring it back; after
--   that it is gone with all in it. CloseAccountResult is AWS's own event about how it
--   ended. A changed address of the root user (StartPrimaryEmailUpdate,
--   AcceptPrimaryEmailUpdate) takes the account over.
-- false_positives: |
--   Accounts at the end of their life, and finance that changes a contact.
-- cannot_show: |
--   A closure by the root user in the console leaves its trace in the account itself,
--   whose trail ends with it: look in the organization trail.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        service_details,
        coalesce(
            json_extract_scalar(request, '$.accountId'),
            json_extract_scalar(request, '$.accountName'),
            json_extract_scalar(request, '$.alternateContactType'),
            json_extract_scalar(request, '$.regionName'),
            json_extract_scalar(service_details, '$.accountId'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1),
            case
                when service = 'account' or action = 'LeaveOrganization' then account
            end
        ) as target,
        coalesce(
            json_extract_scalar(service_details, '$.state'),
            json_extract_scalar(service_details, '$.closeAccountStatus.state')
        ) as status,
        coalesce(
            json_extract_scalar(request, '$.primaryEmail'),
            json_extract_scalar(request, '$.alternateContact.emailAddress'),
            json_extract_scalar(request, '$.emailAddress'),
            json_extract_scalar(request, '$.contactInformation.fullName')
        ) as new_contact
    from events
    where
        (
            service = 'organizations'
            and action in (
                'AccountDepartedOrganization', 'CloseAccount', 'CloseAccountResult',
                'DeleteOrganization', 'LeaveOrganization',
                'RemoveAccountFromOrganization'
            )
        )
        or (
            service = 'account'
            and action in (
                'AcceptPrimaryEmailUpdate', 'CloseAccount', 'DeleteAlternateContact',
                'DisableRegion', 'PutAccountName', 'PutAlternateContact',
                'PutContactInformation', 'StartPrimaryEmailUpdate'
            )
        )
        or (
            service in ('billingconsole', 'portalbilling', 'billing')
            and action in (
                'CloseAccount', 'PutContactInformation', 'UpdateBillingPreferences'
            )
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, status, new_contact, service, principal_arn, access_key, user_agent, via,
    error_code, error_message
from calls
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
