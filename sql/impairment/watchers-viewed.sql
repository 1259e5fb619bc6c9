-- title: "Who looked at how they are watched?"
-- answers: [Q086]
-- attack: [T1654, T1518.001]
-- severity: low
-- keywords: [log enumeration, security tools, lookupevents, reconnaissance, guardduty]
-- needs: [management:read]
-- parameters:
--   principal:
--     type: list of text
--     optional: true
--     help: "a part of the actor, the identity's id or its ARN"
--     means: principal
-- chart: ranking
-- next: [discovery/calls, impairment/detectors, impairment/cloudtrail]
-- false_positives: |
--   Posture scanners, dashboards, Terraform's plans and the console read these all day,
--   every day from the same identity.
-- cannot_show: |
--   What they were shown. Findings that are sent on to another account are read there.
-- notes: |
--   One row for each identity, service and call. An identity that asks for detectors,
--   findings, trails, alarms, log groups, flow logs and rules within minutes and never
--   did so before is getting to know the defence. Log entries that are read
--   (GetLogEvents, FilterLogEvents, StartQuery, GetLogRecord) may hold secrets.
select
    regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as identity,
    identity_id,
    service,
    action,
    count_if(outcome = 'success') as succeeded,
    count_if(outcome = 'denied') as denied,
    count_if(outcome = 'failed') as failed,
    count(distinct account) as accounts,
    count(distinct region) as regions,
    min(time) as first_seen,
    max(time) as last_seen,
    max(source_ip) as an_address,
    max(user_agent) as an_agent
from events
where
    (
        (
            service in (
                'access-analyzer', 'cloudtrail', 'config', 'events', 'guardduty',
                'inspector2', 'logs', 'macie2', 'securityhub'
            )
            and regexp_like(
                action, '^(Describe|Filter|Get|List|Lookup|Start(Live|Query))'
            )
        )
        or (
            service in ('ec2', 'monitoring')
            and action in (
                'DescribeAlarmHistory', 'DescribeAlarms', 'DescribeAlarmsForMetric',
                'DescribeFlowLogs', 'GetFlowLogsIntegrationTemplate'
            )
        )
    )
    and (
        :principal is null
        or called_by(:principal)
        or any_match(:principal, part -> strpos(actor, part) > 0)
    )
group by
    regexp_replace(actor, '^(role/[^/]+)/.*$', '$1'), identity_id, service, action
order by first_seen, identity, identity_id, service, action
