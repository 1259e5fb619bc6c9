-- title: "Did AWS Support come in, and who asked it to?"
-- answers: [Q056]
-- attack: [T1199, T1578.005]
-- severity: low
-- keywords: [case, aws support, limit, quota, social engineering]
-- needs: [management:read, management:write]
-- chart: timeline
-- next: [identity/activity, identity/root-activity, signin/passwords]
-- false_positives: |
--   A case is open; Trusted Advisor and health tools read the support API all day.
-- cannot_show: |
--   What was written in a case, and what AWS staff saw in tools of their own. Cases
--   that were opened by telephone or in another account of the organization.
-- notes: |
--   `who` is AWS Support (under AWSServiceRoleForSupport, or by invokedBy) or customer
--   (cases opened, answered or closed, files attached, plans changed). Attackers open
--   cases for higher quotas, or to get at an account. Reads of cases are listed too,
--   for they tell an intruder what is known. `target` is the case, or what was looked
--   at.
select
    time, action, actor, source_ip, account, region, outcome, event_id,
    case
        when
            strpos(principal_arn, 'AWSServiceRoleForSupport') > 0
            or service not in (
                'support', 'supportapp', 'supportplans', 'support-console'
            )
            then 'AWS Support'
        else 'customer'
    end as who,
    coalesce(
        json_extract_scalar(request, '$.caseId'),
        json_extract_scalar(response, '$.caseId'),
        json_extract_scalar(request, '$.supportLevel'),
        nullif(array_join(transform(resources, one -> one.arn), ', '), ''),
        json_extract_scalar(request, '$.bucketName'),
        regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
    ) as target,
    json_extract_scalar(request, '$.subject') as subject,
    json_extract_scalar(request, '$.serviceCode') as service_code,
    json_extract_scalar(request, '$.severityCode') as severity_code,
    service, principal_arn, access_key, session_id, via, user_agent,
    error_code, error_message
from events
where
    service in ('support', 'supportapp', 'supportplans', 'support-console')
    or strpos(principal_arn, 'AWSServiceRoleForSupport') > 0
    or (service = 'sts' and via = 'support.amazonaws.com')
    or via in ('support.amazonaws.com', 'support.aws.internal')
order by time, event_id
