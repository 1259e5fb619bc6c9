-- title: "Were domains moved, bought or unlocked, or DNS records changed?"
-- answers: [Q204]
-- attack: [T1584.001, T1583.001, T1496]
-- needs: [management:write]
-- global: [route53, route53domains]
-- severity: medium
-- keywords: [DNS, Route 53, domain transfer, hijack, subdomain takeover, phishing]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "a domain or a hosted zone, or a part of it"
-- chart: timeline
-- next: [network/front-doors, impact/mail-and-sms, identity/activity]
-- notes: |
--   A domain is taken away in steps: DisableDomainTransferLock, RetrieveDomainAuthCode,
--   then TransferDomain elsewhere, or TransferDomainToAnotherAwsAccount, whose
--   `transferred_to` is the other account. `records` says what was changed in a zone,
--   `record_values` to what. RegisterDomain costs money and is done for phishing.
-- false_positives: |
--   Certificate validation, load balancers and clusters that keep their own DNS records
--   (external-dns, cert-manager).
-- cannot_show: |
--   A transfer that the other registrar begins once it has the code. What the record
--   was before.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        response,
        coalesce(
            json_extract_scalar(request, '$.domainName'),
            json_extract_scalar(request, '$.hostedZoneId'),
            json_extract_scalar(request, '$.name'),
            json_extract_scalar(request, '$.domain'),
            json_extract_scalar(response, '$.hostedZone.name'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        nullif(
            array_join(
                transform(
                    coalesce(
                        try_cast(
                            json_extract(request, '$.changeBatch.changes')
                            as array(json)
                        ),
                        array[json_extract(request, '$.changeBatch.changes')]
                    ),
                    one -> json_extract_scalar(one, '$.action')
                    || ' '
                    || json_extract_scalar(one, '$.resourceRecordSet.type')
                    || ' '
                    || json_extract_scalar(one, '$.resourceRecordSet.name')
                ),
                ', '
            ),
            ''
        ) as records,
        nullif(
            array_join(
                transform(
                    coalesce(
                        try_cast(
                            json_extract(request, '$.changeBatch.changes')
                            as array(json)
                        ),
                        array[json_extract(request, '$.changeBatch.changes')]
                    ),
                    one -> coalesce(
                        json_extract_scalar(
                            one, '$.resourceRecordSet.aliasTarget.dNSName'
                        ),
                        json_format(
                            json_extract(one, '$.resourceRecordSet.resourceRecords')
                        )
                    )
                ),
                ', '
            ),
            ''
        ) as record_values,
        coalesce(
            json_extract_scalar(request, '$.accountId'),
            json_extract_scalar(request, '$.adminContact.email')
        ) as transferred_to,
        nullif(
            array_join(
                transform(
                    try_cast(json_extract(request, '$.nameservers') as array(json)),
                    one -> json_extract_scalar(one, '$.name')
                ),
                ', '
            ),
            ''
        ) as name_servers,
        json_extract_scalar(response, '$.operationId') as operation
    from events
    where
        (
            service = 'route53'
            and action in (
                'AssociateVPCWithHostedZone', 'ChangeResourceRecordSets',
                'CreateHostedZone', 'CreateVPCAssociationAuthorization',
                'DeleteHostedZone', 'DisableHostedZoneDNSSEC'
            )
        )
        or (
            service = 'route53domains'
            and action in (
                'AcceptDomainTransferFromAnotherAwsAccount', 'DeleteDomain',
                'DisableDomainAutoRenew', 'DisableDomainTransferLock',
                'DisassociateDelegationSignerFromDomain', 'EnableDomainTransferLock',
                'RegisterDomain', 'RenewDomain', 'RetrieveDomainAuthCode',
                'TransferDomain', 'TransferDomainToAnotherAwsAccount',
                'UpdateDomainContact', 'UpdateDomainContactPrivacy',
                'UpdateDomainNameservers'
            )
        )
        or (
            service in ('cloudfront', 'amplify')
            and action in (
                'AssociateAlias', 'CreateDomainAssociation', 'UpdateDomainAssociation'
            )
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, records, record_values, transferred_to, name_servers, operation, service,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
