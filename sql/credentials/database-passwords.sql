-- title: "Whose database password was reset, or database credentials fetched?"
-- answers: [Q164]
-- attack: [T1098, T1556]
-- severity: high
-- keywords: [rds, aurora, redshift, master password, snapshot]
-- needs: [management:read, management:write]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     help: "a database's or cluster's name, or a part of it"
--     means: resource
-- chart: timeline
-- next: [credentials/secrets-read, exfiltration/shares, resource/history]
-- false_positives: |
--   Rotation by hand or by code; code that sends the same password at each run.
-- cannot_show: |
--   The password (hidden by AWS), and sign-ins to the database, also those with an IAM
--   token: they are not in CloudTrail.
-- notes: |
--   A new master password on a database restored from a snapshot opens the data without
--   touching the original: look for the restore before. `managed_by_secret` true moves
--   the password into Secrets Manager. A denied call without its request is listed only
--   where its message speaks of a password.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            coalesce(
                json_extract_scalar(request, '$.dBInstanceIdentifier'),
                json_extract_scalar(request, '$.dBClusterIdentifier'),
                json_extract_scalar(request, '$.clusterIdentifier'),
                json_extract_scalar(request, '$.workgroupName'),
                json_extract_scalar(request, '$.namespaceName'),
                json_extract_scalar(request, '$.relationalDatabaseName'),
                json_extract_scalar(request, '$.dbUser')
            ),
            json_extract_scalar(request, '$.userName'),
            json_extract_scalar(request, '$.brokerId'),
            json_extract_scalar(request, '$.domainName'),
            json_extract_scalar(request, '$.userId'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        case
            when outcome <> 'success' then 'none'
            when regexp_like(action, '^(Get|GenerateDb)')
                then 'credentials fetched'
            else 'password changed'
        end as kind,
        service,
        json_extract_scalar(request, '$.manageMasterUserPassword')
        = 'true' as managed_by_secret,
        json_extract_scalar(request, '$.applyImmediately')
        = 'true' as at_once,
        coalesce(
            json_extract_scalar(request, '$.dbUser'),
            json_extract_scalar(request, '$.masterUsername'),
            json_extract_scalar(request, '$.adminUsername'),
            json_extract_scalar(request, '$.username')
        ) as database_user
    from events
    where
        (
            service in (
                'dax', 'docdb-elastic', 'es', 'lightsail', 'mq', 'rds', 'redshift',
                'redshift-serverless', 'elasticache', 'memorydb'
            )
            and (
                action in (
                    'GetClusterCredentials', 'GetClusterCredentialsWithIAM',
                    'GetCredentials', 'GetRelationalDatabaseMasterUserPassword'
                )
                or (
                    regexp_like(action, '^(Modify|Update|Restore)')
                    and regexp_like(
                        coalesce(request, error_message),
                        '[pP]asswords?"|manageMasterUser|rotateMasterUser'
                    )
                )
            )
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, kind, service, managed_by_secret, at_once, database_user,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
