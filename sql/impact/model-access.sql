-- title: "Who asked for access to AI models, or accepted a marketplace agreement?"
-- answers: [Q210]
-- attack: [T1496.004]
-- needs: [management:write]
-- severity: medium
-- keywords: [LLMjacking, Bedrock, marketplace, EULA, entitlement, subscription]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "a model or a product, or a part of its id"
-- chart: timeline
-- next: [impact/models, impact/reservations, identity/activity]
-- notes: |
--   The usual order is PutUseCaseForModelAccess, CreateFoundationModelAgreement,
--   PutFoundationModelEntitlement, and then calls of the model. The console does all of
--   it with one click. An agreement of the marketplace can cost money from that moment.
-- false_positives: |
--   A team that starts with a model: ask it.
-- cannot_show: |
--   Models that need no agreement: they are used without a trace here.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        response,
        coalesce(
            json_extract_scalar(request, '$.modelId'),
            json_extract_scalar(request, '$.agreementRequestId'),
            json_extract_scalar(request, '$.productId'),
            json_extract_scalar(request, '$.modelName'),
            json_extract_scalar(request, '$.provisionedModelName'),
            json_extract_scalar(request, '$.jobName'),
            json_extract_scalar(request, '$.id'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        coalesce(
            json_extract_scalar(response, '$.agreementId'),
            json_extract_scalar(request, '$.offerToken')
        ) as agreement,
        json_extract_scalar(response, '$.status') as answer,
        json_extract_scalar(request, '$.formData') as use_case
    from events
    where
        (
            service = 'bedrock'
            and action in (
                'AcceptEula', 'CreateFoundationModelAgreement',
                'CreateModelCustomizationJob', 'CreateProvisionedModelThroughput',
                'DeleteFoundationModelAgreement', 'PutFoundationModelEntitlement',
                'PutUseCaseForModelAccess', 'RequestModelAccess'
            )
        )
        or (
            service in ('agreement-marketplace', 'aws-marketplace', 'marketplace')
            and action in (
                'AcceptAgreementApprovalRequest', 'AcceptAgreementRequest',
                'CancelAgreement', 'CreateAgreementRequest', 'Subscribe', 'Unsubscribe'
            )
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, agreement, answer, use_case, service, principal_arn, access_key, user_agent,
    via, error_code, error_message
from calls
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
