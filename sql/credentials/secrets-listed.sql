-- title: "Who looked for secrets and parameters without reading their values?"
-- answers: [Q085]
-- attack: [T1555.006, T1526]
-- severity: low
-- keywords: [secrets manager, parameter store, enumeration]
-- needs: [management:read]
-- parameters:
--   principal:
--     type: list of text
--     optional: true
--     help: "a part of the actor, the identity's id or its ARN"
--     means: principal
-- chart: ranking
-- next: [credentials/secrets-read, credentials/secrets-sweep, discovery/calls]
-- false_positives: |
--   The console lists secrets whenever its page is opened; Terraform, scanners and
--   Config describe them all day.
-- cannot_show: |
--   Which names a list returned.
-- notes: |
--   One row for each identity and call; `names` counts the different secrets that were
--   described. A look-up in many Regions (`regions`) by one that reads them next is
--   a sweep.
with calls as (
    select
        time, outcome, service, action, region, account, identity_id, source_ip,
        user_agent,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as identity,
        coalesce(
            json_extract_scalar(request, '$.secretId'),
            json_format(json_extract(request, '$.filters')),
            json_format(json_extract(request, '$.parameterFilters'))
        ) as name
    from events
    where
        service in ('secretsmanager', 'ssm')
        and action in (
            'DescribeParameters', 'DescribeSecret', 'ListSecretVersionIds',
            'ListSecrets'
        )
        and (
            :principal is null
            or called_by(:principal)
            or any_match(:principal, part -> strpos(actor, part) > 0)
        )
)

select
    identity,
    identity_id,
    service,
    action,
    count_if(outcome = 'success') as succeeded,
    count_if(outcome = 'denied') as denied,
    count_if(outcome = 'failed') as failed,
    count(distinct name) as names,
    max(name) as a_name,
    count(distinct region) as regions,
    count(distinct account) as accounts,
    max(source_ip) as an_address,
    max(user_agent) as an_agent,
    min(time) as first_seen,
    max(time) as last_seen
from calls
group by identity, identity_id, service, action
order by first_seen, identity, identity_id, service, action
