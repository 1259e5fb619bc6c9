-- title: "Was CloudTrail stopped or altered?"
-- answers: [Q132, Q133, Q134, Q137]
-- attack: [T1685.002]
-- needs: [management:write]
-- chart: timeline
-- next: [overview/volume, identity/access-key, resource/history]
-- notes: |
--   `effect` is what the call did when it succeeded: starts, stops or alters recording.
--   `management_events` and `read_write` are of the first selector, or of all advanced
--   ones; what else they leave out stands in `request`.
--   After PutEventSelectors without management events most of what follows is unseen.
--   A trail is also silenced from outside: a lifecycle rule or a policy of its bucket,
--   its key in KMS. Ask resource/history for the bucket and the key.
--   A member account cannot stop an organization's trail, but its attempt is here.
select
    time, action, actor, source_ip, account, region, outcome, event_id,
    regexp_extract(
        coalesce(
            json_extract_scalar(request, '$.trailName'),
            json_extract_scalar(request, '$.name'),
            json_extract_scalar(request, '$.trailARN'),
            json_extract_scalar(request, '$.eventDataStore'),
            json_extract_scalar(request, '$.channel'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ),
        '[^/]+$'
    ) as trail,
    case
        when outcome <> 'success'
            then 'none'
        when
            action in (
                'DeleteChannel', 'DeleteEventDataStore', 'DeleteTrail',
                'StopEventDataStoreIngestion', 'StopLogging'
            )
            then 'stops'
        when
            action in (
                'CreateChannel', 'CreateEventDataStore', 'CreateTrail',
                'RestoreEventDataStore', 'StartEventDataStoreIngestion',
                'StartLogging'
            )
            then 'starts'
        else 'alters'
    end as effect,
    coalesce(
        json_extract_scalar(request, '$.eventSelectors[0].includeManagementEvents')
        = 'true',
        case
            when strpos(request, '"advancedEventSelectors"') > 0
                then strpos(replace(request, ' ', ''), '"equals":["Management"]') > 0
        end
    ) as management_events,
    json_extract_scalar(request, '$.eventSelectors[0].readWriteType') as read_write,
    request, access_key, session_id, via, user_agent, error_code, error_message
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
order by time, event_id
