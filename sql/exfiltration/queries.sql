-- title: "Which queries were run on Athena, Redshift or Aurora, and who read results?"
-- answers: [Q203]
-- attack: [T1530, T1213.006]
-- needs: [management:read, management:write, management:rdsdata]
-- severity: low
-- keywords: [SQL, Athena, Redshift, Data API, exfil, data lake]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "a workgroup, cluster, database or query, or a part of its name"
-- chart: timeline
-- next: [s3/bucket-access, exfiltration/databases, identity/activity]
-- notes: |
--   AWS hides the text of a query (HIDDEN_DUE_TO_SECURITY_REASONS) in many of these
--   calls: then `query_id` leads to the service's own history. GetClusterCredentials
--   hands out a database password, with which queries are run that CloudTrail does not
--   see.
-- false_positives: |
--   Analysts, dashboards and scheduled reports: look for an identity that never
--   queried, and an `output` that is not yours.
-- cannot_show: |
--   What a query returned, and anything run over a plain database connection.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        response,
        coalesce(
            json_extract_scalar(request, '$.queryExecutionId'),
            json_extract_scalar(request, '$.workGroup'),
            json_extract_scalar(request, '$.clusterIdentifier'),
            json_extract_scalar(request, '$.workgroupName'),
            json_extract_scalar(request, '$.resourceArn'),
            json_extract_scalar(request, '$.database'),
            json_extract_scalar(request, '$.id'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        coalesce(
            json_extract_scalar(request, '$.queryString'),
            json_extract_scalar(request, '$.sql'),
            json_extract_scalar(request, '$.sqlStatement'),
            json_extract_scalar(request, '$.statement')
        ) as sql_text,
        coalesce(
            json_extract_scalar(request, '$.queryExecutionContext.database'),
            json_extract_scalar(request, '$.database')
        ) as database_name,
        json_extract_scalar(request, '$.queryExecutionContext.catalog') as catalog,
        json_extract_scalar(request, '$.resultConfiguration.outputLocation') as output,
        coalesce(
            json_extract_scalar(response, '$.queryExecutionId'),
            json_extract_scalar(request, '$.queryExecutionId'),
            json_extract_scalar(response, '$.id')
        ) as query_id,
        coalesce(
            json_extract_scalar(request, '$.secretArn'),
            json_extract_scalar(request, '$.dbUser')
        ) as secret
    from events
    where
        (
            service = 'athena'
            and action in (
                'CreateNamedQuery', 'CreatePreparedStatement', 'GetQueryResults',
                'GetQueryResultsStream', 'StartQueryExecution', 'StartSession'
            )
        )
        or (
            service = 'redshift-data'
            and action in (
                'BatchExecuteStatement', 'ExecuteStatement', 'GetStatementResult'
            )
        )
        or (
            service in ('rds-data', 'rdsdata')
            and action in ('BatchExecuteStatement', 'ExecuteSql', 'ExecuteStatement')
        )
        or (
            service in ('redshift', 'redshift-serverless')
            and action in (
                'GetClusterCredentials', 'GetClusterCredentialsWithIAM',
                'GetCredentials'
            )
        )
        or (service = 'sqlworkbench' and action = 'ExecuteQuery')
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, sql_text, database_name, catalog, output, query_id, secret, service,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
