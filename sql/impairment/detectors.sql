-- title: "Was a detector stopped, narrowed or made to hide findings?"
-- answers: [Q138, Q139, Q140, Q141, Q142, Q143, Q144]
-- attack: [T1685]
-- severity: high
-- keywords:
--   [guardduty, config, security hub, macie, access analyzer, inspector, detective,
--   evasion, suppress]
-- needs: [management:write]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     help: "what was changed, by its name, its id or a part of it"
--     means: resource
--   detector:
--     type: list of text
--     optional: true
--     means: service
--     help: "services, such as guardduty, config or securityhub"
-- chart: timeline
-- next: [impairment/watchers-viewed, impairment/cloudtrail, identity/access-key]
-- false_positives: |
--   Moving the delegated administrator detaches members. Analysts archive findings and
--   write suppression rules every day. Code that tears an account down deletes its
--   detectors.
-- cannot_show: |
--   Each Region has a detector of its own: look at `region`. What the administrator
--   account does to a member is recorded in the administrator's account. Whether a
--   service was on before is not recorded.
-- notes: |
--   GuardDuty, Config, Security Hub, Macie, Access Analyzer, Inspector and Detective.
--   `effect`: off (stopped or deleted), accounts (members or administrators detached),
--   hides findings (filters, trusted address lists, archived findings), changed.
--   `asked_state` is what the call asked for: UpdateDetector with false suspends
--   GuardDuty, a filter with ARCHIVE hides what `criteria` match. A trusted list is
--   read from the address in `criteria`.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            coalesce(
                json_extract_scalar(request, '$.detectorId'),
                json_extract_scalar(request, '$.configurationRecorderName'),
                json_extract_scalar(request, '$.configurationRecorder.name'),
                json_extract_scalar(request, '$.configRuleName'),
                json_extract_scalar(request, '$.deliveryChannelName'),
                json_extract_scalar(request, '$.analyzerName'),
                json_extract_scalar(request, '$.standardsControlArn')
            ),
            json_extract_scalar(request, '$.standardsSubscriptionArns[0]'),
            json_extract_scalar(request, '$.securityControlId'),
            json_extract_scalar(request, '$.name'),
            json_extract_scalar(request, '$.resourceArn'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        case
            when outcome <> 'success' then 'none'
            when
                regexp_like(action, 'Member|Master|Admin|Invitation|Organization')
                then 'accounts'
            when
                regexp_like(action, '^Delete.*(Filter|Set|ArchiveRule|AutomationRule)$')
                then 'changed'
            when regexp_like(action, 'Filter|IPSet|Archive|Finding|Automation')
                then 'hides findings'
            when regexp_like(action, '^(BatchD|Delete|Disable|Stop)') then 'off'
            else 'changed'
        end as effect,
        service,
        coalesce(
            json_extract_scalar(request, '$.enable'),
            json_extract_scalar(request, '$.activate'),
            json_extract_scalar(request, '$.status'),
            json_extract_scalar(request, '$.controlStatus'),
            json_extract_scalar(request, '$.workflow.status'),
            json_extract_scalar(request, '$.action')
        ) as asked_state,
        coalesce(
            json_format(json_extract(request, '$.findingCriteria')),
            json_format(json_extract(request, '$.filterCriteria')),
            json_format(json_extract(request, '$.filter')),
            json_format(json_extract(request, '$.criteria')),
            json_extract_scalar(request, '$.location')
        ) as criteria,
        array_join(
            try_cast(
                coalesce(
                    json_extract(request, '$.accountIds'),
                    json_extract(request, '$.resourceTypes')
                ) as array(varchar)
            ),
            ', '
        ) as accounts,
        json_format(
            coalesce(
                json_extract(request, '$.features'),
                json_extract(request, '$.dataSources'),
                json_extract(request, '$.configurationRecorder.recordingGroup')
            )
        ) as features
    from events
    where
        service in (
            'access-analyzer', 'config', 'detective', 'guardduty', 'inspector2',
            'macie2', 'securityhub'
        )
        and (
            regexp_like(
                action,
                '^(Apply|Archive|BatchDis|BatchUpdate|Decline|Delete|Disable'
                || '|Disassociate|Stop|Update)'
            )
            or action in (
                'CreateArchiveRule', 'CreateAutomationRule', 'CreateFilter',
                'CreateFindingsFilter', 'CreateIPSet', 'CreateThreatIntelSet',
                'CreateTrustedEntitySet', 'PutConfigurationRecorder',
                'PutDeliveryChannel', 'PutRetentionConfiguration'
            )
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, effect, service, asked_state, criteria, accounts, features,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    (:detector is null or contains(:detector, service))
    and (
        :target is null
        or any_match(:target, part -> strpos(target, part) > 0)
        or any_match(:target, part -> strpos(accounts, part) > 0)
        or (
            target is null
            and any_match(:target, part -> strpos(error_message, part) > 0)
        )
    )
order by time, event_id
