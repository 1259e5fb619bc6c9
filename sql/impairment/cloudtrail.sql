-- title: "Was CloudTrail stopped or altered?"
-- answers: [Q132, Q133, Q134, Q137]
-- attack: [T1685.002]
-- severity: critical
-- keywords: [trail, audit log, event data store, lake, selectors, blind, evasion]
-- needs: [management:write]
-- parameters:
--   trail:
--     type: list of text
--     optional: true
--     help: "a trail or event data store, by name, ARN or a part of them"
--     means: resource
-- chart: timeline
-- next: [impairment/log-store, impairment/detectors, identity/access-key]
-- formerly: [cloudtrail/logging-changes]
-- false_positives: |
--   Code that rebuilds a trail deletes and makes it. A new selector often only adds
--   data events, or leaves out KMS to save money.
-- cannot_show: |
--   A trail of another account, such as the organization's: its changes are recorded in
--   the account that owns it, in its home Region only. A trail is also silenced from
--   outside, by its bucket or its key: ask impairment/log-store. Nothing here tells
--   whether another trail covers the same account and Region.
-- notes: |
--   `effect` is what the call did when it succeeded. CreateTrail through the API
--   records nothing until StartLogging; the console calls both.
--   PutEventSelectors replaces all selectors of a trail, basic and advanced. From then
--   on it records what any of the new ones covers: `management_events`, and of
--   these `read_write` (All, ReadOnly or WriteOnly) without `excluded_sources`; the
--   rest is in `other_selectors`, such as data events.
--   `bucket`, `multi_region`, `validation` and `organization` are the trail's after the
--   call, as the answer has them, or what was asked for. A second trail to a bucket of
--   another account is a way to read along.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        request, response, principal_arn, access_key, session_id, via, user_agent,
        error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.trailName'),
            json_extract_scalar(request, '$.name'),
            json_extract_scalar(request, '$.trailARN'),
            json_extract_scalar(request, '$.eventDataStore'),
            json_extract_scalar(request, '$.channel'),
            json_extract_scalar(request, '$.resourceArn'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        transform(
            try_cast(
                coalesce(
                    json_extract(request, '$.eventSelectors'),
                    json_extract(request, '$.advancedEventSelectors')
                ) as array(json)
            ),
            one -> replace(json_format(one), '"', '')
        ) as selectors
    from events
    where
        service = 'cloudtrail'
        and action in (
            'CreateChannel', 'CreateEventDataStore', 'CreateTrail', 'DeleteChannel',
            'DeleteEventDataStore', 'DeleteResourcePolicy', 'DeleteTrail',
            'DeregisterOrganizationDelegatedAdmin', 'DisableFederation',
            'EnableFederation', 'PutEventConfiguration', 'PutEventSelectors',
            'PutInsightSelectors', 'PutResourcePolicy',
            'RegisterOrganizationDelegatedAdmin', 'RestoreEventDataStore',
            'StartEventDataStoreIngestion', 'StartLogging',
            'StopEventDataStoreIngestion', 'StopLogging', 'UpdateChannel',
            'UpdateEventDataStore', 'UpdateTrail'
        )
),

-- A basic selector takes in management events unless it says otherwise.
selected as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        request, response, principal_arn, access_key, session_id, via, user_agent,
        error_code, error_message, target, selectors,
        filter(
            selectors,
            one -> strpos(one, '[Management]') > 0
            or (
                strpos(one, 'fieldSelectors') = 0
                and strpos(one, 'includeManagementEvents:false') = 0
            )
        ) as management
    from calls
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target,
    regexp_extract(target, '[^/]+$') as trail,
    case
        when outcome <> 'success'
            then 'none'
        when regexp_like(action, '^Stop|^Delete(Channel|EventDataStore|Trail)$')
            then 'stops'
        when action = 'CreateTrail'
            then 'made, not started'
        when regexp_like(action, '^(Create|Restore|Start)')
            then 'starts'
        else 'alters'
    end as effect,
    cardinality(management) > 0 as management_events,
    array_join(
        array_distinct(
            transform(
                if(cardinality(management) > 0, management, selectors),
                one -> case
                    when
                        regexp_like(
                            one, 'Type:ReadOnly|field:readOnly[^}]*true'
                        )
                        then 'ReadOnly'
                    when
                        regexp_like(
                            one, 'Type:WriteOnly|field:readOnly[^}]*false'
                        )
                        then 'WriteOnly'
                    else 'All'
                end
            )
        ),
        ', '
    ) as read_write,
    regexp_extract(
        array_join(management, ' '),
        '(?:excludeManagementEventSources|eventSource,notEquals):\[([^\]]+)',
        1
    ) as excluded_sources,
    array_join(
        filter(selectors, one -> regexp_like(one, 'dataResources:.[{]|field:res')),
        '; '
    ) as other_selectors,
    coalesce(
        json_extract_scalar(response, '$.s3BucketName'),
        json_extract_scalar(request, '$.s3BucketName')
    ) as bucket,
    coalesce(
        json_extract_scalar(response, '$.isMultiRegionTrail'),
        json_extract_scalar(request, '$.isMultiRegionTrail'),
        json_extract_scalar(request, '$.multiRegionEnabled')
    ) = 'true' as multi_region,
    coalesce(
        json_extract_scalar(response, '$.logFileValidationEnabled'),
        json_extract_scalar(request, '$.enableLogFileValidation')
    ) = 'true' as validation,
    coalesce(
        json_extract_scalar(response, '$.isOrganizationTrail'),
        json_extract_scalar(request, '$.isOrganizationTrail'),
        json_extract_scalar(request, '$.organizationEnabled')
    ) = 'true' as organization,
    request, principal_arn, access_key, session_id, via, user_agent,
    error_code, error_message
from selected
where
    :trail is null
    or any_match(
        :trail, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
