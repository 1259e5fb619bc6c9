-- title: "Which Systems Manager documents were made, changed, shared or scheduled?"
-- answers: [Q121]
-- attack: [T1059, T1053]
-- severity: medium
-- keywords:
--   [ssm document, state manager, association, maintenance window, runbook,
--   persistence]
-- needs: [management:write]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     help: "a document, association or window, or a part of its name"
--     means: resource
-- chart: timeline
-- next: [execution/machine-commands, lateral/machine-sessions, execution/triggers]
-- false_positives: |
--   Patch management and quick set-up make documents and associations by themselves.
-- cannot_show: |
--   Runs by an association or a window: they have no SendCommand of a person. `content`
--   may be hidden or left out.
-- notes: |
--   A document holds commands that machines run as root. UpdateDocumentDefaultVersion
--   changes what everybody who names it runs; an association runs it again and again,
--   also on machines that come later. `to_all` is true where it is shared with every
--   account.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.name'),
            json_extract_scalar(request, '$.associationId'),
            json_extract_scalar(request, '$.windowId'),
            json_extract_scalar(request, '$.resourceArn'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        case
            when action = 'ModifyDocumentPermission' then 'shared'
            when strpos(action, 'Association') > 0 then 'association'
            when strpos(action, 'Window') > 0 then 'maintenance'
            else 'document'
        end as kind,
        array_join(
            try_cast(json_extract(request, '$.accountIdsToAdd') as array(varchar)), ', '
        ) as shared_with,
        strpos(
            json_format(json_extract(request, '$.accountIdsToAdd')), '"all"'
        ) > 0 as to_all,
        array_join(
            try_cast(
                json_extract(request, '$.accountIdsToRemove') as array(varchar)
            ),
            ', '
        ) as no_longer_with,
        coalesce(
            json_extract_scalar(request, '$.documentType'),
            json_extract_scalar(response, '$.documentDescription.documentType')
        ) as document_type,
        coalesce(
            json_extract_scalar(request, '$.documentName'),
            json_extract_scalar(request, '$.taskArn'),
            json_extract_scalar(request, '$.name')
        ) as document,
        coalesce(
            json_extract_scalar(request, '$.scheduleExpression'),
            json_extract_scalar(request, '$.schedule')
        ) as schedule,
        coalesce(
            json_format(json_extract(request, '$.targets')),
            json_extract_scalar(request, '$.instanceId'),
            json_extract_scalar(request, '$.resourceId')
        ) as targets,
        json_extract_scalar(request, '$.content') as content
    from events
    where
        service = 'ssm'
        and action in (
            'CreateAssociation', 'CreateAssociationBatch', 'CreateDocument',
            'CreateMaintenanceWindow', 'DeleteDocument',
            'ModifyDocumentPermission', 'RegisterTaskWithMaintenanceWindow',
            'UpdateAssociation', 'UpdateDocument',
            'UpdateDocumentDefaultVersion', 'UpdateMaintenanceWindowTask'
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, kind, shared_with, to_all, no_longer_with, document_type, document,
    schedule, targets, content,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
