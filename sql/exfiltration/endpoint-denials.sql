-- title: "Which calls through our VPC endpoints were denied?"
-- answers: [Q184]
-- attack: [T1530, T1567]
-- needs: [network]
-- severity: medium
-- keywords: [VPC endpoint, network activity, data perimeter, exfil, VpceAccessDenied]
-- parameters:
--   endpoint:
--     type: list of text
--     means: resource
--     optional: true
--     help: "one endpoint by its id, such as vpce-…"
-- chart: ranking
-- next: [s3/outside-reads, overview/errors, identity/activity]
-- notes: |
--   Network activity events come from the owner of the endpoint. They show also calls
--   with credentials of other accounts (`caller_account`), which leave no trace
--   elsewhere in your logs: an intruder who copies your data out with keys of his own
--   account is seen here, if the endpoint policy denies it.
-- false_positives: |
--   Instances that reach for AWS-owned buckets, such as package mirrors, which a strict
--   endpoint policy denies.
-- cannot_show: |
--   Calls that did not go through an endpoint, and services for which network activity
--   events are off: they are off by default.
select
    vpc_endpoint,
    service,
    action,
    actor,
    identity_id,
    caller_account,
    source_ip,
    error_code,
    max(error_message) as error_message,
    account,
    count(distinct event_id) as calls,
    min(time) as first_seen,
    max(time) as last_seen
from network
where
    outcome = 'denied'
    and (:endpoint is null or contains(:endpoint, vpc_endpoint))
group by
    vpc_endpoint, service, action, actor, identity_id, caller_account, source_ip,
    error_code, account
order by
    calls desc, vpc_endpoint asc, service asc, action asc, actor asc, identity_id asc,
    caller_account asc, source_ip asc, error_code asc, account asc
