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
    request_id,
    event_id,
    event_type,
    management_event,
    read_only,
    resources,
    recipient_account_id,
    service_event_details,
    shared_event_id,
    vpc_endpoint_id,
    event_category,
    session_credential_from_console,
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
    session_mfa_authenticated,
    session_ec2_role_delivery,
    session_source_identity,
    session_assumed_root,
    session_sign_in_session_arn,
    on_behalf_of_user_id,
    invoked_by_delegate_account_id,
    in_scope_of_credentials_issued_to,
    tls_version,
    addendum_reason,
    addendum_original_event_id,
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
        requestid as request_id,
        eventid as event_id,
        eventtype as event_type,
        case lower(managementevent) when 'true' then true when 'false' then false end as management_event,
        case lower(readonly) when 'true' then true when 'false' then false end as read_only,
        transform(resources, each -> cast(row(coalesce(each.arn, each.arnprefix), each.accountid, each.type) as row(arn varchar, account_id varchar, type varchar))) as resources,
        recipientaccountid as recipient_account_id,
        serviceeventdetails as service_event_details,
        sharedeventid as shared_event_id,
        vpcendpointid as vpc_endpoint_id,
        eventcategory as event_category,
        case lower(sessioncredentialfromconsole) when 'true' then true when 'false' then false end as session_credential_from_console,
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
        case lower(useridentity.sessioncontext.attributes.mfaauthenticated) when 'true' then true when 'false' then false end as session_mfa_authenticated,
        useridentity.sessioncontext.ec2roledelivery as session_ec2_role_delivery,
        useridentity.sessioncontext.sourceidentity as session_source_identity,
        useridentity.sessioncontext.assumedroot as session_assumed_root,
        useridentity.sessioncontext.signinsessionarn as session_sign_in_session_arn,
        useridentity.onbehalfof.userid as on_behalf_of_user_id,
        useridentity.invokedbydelegate.accountid as invoked_by_delegate_account_id,
        useridentity.inscopeof.credentialsissuedto as in_scope_of_credentials_issued_to,
        tlsdetails.tlsversion as tls_version,
        addendum.reason as addendum_reason,
        addendum.originaleventid as addendum_original_event_id,
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
    event_name,
    service,
    family,
    event_source,
    event_type,
    identity_type,
    caller_account,
    access_key,
    credential_id,
    issued_to,
    source_identity,
    assumed_root,
    user_name,
    session_name,
    session_start,
    actor,
    identity_id,
    principal_arn,
    caller_arn,
    session_id,
    mfa_authenticated,
    from_console,
    via,
    case
        when
            identity_type = 'AWSService'
            or (identity_type is null and via is not null)
            or strpos(session_issuer_arn, ':role/aws-service-role/') > 0
            or (
                identity_type = 'Root'
                and (via is not null or event_type = 'AwsServiceEvent')
            )
            then 'service'
        when
            session_ec2_role_delivery <> ''
            or in_scope_of_credentials_issued_to <> ''
            or regexp_like(session_name, '^i-([0-9a-f]{8}|[0-9a-f]{17})$')
            then 'workload'
        when
            identity_type in ('Root', 'IdentityCenterUser', 'SAMLUser')
            or strpos(actor, 'sso/') = 1
            or lower(event_type) in ('awsconsolesignin', 'awsconsoleaction')
            or from_console
            or session_mfa_authenticated
            then 'person'
    end as caller_kind,
    source_ip,
    client_ip,
    ip_kind,
    user_agent,
    vpc_endpoint,
    tls_version,
    account,
    region,
    error_code,
    error_message,
    read_only,
    is_write,
    category,
    request,
    response,
    additional_data,
    service_details,
    resources,
    event_id,
    shared_event_id,
    request_id,
    issued_key,
    asked_role,
    case
        when action = 'GetSessionToken' and service = 'sts'
            then identity_id
        when action = 'AssumeRoot' and service = 'sts'
            then asked_role
        when action = 'GetFederationToken' and service = 'sts'
            then
                json_extract_scalar(response_elements, '$.federatedUser.arn') || '/'
                || split_part(
                    json_extract_scalar(
                        response_elements, '$.federatedUser.federatedUserId'
                    ),
                    ':', 2
                )
        when service in ('rolesanywhere', 'sts')
            then replace(
                coalesce(
                    json_extract_scalar(
                        response_elements, '$.assumedRoleUser.assumedRoleId'
                    ),
                    json_extract_scalar(
                        response_elements,
                        '$.credentialSet[0].assumedRoleUser.assumedRoleId'
                    )
                ),
                ':', '/'
            )
        when service = 'signin' and action = 'SwitchRole'
            then session_id
        when
            service = 'signin' and session_id is null
            and action in ('ConsoleLogin', 'GetSigninToken')
            then identity_id
    end || date_format(time, '/%Y-%m-%dT%H:%i:%sZ') as issued_session,
    sign_in_session,
    original_event_id,
    addendum_reason
from (
    select
        time,
        outcome,
        action,
        event_name,
        service,
        family,
        event_source,
        event_type,
        identity_type,
        caller_account,
        access_key,
        credential_id,
        issued_to,
        source_identity,
        assumed_root,
        user_name,
        session_name,
        session_start,
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
        mfa_authenticated,
        from_console,
        via,
        source_ip,
        client_ip,
        case
            when lower(source_ip) in ('aws internal', 'aws internal/#', 'aws.internal')
                then 'internal'
            when
                regexp_like(
                    source_ip,
                    '^([A-Za-z0-9-]+[.])+amazonaws[.]com([.]cn)?$'
                    || '|^aws-mcp([.][A-Za-z0-9-]+)+[.]api[.]aws$'
                )
                then 'service'
            when
                regexp_like(
                    lower(client_ip),
                    '^(::ffff:)?(10|127|192[.]168|169[.]254|172[.](1[6-9]|2[0-9]|3[01])'
                    || '|100[.](6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7]))[.]'
                    || '|^::1$|^f[cd][0-9a-f]{2}:|^fe[89ab][0-9a-f]:'
                )
                then 'private'
            when client_ip is not null
                then 'public'
        end as ip_kind,
        user_agent,
        vpc_endpoint,
        tls_version,
        account,
        region,
        error_code,
        error_message,
        read_only,
        is_write,
        category,
        request,
        response,
        additional_data,
        service_details,
        resources,
        event_id,
        shared_event_id,
        request_id,
        issued_key,
        asked_role,
        sign_in_session,
        original_event_id,
        addendum_reason,
        in_scope_of_credentials_issued_to,
        response_elements,
        session_ec2_role_delivery,
        session_issuer_arn,
        session_mfa_authenticated
    from (
        select
            time,
            outcome,
            action,
            event_name,
            service,
            case service when 's3express' then 's3' when 's3-object-lambda' then 's3' when 's3-outposts' then 's3' when 's3tables' then 's3' when 's3vectors' then 's3' when 'bedrock-agentcore' then 'bedrock' when 'bedrock-mantle' then 'bedrock' when 'identitystore' then 'sso' when 'identitystore-scim' then 'sso' when 'sso-directory' then 'sso' when 'sso-oauth' then 'sso' when 'cloudtrail-data' then 'cloudtrail' when 'cognito-identity' then 'cognito' when 'cognito-idp' then 'cognito' when 'cognito-sync' then 'cognito' when 'ec2-instance-connect' then 'ec2' when 'ecr-public' then 'ecr' when 'eks-auth' then 'eks' when 'aoss' then 'opensearch' when 'es' then 'opensearch' when 'rds-data' then 'rds' when 'route53domains' then 'route53' when 'route53resolver' then 'route53' when 'ec2messages' then 'ssm' when 'ssmmessages' then 'ssm' when 'ssm-guiconnect' then 'ssm' when 'waf-regional' then 'waf' when 'wafv2' then 'waf' else service end as family,
            event_source,
            event_type,
            identity_type,
            caller_account,
            access_key,
            credential_id,
            issued_to,
            source_identity,
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
            case
                when
                    identity_type = 'IAMUser'
                    or (identity_type = 'Root' and coalesce(assumed_root, false) = false)
                    then session_mfa_authenticated
            end as mfa_authenticated,
            from_console,
            via,
            source_ip,
            case
                when
                    regexp_like(
                        source_ip,
                        '^(::[fF]{4}:)?((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])[.]){3}'
                        || '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])$'
                    )
                    or regexp_like(lower(source_ip), '^[0-9a-f]{1,4}(:[0-9a-f]{1,4}){7}$')
                    or (
                        regexp_like(
                            lower(source_ip),
                            '^([0-9a-f]{1,4}(:[0-9a-f]{1,4})*)?::'
                            || '([0-9a-f]{1,4}(:[0-9a-f]{1,4})*)?$'
                        )
                        and not regexp_like(source_ip, '([^:]+:+){7}[^:]')
                    )
                    then source_ip
            end as client_ip,
            user_agent,
            vpc_endpoint,
            tls_version,
            account,
            region,
            error_code,
            error_message,
            read_only,
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
            response,
            additional_data,
            service_details,
            resources,
            event_id,
            shared_event_id,
            request_id,
            case
                when
                    service in ('cognito-identity', 'rolesanywhere', 'signin', 'sts')
                    or action in ('CreateAccessKey', 'CreateServiceSpecificCredential')
                    then nullif(
                        coalesce(
                            json_extract_scalar(
                                response_elements, '$.credentials.accessKeyId'
                            ),
                            json_extract_scalar(response_elements, '$.accessKey.accessKeyId'),
                            json_extract_scalar(
                                response_elements,
                                '$.serviceSpecificCredential.serviceSpecificCredentialId'
                            ),
                            json_extract_scalar(
                                response_elements, '$.credentialSet[0].credentials.accessKeyId'
                            )
                        ),
                        access_key
                    )
            end as issued_key,
            case
                when
                    service in ('rolesanywhere', 'sts')
                    and json_extract_scalar(request_parameters, '$.targetPrincipal') is not null
                    then
                        'arn:aws:iam::'
                        || regexp_extract(
                            json_extract_scalar(request_parameters, '$.targetPrincipal'),
                            '[0-9]{12}'
                        )
                        || ':root'
                when service in ('rolesanywhere', 'sts')
                    then coalesce(
                        regexp_replace(
                            json_extract_scalar(request_parameters, '$.roleArn'),
                            ':role/.*/', ':role/'
                        ),
                        if(
                            service = 'sts',
                            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
                        )
                    )
                when service = 'signin' and action = 'SwitchRole'
                    then regexp_replace(principal_arn, ':role/.*/', ':role/')
            end as asked_role,
            sign_in_session,
            original_event_id,
            addendum_reason,
            in_scope_of_credentials_issued_to,
            on_behalf_of_user_id,
            response_elements,
            session_ec2_role_delivery,
            session_issuer_arn,
            session_issuer_user_name,
            session_mfa_authenticated,
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
                nullif(event_name, '') as event_name,
                nullif(split_part(event_source, '.amazonaws.com', 1), '') as service,
                nullif(event_source, '') as event_source,
                nullif(event_type, '') as event_type,
                nullif(user_identity_type, '') as identity_type,
                nullif(user_identity_account_id, '') as caller_account,
                nullif(user_identity_access_key_id, '') as access_key,
                nullif(user_identity_credential_id, '') as credential_id,
                nullif(in_scope_of_credentials_issued_to, '') as issued_to,
                nullif(session_source_identity, '') as source_identity,
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
                session_credential_from_console as from_console,
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
                nullif(vpc_endpoint_id, '') as vpc_endpoint,
                nullif(tls_version, '') as tls_version,
                coalesce(nullif(recipient_account_id, ''), folder_account) as account,
                nullif(aws_region, '') as region,
                nullif(error_code, '') as error_code,
                nullif(error_message, '') as error_message,
                read_only as read_only,
                nullif(request_parameters, '') as request,
                nullif(response_elements, '') as response,
                nullif(additional_event_data, '') as additional_data,
                nullif(service_event_details, '') as service_details,
                resources as resources,
                nullif(event_id, '') as event_id,
                nullif(shared_event_id, '') as shared_event_id,
                nullif(request_id, '') as request_id,
                nullif(session_sign_in_session_arn, '') as sign_in_session,
                nullif(addendum_original_event_id, '') as original_event_id,
                nullif(addendum_reason, '') as addendum_reason,
                event_category,
                in_scope_of_credentials_issued_to,
                management_event,
                on_behalf_of_user_id,
                request_parameters,
                response_elements,
                session_ec2_role_delivery,
                session_issuer_arn,
                session_issuer_user_name,
                session_mfa_authenticated,
                session_sign_in_session_arn,
                user_identity_arn,
                user_identity_invoked_by,
                user_identity_principal_id
            from records
        )
    )
)
)
select
    time, action, actor, source_ip, account, region, outcome, event_id,
    service, family, event_name, event_source, event_type, category, read_only,
    is_write, caller_kind, error_code, error_message,
    identity_type, identity_id, principal_arn, caller_arn, user_name, caller_account,
    access_key, session_id, session_name, session_start, source_identity, credential_id,
    mfa_authenticated, assumed_root, from_console, via,
    client_ip, ip_kind, user_agent, vpc_endpoint, tls_version,
    request, response, additional_data, service_details,
    array_join(transform(resources, one -> one.arn), ', ') as resource_arns,
    issued_key, issued_session, issued_to, asked_role, sign_in_session,
    request_id, shared_event_id, original_event_id, addendum_reason
from events
where contains(array['5f4a1c3e-0000-4000-8000-000000000001'], event_id)
order by time, event_id, request, response, error_message
