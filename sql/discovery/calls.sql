-- title: "Who looked at what: which areas, services, calls and targets?"
-- answers:
--   [Q074, Q076, Q077, Q079, Q080, Q081, Q082, Q084, Q085, Q086, Q087, Q088, Q089]
-- attack: [T1580, T1526, T1087.004, T1619, T1069.003, T1201, T1654, T1538]
-- severity: note
-- keywords: [discovery, enumeration, reconnaissance, list, describe, inventory, quota]
-- needs: [management:read, data:s3]
-- global: [iam]
-- parameters:
--   area:
--     type: list of text
--     optional: true
--     help: >-
--       iam, organizations, s3, ec2, rds, ses, bedrock, ssm, secrets, security,
--       billing, inventory, quotas, support or other; or one service, such as eks
--   principal:
--     type: list of text
--     optional: true
--     means: principal
--     help: "who looked: a name, an ARN, a unique id or the text of actor"
-- chart: ranking
-- next: [discovery/bursts, discovery/denied-probing, identity/activity]
-- notes: |
--   One row for each call, target and identity, in the order of the first. `target` is
--   the first name, id or ARN of the request: null means that all were asked for.
--   `area` security holds the look-ups of detectors, trails, log settings and alarms;
--   quotas what asks how much may be had; ses mail and messages; bedrock all models;
--   rds all databases; ec2 networks, load balancers and domains too; inventory the
--   calls that list everything at once. `denied` counts apart. A call that two accounts
--   recorded counts once. Services for themselves are left out.
-- false_positives: |
--   Consoles ask dozens of these for every page; posture scanners, inventories and
--   Terraform ask them all, every day. Compare with the days before, or with other
--   users of the same role.
-- cannot_show: |
--   What the answers held: AWS does not record them. Look-ups of a kind that the trail
--   leaves out; objects listed, where data events of S3 are off. A denied call often
--   has no request: its target is then what the message names, if it names any.
with calls as (
    select
        time, service, family, action, outcome, account, region, source_ip, event_id,
        shared_event_id, identity_id, actor, called_by(:principal) as by_them,
        coalesce(
            regexp_extract(
                -- A filter counts by its value: its name says nothing.
                regexp_replace(
                    request, '"(name|key|Name)" *: *"[^"]*" *, *"(value|Value)', '"$2'
                ),
                '"[A-Za-z]*([Nn]ame|Id|Arn|ARN|[Ii]dentifier|Code|String|[Vv]alue)s?"'
                || ' *: *\[? *"([^"]+)"',
                2
            ),
            nullif(
                regexp_extract(
                    error_message,
                    'on resource: "?(?:(?:user|role|group|policy) )?([^ "]+)',
                    1
                ),
                '*'
            )
        ) as target
    from events
    where
        regexp_like(
            action,
            '^(Batch)?(Get|List|Describe|Search|Lookup|Simulate|Head|Select|View|Check)'
        )
        and action not in ('GetFederationToken', 'GetSessionToken', 'GetSigninToken')
        and (
            category = 'Management'
            or regexp_like(action, '^(List|Head)|^GetIntrospection|^GetLogRecord')
        )
        and identity_type is distinct from 'AWSService'
),

placed as (
    select
        time, service, action, outcome, account, region, source_ip, event_id,
        shared_event_id, identity_id, actor, by_them, target,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as name,
        case
            when
                regexp_like(
                    service,
                    '^(access-analyzer|auditmanager|cloudtrail|config|detective|fms'
                    || '|guardduty|inspector2?|logs|macie2?|monitoring'
                    || '|network-firewall|securityhub|securitylake|shield)$'
                )
                or family = 'waf'
                or regexp_like(action, 'FlowLogs|Logging|QueryLog')
                then 'security'
            when regexp_like(service, '^(ses|sns|sqs|mobiletargeting|sms-voice)$')
                then 'ses'
            when service = 'servicequotas' or regexp_like(action, 'Quota|AccountAttrib')
                then 'quotas'
            when regexp_like(family, '^(iam|rolesanywhere|sts|cognito|sso)$')
                then 'iam'
            when regexp_like(service, '^(account|controltower|organizations|ram)$')
                then 'organizations'
            when family in ('s3', 'glacier')
                then 's3'
            when
                regexp_like(service, '^(acm|acm-pca|kms|secretsmanager)$')
                or (service = 'ssm' and strpos(action, 'Parameter') > 0)
                then 'secrets'
            when family = 'ssm'
                then 'ssm'
            when family in ('bedrock', 'sagemaker')
                then 'bedrock'
            when
                regexp_like(
                    service, '^(athena|docdb|dynamodb|elasticache|neptune|rds|redshift)'
                )
                then 'rds'
            when regexp_like(service, '^(billing.*|budgets|ce|cur|invoicing|payments)$')
                then 'billing'
            when
                regexp_like(
                    service, '^(cloudformation|resource-|servicecatalog|tagging)'
                )
                then 'inventory'
            when regexp_like(service, '^(health|support|trustedadvisor)|marketplace')
                then 'support'
            when
                regexp_like(
                    family, '^(autoscaling|ec2|elasticloadbalancing|lightsail|route53)$'
                )
                then 'ec2'
            else 'other'
        end as area
    from calls
)

select
    area, service, action, target,
    max(name) as identity,
    identity_id,
    count(*) filter (where shared_event_id is null)
    + count(distinct shared_event_id) as calls,
    count(distinct event_id) filter (where outcome = 'denied') as denied,
    count(distinct event_id) filter (where outcome = 'failed') as failed,
    count(distinct account) as accounts,
    count(distinct region) as regions,
    count(distinct source_ip) as addresses,
    min(event_id) as example_event_id,
    min(time) as first_seen,
    max(time) as last_seen
from placed
where
    (:area is null or any_match(:area, one -> one in (area, service)))
    and (
        :principal is null
        or by_them
    )
group by area, service, action, target, identity_id
order by first_seen, service, action, target, identity_id
