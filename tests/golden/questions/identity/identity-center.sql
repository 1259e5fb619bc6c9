with records as (
select
    event_time,
    event_source,
    event_name,
    aws_region,
    source_ip_address,
    user_agent,
    error_code,
    error_message,
    request_parameters,
    response_elements,
    additional_event_data,
    event_id,
    read_only,
    recipient_account_id,
    service_event_details,
    user_identity_type,
    user_identity_principal_id,
    user_identity_arn,
    user_identity_account_id,
    user_identity_access_key_id,
    user_identity_user_name,
    user_identity_invoked_by,
    user_identity_credential_id,
    session_issuer_arn,
    session_issuer_user_name,
    session_creation_date,
    session_assumed_root,
    session_sign_in_session_arn,
    on_behalf_of_user_id,
    invoked_by_delegate_account_id,
    folder_account
from (
    select
        cast(try(from_iso8601_timestamp(eventtime)) at time zone 'UTC' as timestamp) as event_time,
        eventsource as event_source,
        eventname as event_name,
        awsregion as aws_region,
        sourceipaddress as source_ip_address,
        useragent as user_agent,
        errorcode as error_code,
        errormessage as error_message,
        requestparameters as request_parameters,
        responseelements as response_elements,
        additionaleventdata as additional_event_data,
        eventid as event_id,
        case lower(readonly) when 'true' then true when 'false' then false end as read_only,
        recipientaccountid as recipient_account_id,
        serviceeventdetails as service_event_details,
        useridentity.type as user_identity_type,
        useridentity.principalid as user_identity_principal_id,
        useridentity.arn as user_identity_arn,
        useridentity.accountid as user_identity_account_id,
        useridentity.accesskeyid as user_identity_access_key_id,
        useridentity.username as user_identity_user_name,
        useridentity.invokedby as user_identity_invoked_by,
        useridentity.credentialid as user_identity_credential_id,
        useridentity.sessioncontext.sessionissuer.arn as session_issuer_arn,
        useridentity.sessioncontext.sessionissuer.username as session_issuer_user_name,
        cast(try(from_iso8601_timestamp(useridentity.sessioncontext.attributes.creationdate)) at time zone 'UTC' as timestamp) as session_creation_date,
        useridentity.sessioncontext.assumedroot as session_assumed_root,
        useridentity.sessioncontext.signinsessionarn as session_sign_in_session_arn,
        useridentity.onbehalfof.userid as on_behalf_of_user_id,
        useridentity.invokedbydelegate.accountid as invoked_by_delegate_account_id,
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
    via,
    source_ip,
    user_agent,
    account,
    region,
    error_code,
    error_message,
    read_only,
    request,
    service_details,
    event_id
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
        credential_id,
        assumed_root,
        user_name,
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
        principal_arn,
        caller_arn,
        via,
        source_ip,
        user_agent,
        account,
        region,
        error_code,
        error_message,
        read_only,
        request,
        service_details,
        event_id,
        on_behalf_of_user_id,
        session_issuer_arn,
        session_issuer_user_name,
        session_sign_in_session_arn,
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
            nullif(user_identity_credential_id, '') as credential_id,
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
            session_creation_date as session_start,
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
            coalesce(
                nullif(user_identity_invoked_by, ''),
                nullif(invoked_by_delegate_account_id, '')
            ) as via,
            nullif(source_ip_address, '') as source_ip,
            case
                when strpos(user_agent, '[') = 1 and substr(user_agent, -1) = ']'
                    then nullif(substr(user_agent, 2, length(user_agent) - 2), '')
                else nullif(user_agent, '')
            end as user_agent,
            coalesce(nullif(recipient_account_id, ''), folder_account) as account,
            nullif(aws_region, '') as region,
            nullif(error_code, '') as error_code,
            nullif(error_message, '') as error_message,
            read_only as read_only,
            nullif(request_parameters, '') as request,
            nullif(service_event_details, '') as service_details,
            nullif(event_id, '') as event_id,
            on_behalf_of_user_id,
            session_issuer_arn,
            session_issuer_user_name,
            session_sign_in_session_arn,
            user_identity_arn,
            user_identity_invoked_by,
            user_identity_principal_id
        from records
    )
)
),
seen as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, identity_id, principal_arn, session_id, access_key,
        via, user_agent, error_code, error_message, request,
        any_match(cast(null as array(varchar)), one -> one in (actor, identity_id, principal_arn, caller_arn, user_name, session_name, access_key, regexp_extract(principal_arn, '[^/]+$'), identity_id || ':' || session_name) or (strpos(one, '/') > 0 and (starts_with(actor, one || '/') or starts_with(caller_arn, one || '/')))) as by_them,
        case
            when service = 'sts' then 'role taken'
            when service = 'signin' then 'sign-in'
            when family = 'sso' and service in ('sso-directory', 'identitystore')
                then 'directory'
            when service = 'sso' and identity_type in ('IdentityCenterUser', 'Unknown')
                then 'portal'
            when service = 'sso-oauth' then 'portal'
            when service = 'sso' then 'access'
            when outcome = 'denied' then 'denied'
            else 'change'
        end as what,
        coalesce(
            json_extract_scalar(service_details, '$.role_name'),
            json_extract_scalar(request, '$.permissionSetArn'),
            regexp_extract(
                coalesce(json_extract_scalar(request, '$.roleArn'), principal_arn),
                'AWSReservedSSO_(.*)_[0-9a-f]{16}$', 1
            )
        ) as permission_set,
        coalesce(
            json_extract_scalar(service_details, '$.account_id'),
            json_extract_scalar(request, '$.targetId')
        ) as target_account,
        coalesce(
            coalesce(
                json_extract_scalar(request, '$.principalId'),
                json_extract_scalar(request, '$.groupId'),
                json_extract_scalar(request, '$.userId'),
                json_extract_scalar(request, '$.userName'),
                json_extract_scalar(request, '$.displayName'),
                json_extract_scalar(request, '$.roleName')
            ),
            json_extract_scalar(request, '$.roleArn'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target
    from events
    where
        service in ('sso', 'sso-directory', 'sso-oauth', 'identitystore')
        or (service = 'signin' and identity_type in ('IdentityCenterUser', 'Unknown'))
        or (
            service = 'sts'
            and action = 'AssumeRoleWithSAML'
            and strpos(json_extract_scalar(request, '$.roleArn'), 'AWSReservedSSO_') > 0
        )
        or (
            starts_with(actor, 'sso/')
            and (read_only is distinct from true or outcome = 'denied')
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    what, target, permission_set, target_account, service, identity_id, session_id,
    principal_arn, access_key, via, user_agent, error_code, error_message
from seen
where
    cast(null as array(varchar)) is null
    or by_them
    or contains(cast(null as array(varchar)), target)
    or any_match(cast(null as array(varchar)), one -> actor = 'sso/' || one)
    or contains(cast(null as array(varchar)), json_extract_scalar(request, '$.roleSessionName'))
order by time, event_id
