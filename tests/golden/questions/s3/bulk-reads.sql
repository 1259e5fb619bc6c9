with records as (
select
    event_time,
    event_source,
    event_name,
    source_ip_address,
    user_agent,
    error_code,
    error_message,
    request_parameters,
    response_elements,
    additional_event_data,
    request_id,
    event_id,
    service_event_details,
    shared_event_id,
    user_identity_type,
    user_identity_principal_id,
    user_identity_arn,
    user_identity_account_id,
    user_identity_user_name,
    user_identity_invoked_by,
    session_issuer_arn,
    session_issuer_user_name,
    session_assumed_root,
    on_behalf_of_user_id
from (
    select
        cast(try(from_iso8601_timestamp(eventtime)) at time zone 'UTC' as timestamp) as event_time,
        eventsource as event_source,
        eventname as event_name,
        sourceipaddress as source_ip_address,
        useragent as user_agent,
        errorcode as error_code,
        errormessage as error_message,
        requestparameters as request_parameters,
        responseelements as response_elements,
        additionaleventdata as additional_event_data,
        requestid as request_id,
        eventid as event_id,
        serviceeventdetails as service_event_details,
        sharedeventid as shared_event_id,
        useridentity.type as user_identity_type,
        useridentity.principalid as user_identity_principal_id,
        useridentity.arn as user_identity_arn,
        useridentity.accountid as user_identity_account_id,
        useridentity.username as user_identity_user_name,
        useridentity.invokedby as user_identity_invoked_by,
        useridentity.sessioncontext.sessionissuer.arn as session_issuer_arn,
        useridentity.sessioncontext.sessionissuer.username as session_issuer_user_name,
        useridentity.sessioncontext.assumedroot as session_assumed_root,
        useridentity.onbehalfof.userid as on_behalf_of_user_id
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
    family,
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
    source_ip,
    user_agent,
    error_message,
    request,
    additional_data,
    event_id,
    coalesce(
        shared_event_id || '/' || service || '/' || action,
        event_id || coalesce(date_format(time, '/%Y-%m-%dT%H:%i:%sZ'), '/no time'),
        'no id/' || coalesce(date_format(time, '%Y-%m-%dT%H:%i:%sZ'), '')
        || '/' || coalesce(request_id, '')
        || '/' || coalesce(event_source, '')
        || '/' || coalesce(event_name, '')
        || '/' || coalesce(identity_id, '')
    ) as action_id
from (
    select
        time,
        outcome,
        action,
        event_name,
        service,
        case service when 's3express' then 's3' when 's3-object-lambda' then 's3' when 's3-outposts' then 's3' when 's3tables' then 's3' when 's3vectors' then 's3' when 'bedrock-agentcore' then 'bedrock' when 'bedrock-mantle' then 'bedrock' when 'identitystore' then 'sso' when 'identitystore-scim' then 'sso' when 'sso-directory' then 'sso' when 'sso-oauth' then 'sso' when 'cloudtrail-data' then 'cloudtrail' when 'cognito-identity' then 'cognito' when 'cognito-idp' then 'cognito' when 'cognito-sync' then 'cognito' when 'ec2-instance-connect' then 'ec2' when 'ecr-public' then 'ecr' when 'eks-auth' then 'eks' when 'aoss' then 'opensearch' when 'es' then 'opensearch' when 'rds-data' then 'rds' when 'route53domains' then 'route53' when 'route53resolver' then 'route53' when 'ec2messages' then 'ssm' when 'ssmmessages' then 'ssm' when 'ssm-guiconnect' then 'ssm' when 'waf-regional' then 'waf' when 'wafv2' then 'waf' else service end as family,
        event_source,
        identity_type,
        caller_account,
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
        source_ip,
        user_agent,
        error_message,
        request,
        additional_data,
        event_id,
        shared_event_id,
        request_id,
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
            nullif(event_name, '') as event_name,
            nullif(split_part(event_source, '.amazonaws.com', 1), '') as service,
            nullif(event_source, '') as event_source,
            nullif(user_identity_type, '') as identity_type,
            nullif(user_identity_account_id, '') as caller_account,
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
            nullif(source_ip_address, '') as source_ip,
            case
                when strpos(user_agent, '[') = 1 and substr(user_agent, -1) = ']'
                    then nullif(substr(user_agent, 2, length(user_agent) - 2), '')
                else nullif(user_agent, '')
            end as user_agent,
            nullif(error_message, '') as error_message,
            nullif(request_parameters, '') as request,
            nullif(additional_event_data, '') as additional_data,
            nullif(event_id, '') as event_id,
            nullif(shared_event_id, '') as shared_event_id,
            nullif(request_id, '') as request_id,
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
        time, outcome, actor, identity_id, source_ip, user_agent, action_id,
        coalesce(
            json_extract_scalar(request, '$.bucketName'),
            regexp_extract(
                error_message, 'on resource: "?arn:[^:]*:s3:[^:]*:[^:]*:([^ "/]+)', 1
            )
        ) as bucket,
        coalesce(
            json_extract_scalar(request, '$.key'),
            json_extract_scalar(request, '$.prefix'),
            regexp_extract(
                error_message,
                'on resource: "?arn:[^:]*:s3:[^:]*:[^:]*:[^ "/]+/([^ "]+)',
                1
            )
        ) as object,
        try_cast(
            json_extract_scalar(additional_data, '$.bytesTransferredOut') as double
        ) as bytes_sent,
        date_add(
            'minute',
            -(minute(time) % least(greatest(60, 1), 60)),
            date_trunc('minute', time)
        ) as window_from
    from events
    where
        family = 's3'
        and action in ('CopyObject', 'GetObject', 'SelectObjectContent')
        and outcome = 'success'
)

select
    window_from,
    bucket,
    regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as identity,
    identity_id,
    count(distinct action_id) as read_calls,
    count(distinct object) as objects,
    cast(sum(bytes_sent) as bigint) as bytes_out_at_least,
    count(distinct source_ip) as addresses,
    min(source_ip) as an_address,
    min(user_agent) as a_user_agent,
    min(time) as first_seen,
    max(time) as last_seen
from calls
where cast(null as array(varchar)) is null or contains(cast(null as array(varchar)), bucket)
group by
    window_from, bucket, regexp_replace(actor, '^(role/[^/]+)/.*$', '$1'), identity_id
having
    count(distinct object) >= 200
    or sum(bytes_sent) >= 1000000000
order by
    objects desc, window_from asc, bucket asc, identity asc, identity_id asc
