with records as (
select
    event_time,
    event_source,
    event_name,
    error_code,
    error_message,
    request_parameters,
    response_elements,
    additional_event_data,
    event_id,
    management_event,
    read_only,
    resources,
    recipient_account_id,
    service_event_details,
    event_category,
    user_identity_type,
    user_identity_principal_id,
    user_identity_arn,
    user_identity_account_id,
    user_identity_access_key_id,
    user_identity_user_name,
    user_identity_invoked_by,
    user_identity_credential_id,
    session_creation_date,
    session_sign_in_session_arn,
    on_behalf_of_user_id,
    folder_account
from (
    select
        cast(try(from_iso8601_timestamp(eventtime)) at time zone 'UTC' as timestamp) as event_time,
        eventsource as event_source,
        eventname as event_name,
        errorcode as error_code,
        errormessage as error_message,
        requestparameters as request_parameters,
        responseelements as response_elements,
        additionaleventdata as additional_event_data,
        eventid as event_id,
        case lower(managementevent) when 'true' then true when 'false' then false end as management_event,
        case lower(readonly) when 'true' then true when 'false' then false end as read_only,
        transform(resources, each -> cast(row(coalesce(each.arn, each.arnprefix), each.accountid, each.type) as row(arn varchar, account_id varchar, type varchar))) as resources,
        recipientaccountid as recipient_account_id,
        serviceeventdetails as service_event_details,
        eventcategory as event_category,
        useridentity.type as user_identity_type,
        useridentity.principalid as user_identity_principal_id,
        useridentity.arn as user_identity_arn,
        useridentity.accountid as user_identity_account_id,
        useridentity.accesskeyid as user_identity_access_key_id,
        useridentity.username as user_identity_user_name,
        useridentity.invokedby as user_identity_invoked_by,
        useridentity.credentialid as user_identity_credential_id,
        cast(try(from_iso8601_timestamp(useridentity.sessioncontext.attributes.creationdate)) at time zone 'UTC' as timestamp) as session_creation_date,
        useridentity.sessioncontext.signinsessionarn as session_sign_in_session_arn,
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
    access_key,
    coalesce(
        case when identity_type = 'IdentityCenterUser' then credential_id end,
        case
            when session_start is not null or session_name is not null
                then identity_id || coalesce('/' || session_name, '') || coalesce(
                    date_format(session_start, '/%Y-%m-%dT%H:%i:%sZ'), ''
                )
        end,
        nullif(session_sign_in_session_arn, '')
    ) as session_id,
    account,
    error_message,
    is_write,
    category,
    request,
    additional_data,
    resources,
    event_id
from (
    select
        time,
        outcome,
        action,
        service,
        identity_type,
        access_key,
        credential_id,
        case
            when identity_type in ('AssumedRole', 'AWSAccount', 'FederatedUser')
                then coalesce(
                    nullif(split_part(user_identity_principal_id, ':', 2), ''),
                    nullif(split_part(user_identity_arn, '/', 3), '')
                )
        end as session_name,
        session_start,
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
        account,
        error_message,
        coalesce(
            not read_only,
            case
                when action in ('GetFederationToken', 'GetSessionToken')
                    then true
                when
                    action in (
                        'AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity',
                        'Decrypt', 'Encrypt', 'GenerateDataKey',
                        'GenerateDataKeyWithoutPlaintext', 'ReEncrypt'
                    )
                    then false
            end,
            not regexp_like(
                action,
                '^(BatchGet|Check|Count|Describe|Detect|Download|Estimate|Get|Head|List'
                || '|Lookup|Preview|Query|Read|Scan|Search|Select|Simulate|Test|Validate'
                || '|Verify|View)([A-Z]|$)'
            ),
            true
        ) as is_write,
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
        additional_data,
        resources,
        event_id,
        session_sign_in_session_arn
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
            nullif(user_identity_credential_id, '') as credential_id,
            coalesce(
                nullif(user_identity_user_name, ''),
                case
                    when user_identity_type in ('IdentityCenterUser', 'Unknown')
                        then nullif(
                            json_extract_scalar(additional_event_data, '$.UserName'), ''
                        )
                end
            ) as user_name,
            session_creation_date as session_start,
            coalesce(nullif(recipient_account_id, ''), folder_account) as account,
            nullif(error_message, '') as error_message,
            read_only as read_only,
            nullif(request_parameters, '') as request,
            nullif(additional_event_data, '') as additional_data,
            resources as resources,
            nullif(event_id, '') as event_id,
            event_category,
            management_event,
            on_behalf_of_user_id,
            session_sign_in_session_arn,
            user_identity_arn,
            user_identity_invoked_by,
            user_identity_principal_id
        from records
    )
)
),
calls as (
    select
        time, service, action, account, outcome, event_id,
        case
            when
                regexp_like(
                    action,
                    '^(Delete|Terminate|Purge|Remove|Destroy|ScheduleKeyDeletion)'
                )
                then 'deleted'
            when
                regexp_like(
                    action,
                    '(Bucket|Resource|Key|Repository|Vault|Topic|Queue)Policy$'
                    || '|^Modify(Image|Snapshot|DBSnapshot|DBClusterSnapshot)Attribute$'
                    || '|^Authorize|Permission$|^PutBucketAcl$|^PutObjectAcl$'
                    || '|ResourceShare$|^CreateGrant$|^DeletePublicAccessBlock$'
                )
                and is_write
                then 'shared'
            when regexp_like(action, '^(Create|Run|Launch|Import|Allocate|Register)')
                then 'created'
            when is_write then 'wrote'
            else 'read'
        end as effect,
        coalesce(
            element_at(resources, 1).arn,
            json_extract_scalar(request, '$.bucketName'),
            json_extract_scalar(request, '$.secretId'),
            json_extract_scalar(request, '$.name'),
            json_extract_scalar(request, '$.roleName'),
            json_extract_scalar(request, '$.userName'),
            json_extract_scalar(request, '$.functionName'),
            json_extract_scalar(request, '$.tableName'),
            json_extract_scalar(request, '$.keyId'),
            json_extract_scalar(request, '$.policyArn'),
            case
                when outcome <> 'success'
                    then regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
            end
        ) as resource,
        try_cast(
            json_extract_scalar(additional_data, '$.bytesTransferredOut') as bigint
        ) as sent,
        try_cast(
            json_extract_scalar(additional_data, '$.bytesTransferredIn') as bigint
        ) as taken,
        category = 'Data' as is_content
    from events
    where
        contains(cast(null as array(varchar)), access_key)
        or (
            contains(cast(null as array(varchar)), session_id)
            and (
                cast(null as array(varchar)) is null or access_key is null
                or not contains(cast(null as array(varchar)), access_key)
            )
        )
),

summed as (
    select
        service, effect, resource, account,
        count_if(outcome = 'success') as done,
        count_if(outcome <> 'success') as unsuccessful,
        array_join(array_sort(array_agg(distinct action)), ', ') as actions,
        sum(case when outcome = 'success' then sent end) as bytes_out,
        sum(case when outcome = 'success' then taken end) as bytes_in,
        count_if(
            outcome = 'success'
            and (
                (effect = 'read' and sent is null)
                or (effect = 'wrote' and is_content and taken is null)
            )
        ) as bytes_unknown,
        min(time) as first_seen,
        max(time) as last_seen
    from calls
    group by service, effect, resource, account
)

select
    service, effect, resource, account, done, unsuccessful, actions,
    bytes_out, bytes_in, bytes_unknown,
    case
        when bytes_unknown > 0 and bytes_unknown = done then 'unknown'
        when bytes_unknown > 0 then 'in part'
        when coalesce(bytes_out, bytes_in) is not null then 'yes'
    end as bytes_told,
    first_seen, last_seen
from summed
order by first_seen, service, effect, resource, account
