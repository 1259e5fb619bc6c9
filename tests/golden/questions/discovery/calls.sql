with records as (
select
    event_time,
    event_source,
    event_name,
    aws_region,
    source_ip_address,
    error_code,
    error_message,
    request_parameters,
    response_elements,
    additional_event_data,
    event_id,
    management_event,
    recipient_account_id,
    service_event_details,
    shared_event_id,
    event_category,
    user_identity_type,
    user_identity_principal_id,
    user_identity_arn,
    user_identity_account_id,
    user_identity_access_key_id,
    user_identity_user_name,
    user_identity_invoked_by,
    session_issuer_arn,
    session_issuer_user_name,
    session_assumed_root,
    on_behalf_of_user_id,
    folder_account
from (
    select
        cast(try(from_iso8601_timestamp(eventtime)) at time zone 'UTC' as timestamp) as event_time,
        eventsource as event_source,
        eventname as event_name,
        awsregion as aws_region,
        sourceipaddress as source_ip_address,
        errorcode as error_code,
        errormessage as error_message,
        requestparameters as request_parameters,
        responseelements as response_elements,
        additionaleventdata as additional_event_data,
        eventid as event_id,
        case lower(managementevent) when 'true' then true when 'false' then false end as management_event,
        recipientaccountid as recipient_account_id,
        serviceeventdetails as service_event_details,
        sharedeventid as shared_event_id,
        eventcategory as event_category,
        useridentity.type as user_identity_type,
        useridentity.principalid as user_identity_principal_id,
        useridentity.arn as user_identity_arn,
        useridentity.accountid as user_identity_account_id,
        useridentity.accesskeyid as user_identity_access_key_id,
        useridentity.username as user_identity_user_name,
        useridentity.invokedby as user_identity_invoked_by,
        useridentity.sessioncontext.sessionissuer.arn as session_issuer_arn,
        useridentity.sessioncontext.sessionissuer.username as session_issuer_user_name,
        useridentity.sessioncontext.assumedroot as session_assumed_root,
        useridentity.onbehalfof.userid as on_behalf_of_user_id,
        "account" as folder_account
    from "security"."cloudtrail"
    where
        "day" between '2026/03/09' and '2026/03/10'
)
where
    event_time >= timestamp '2026-03-09 00:00:00.000'
    and event_time < timestamp '2026-03-10 00:00:00.000'
),
events as (
select distinct
    time,
    outcome,
    action,
    service,
    family,
    identity_type,
    access_key,
    user_name,
    session_name,
    coalesce(
        case
            when
                lower(caller_account) in ('anonymous', 'anonymous_principal')
                or lower(user_identity_principal_id) = 'anonymous'
                then 'anonymous'
            when identity_type = 'Root'
                then if(assumed_root, 'root-session', 'root')
            when identity_type = 'IAMUser'
                then 'user/' || coalesce(
                    user_name, regexp_extract(user_identity_arn, '[^/]+$')
                )
            when strpos(session_issuer_arn, ':role/aws-reserved/sso.amazonaws.com/') > 0
                then 'sso/' || session_name
            when identity_type = 'AssumedRole'
                then 'role/' || coalesce(
                    nullif(session_issuer_user_name, ''),
                    nullif(split_part(user_identity_arn, '/', 2), '')
                ) || coalesce('/' || session_name, '')
            when identity_type = 'Role'
                then 'role/' || coalesce(
                    user_name, regexp_extract(user_identity_arn, '[^/]+$')
                )
            when identity_type = 'FederatedUser'
                then 'federated/' || session_name
            when identity_type in ('SAMLUser', 'WebIdentityUser')
                then 'federated/' || coalesce(
                    user_name, nullif(user_identity_principal_id, '')
                )
            -- Identity Center used to call its users Unknown.
            when
                identity_type = 'IdentityCenterUser'
                or (
                    identity_type = 'Unknown'
                    and service in ('signin', 'sso', 'sso-directory', 'sso-oauth')
                )
                then 'sso/' || coalesce(
                    user_name,
                    nullif(on_behalf_of_user_id, ''),
                    nullif(user_identity_principal_id, '')
                )
            when identity_type = 'AWSAccount'
                then 'account/' || caller_account || coalesce(
                    '/' || nullif(user_identity_principal_id, ''), ''
                )
            when identity_type is null or identity_type = 'AWSService'
                then 'service/' || nullif(
                    split_part(user_identity_invoked_by, '.amazonaws.com', 1), ''
                )
            else lower(identity_type) || '/' || coalesce(
                user_name,
                nullif(user_identity_arn, ''),
                nullif(user_identity_principal_id, '')
            )
        end,
        nullif(user_identity_arn, ''),
        'account/' || caller_account
    ) as actor,
    identity_id,
    principal_arn,
    caller_arn,
    source_ip,
    account,
    region,
    error_message,
    category,
    request,
    event_id,
    shared_event_id
from (
    select
        time,
        outcome,
        action,
        service,
        case service when 's3express' then 's3' when 's3-object-lambda' then 's3' when 's3-outposts' then 's3' when 's3tables' then 's3' when 's3vectors' then 's3' when 'bedrock-agentcore' then 'bedrock' when 'bedrock-mantle' then 'bedrock' when 'identitystore' then 'sso' when 'identitystore-scim' then 'sso' when 'sso-directory' then 'sso' when 'sso-oauth' then 'sso' when 'cloudtrail-data' then 'cloudtrail' when 'cognito-identity' then 'cognito' when 'cognito-idp' then 'cognito' when 'cognito-sync' then 'cognito' when 'ec2-instance-connect' then 'ec2' when 'ecr-public' then 'ecr' when 'eks-auth' then 'eks' when 'aoss' then 'opensearch' when 'es' then 'opensearch' when 'rds-data' then 'rds' when 'route53domains' then 'route53' when 'route53resolver' then 'route53' when 'ec2messages' then 'ssm' when 'ssmmessages' then 'ssm' when 'ssm-guiconnect' then 'ssm' when 'waf-regional' then 'waf' when 'wafv2' then 'waf' else service end as family,
        identity_type,
        caller_account,
        access_key,
        assumed_root,
        user_name,
        case
            when identity_type in ('AssumedRole', 'AWSAccount', 'FederatedUser')
                then coalesce(
                    nullif(split_part(user_identity_principal_id, ':', 2), ''),
                    nullif(split_part(user_identity_arn, '/', 3), '')
                )
        end as session_name,
        coalesce(
            case
                when
                    lower(caller_account) in ('anonymous', 'anonymous_principal')
                    or lower(user_identity_principal_id) = 'anonymous'
                    then 'anonymous'
                when identity_type in ('SAMLUser', 'WebIdentityUser')
                    then nullif(user_identity_principal_id, '')
            end,
            regexp_extract(user_identity_principal_id, '^A[A-Z]{3}[A-Z0-9]{7,}'),
            regexp_extract(user_identity_arn, '^[^/]+:assumed-role/[^/]+'),
            nullif(user_identity_arn, ''),
            nullif(on_behalf_of_user_id, ''),
            case
                when
                    identity_type in ('IdentityCenterUser', 'Unknown')
                    and user_name <> 'HIDDEN_DUE_TO_SECURITY_REASONS'
                    then user_name
            end,
            coalesce(nullif(user_identity_invoked_by, ''), caller_account)
        ) as identity_id,
        principal_arn,
        caller_arn,
        source_ip,
        account,
        region,
        error_message,
        coalesce(
            nullif(event_category, ''),
            case
                when management_event = true
                    then 'Management'
                when management_event = false
                    then 'Data'
                when service = 'lambda' and action = 'Invoke'
                    then 'Data'
                when
                    service = 's3'
                    and action in (
                        'AbortMultipartUpload', 'CompleteMultipartUpload', 'CopyObject',
                        'CreateMultipartUpload', 'DeleteObject', 'DeleteObjectTagging',
                        'DeleteObjects', 'GetObject', 'GetObjectAcl', 'GetObjectTagging',
                        'GetObjectTorrent', 'HeadBucket', 'HeadObject', 'ListObjects',
                        'ListObjectVersions', 'ListParts', 'PutObject', 'PutObjectAcl',
                        'PutObjectTagging', 'RestoreObject', 'SelectObjectContent',
                        'UploadPart', 'UploadPartCopy'
                    )
                    then 'Data'
                else 'Management'
            end
        ) as category,
        request,
        event_id,
        shared_event_id,
        on_behalf_of_user_id,
        session_issuer_arn,
        session_issuer_user_name,
        user_identity_arn,
        user_identity_invoked_by,
        user_identity_principal_id
    from (
        select
            event_time as time,
            case
                when
                    regexp_replace(error_code, '^(Client|Server)[.]|Exception$', '') in (
                        'AuthorizationError', 'Forbidden', 'Unauthorized',
                        'UnauthorizedAccess', 'VpceAccessDenied'
                    )
                    or regexp_like(
                        error_code,
                        '^((Client|Server)[.])?AccessDenied|UnauthorizedOperation(Exception)?$'
                    )
                    then 'denied'
                when not regexp_like(nullif(error_code, ''), '^2[0-9]{2}$')
                    then 'failed'
                when
                    split_part(event_source, '.amazonaws.com', 1) in ('signin', 'sso')
                    and strpos(
                        replace(
                            coalesce(response_elements, '')
                            || coalesce(service_event_details, ''),
                            ' ',
                            ''
                        ),
                        '"' || nullif(event_name, '') || '":"Failure"'
                    ) > 0
                    then 'failed'
                when
                    split_part(event_source, '.amazonaws.com', 1) = 'signin'
                    and error_message <> ''
                    then 'failed'
                else 'success'
            end as outcome,
            nullif(
                regexp_replace(
                    event_name,
                    '20[0-9]{2}[-_]?(0[1-9]|1[0-2])[-_]?(0[1-9]|[12][0-9]|3[01])(v[0-9]+)?$',
                    ''
                ),
                ''
            ) as action,
            nullif(split_part(event_source, '.amazonaws.com', 1), '') as service,
            nullif(user_identity_type, '') as identity_type,
            nullif(user_identity_account_id, '') as caller_account,
            nullif(user_identity_access_key_id, '') as access_key,
            lower(session_assumed_root) = 'true' as assumed_root,
            coalesce(
                nullif(user_identity_user_name, ''),
                case
                    when user_identity_type in ('IdentityCenterUser', 'Unknown')
                        then nullif(
                            json_extract_scalar(additional_event_data, '$.UserName'), ''
                        )
                end
            ) as user_name,
            coalesce(
                nullif(session_issuer_arn, ''),
                case
                    when strpos(user_identity_arn, ':assumed-role/') > 0
                        then regexp_replace(
                            user_identity_arn,
                            '^(arn:[^:]*):sts:([^:]*:[^:]*):assumed-role/([^/]+).*$',
                            '$1:iam:$2:role/$3'
                        )
                    when strpos(user_identity_arn, ':iam:') > 0
                        then user_identity_arn
                end
            ) as principal_arn,
            nullif(user_identity_arn, '') as caller_arn,
            nullif(source_ip_address, '') as source_ip,
            coalesce(nullif(recipient_account_id, ''), folder_account) as account,
            nullif(aws_region, '') as region,
            nullif(error_message, '') as error_message,
            nullif(request_parameters, '') as request,
            nullif(event_id, '') as event_id,
            nullif(shared_event_id, '') as shared_event_id,
            event_category,
            management_event,
            on_behalf_of_user_id,
            session_issuer_arn,
            session_issuer_user_name,
            user_identity_arn,
            user_identity_invoked_by,
            user_identity_principal_id
        from records
    )
)
),
calls as (
    select
        time, service, family, action, outcome, account, region, source_ip, event_id,
        shared_event_id, identity_id, actor, any_match(cast(null as array(varchar)), one -> one in (actor, identity_id, principal_arn, caller_arn, user_name, session_name, access_key, regexp_extract(principal_arn, '[^/]+$'), identity_id || ':' || session_name) or (strpos(one, '/') > 0 and (starts_with(actor, one || '/') or starts_with(caller_arn, one || '/')))) as by_them,
        coalesce(
            regexp_extract(
                -- A filter counts by its value: its name says nothing.
                regexp_replace(
                    request, '"(name|key|Name)" *: *"[^"]*" *, *"(value|Value)', '"$2'
                ),
                '"[A-Za-z]*([Nn]ame|Id|Arn|ARN|[Ii]dentifier|Code|String|[Vv]alue)s?"'
                || ' *: *\[? *"([^"]+)"',
                2
            ),
            nullif(
                regexp_extract(
                    error_message,
                    'on resource: "?(?:(?:user|role|group|policy) )?([^ "]+)',
                    1
                ),
                '*'
            )
        ) as target
    from events
    where
        regexp_like(
            action,
            '^(Batch)?(Get|List|Describe|Search|Lookup|Simulate|Head|Select|View|Check)'
        )
        and action not in ('GetFederationToken', 'GetSessionToken', 'GetSigninToken')
        and (
            category = 'Management'
            or regexp_like(action, '^(List|Head)|^GetIntrospection|^GetLogRecord')
        )
        and identity_type is distinct from 'AWSService'
),

placed as (
    select
        time, service, action, outcome, account, region, source_ip, event_id,
        shared_event_id, identity_id, actor, by_them, target,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as name,
        case
            when
                regexp_like(
                    service,
                    '^(access-analyzer|auditmanager|cloudtrail|config|detective|fms'
                    || '|guardduty|inspector2?|logs|macie2?|monitoring'
                    || '|network-firewall|securityhub|securitylake|shield)$'
                )
                or family = 'waf'
                or regexp_like(action, 'FlowLogs|Logging|QueryLog')
                then 'security'
            when regexp_like(service, '^(ses|sns|sqs|mobiletargeting|sms-voice)$')
                then 'ses'
            when service = 'servicequotas' or regexp_like(action, 'Quota|AccountAttrib')
                then 'quotas'
            when regexp_like(family, '^(iam|rolesanywhere|sts|cognito|sso)$')
                then 'iam'
            when regexp_like(service, '^(account|controltower|organizations|ram)$')
                then 'organizations'
            when family in ('s3', 'glacier')
                then 's3'
            when
                regexp_like(service, '^(acm|acm-pca|kms|secretsmanager)$')
                or (service = 'ssm' and strpos(action, 'Parameter') > 0)
                then 'secrets'
            when family = 'ssm'
                then 'ssm'
            when family in ('bedrock', 'sagemaker')
                then 'bedrock'
            when
                regexp_like(
                    service, '^(athena|docdb|dynamodb|elasticache|neptune|rds|redshift)'
                )
                then 'rds'
            when regexp_like(service, '^(billing.*|budgets|ce|cur|invoicing|payments)$')
                then 'billing'
            when
                regexp_like(
                    service, '^(cloudformation|resource-|servicecatalog|tagging)'
                )
                then 'inventory'
            when regexp_like(service, '^(health|support|trustedadvisor)|marketplace')
                then 'support'
            when
                regexp_like(
                    family, '^(autoscaling|ec2|elasticloadbalancing|lightsail|route53)$'
                )
                then 'ec2'
            else 'other'
        end as area
    from calls
)

select
    area, service, action, target,
    max(name) as identity,
    identity_id,
    count(*) filter (where shared_event_id is null)
    + count(distinct shared_event_id) as calls,
    count(distinct event_id) filter (where outcome = 'denied') as denied,
    count(distinct event_id) filter (where outcome = 'failed') as failed,
    count(distinct account) as accounts,
    count(distinct region) as regions,
    count(distinct source_ip) as addresses,
    min(event_id) as example_event_id,
    min(time) as first_seen,
    max(time) as last_seen
from placed
where
    (cast(null as array(varchar)) is null or any_match(cast(null as array(varchar)), one -> one in (area, service)))
    and (
        cast(null as array(varchar)) is null
        or by_them
    )
group by area, service, action, target, identity_id
order by first_seen, service, action, target, identity_id
