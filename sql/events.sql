-- The lens: every management and data event as one row that can be read.
--
-- A column is one expression over `records` and over the columns above it, for which
-- trailkit nests one SELECT in another. It asks only for the columns in use. An empty
-- text is null.
--
-- `actor` is for reading only; group by `identity_id`:
--   user/alice            IAM user
--   role/Admin/session    assumed role, with its session's name
--   role/Admin            a role as such
--   sso/alice             Identity Center user: in the portal, at sign-in, and in an
--                         account. There the role is one under the path
--                         /aws-reserved/sso.amazonaws.com/, which only AWS can make, so
--                         the name of its session is the user's. `principal_arn` has
--                         the role, and with it the permission set
--   federated/bob         federated, SAML or web identity user
--   root, root-session    the root user; what AssumeRoot handed out, where the record
--                         says so. Often only the issuing call does: see
--                         identity/root-activity, which follows it
--   service/ec2           an AWS service for itself
--   account/ID/principal  an identity of another account, as far as it is told
--   anonymous             no one signed the request
--   unknown/…             what else there is, under its type in lower case
select
    event_time as time,

    -- The code without Client. or Server. in front and Exception behind; and, as the
    -- CIS AWS Foundations Benchmark has it, AccessDenied* and *UnauthorizedOperation.
    -- Managed Grafana writes 200 on success. A failed sign-in has no code: its response
    -- or the details of its service event say Failure under the event's own name.
    --
    -- This stands above the columns that share a name with the record's, and so reads
    -- the record's: in the first step, where Parquet need not give a response unless
    -- the event is a sign-in.
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

    -- Lambda and CloudFront append the version of their API, a date, to the name:
    -- UpdateFunctionCode20150331v2. A mere number (PutObjectV2) is part of the name.
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
    family_of(service) as family,
    nullif(event_source, '') as event_source,
    nullif(event_type, '') as event_type,

    nullif(user_identity_type, '') as identity_type,
    nullif(user_identity_account_id, '') as caller_account,
    nullif(user_identity_access_key_id, '') as access_key,
    nullif(user_identity_credential_id, '') as credential_id,
    nullif(in_scope_of_credentials_issued_to, '') as issued_to,
    nullif(session_source_identity, '') as source_identity,
    lower(session_assumed_root) = 'true' as assumed_root,

    -- Since July 2025 an Identity Center user is named in the additional data of one
    -- event of each sign-in, and nowhere else.
    coalesce(
        nullif(user_identity_user_name, ''),
        case
            when user_identity_type in ('IdentityCenterUser', 'Unknown')
                then nullif(
                    json_extract_scalar(additional_event_data, '$.UserName'), ''
                )
        end
    ) as user_name,

    case
        when identity_type in ('AssumedRole', 'AWSAccount', 'FederatedUser')
            then coalesce(
                nullif(split_part(user_identity_principal_id, ':', 2), ''),
                nullif(split_part(user_identity_arn, '/', 3), '')
            )
    end as session_name,
    session_creation_date as session_start,

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

    -- AIDA… of a user, AROA… of a role, else the ARN, else a service or an account.
    -- The principalId of other identities is or begins with a mere account number.
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

    -- The IAM user, role or root whose rights counted: for a session its issuer. Where
    -- the issuer is not told, the role is named after the session, without its path.
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

    -- One session is a principal and the time of its creation: one sign-in to the
    -- console uses many access keys. Only some services stamp the ARN of the sign-in's
    -- session, so it stands in only where nothing else tells sessions apart. Whoever
    -- works with a long-term key has none. The calls of one session in the access
    -- portal share a credential.
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

    -- AWS means it for IAM users and root alone: whoever came through SAML or Identity
    -- Center shows false, with or without a second factor.
    case
        when
            identity_type = 'IAMUser'
            or (identity_type = 'Root' and coalesce(assumed_root, false) = false)
            then session_mfa_authenticated
    end as mfa_authenticated,
    -- Only ever true or not told.
    session_credential_from_console as from_console,
    coalesce(
        nullif(user_identity_invoked_by, ''),
        nullif(invoked_by_delegate_account_id, '')
    ) as via,

    -- What the record shows the caller to be, by what AWS writes and a caller cannot:
    --   service   an AWS service for itself, or under its service-linked role
    --   workload  a function, an instance or a container with a role of its own
    --   person    root, someone who signed in to the console or the access portal, or
    --             who gave a second factor
    -- Null where it does not show, as with a long-term key or any other role.
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

    nullif(source_ip_address, '') as source_ip,
    -- An address of IPv4, of IPv6 in full, or of IPv6 with `::` for a group or more.
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
    -- private: RFC 1918, carrier NAT (100.64/10), loopback, link-local, unique local.
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
    -- As AWS tells it, else by the name: old records do not tell. True for a name that
    -- is not known to read.
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
    -- Records before version 1.07 lack the category, and before 1.06 the calls of S3
    -- for objects and of Lambda to invoke were the only data events there are.
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

    nullif(request_parameters, '') as request,
    nullif(response_elements, '') as response,
    nullif(additional_event_data, '') as additional_data,
    nullif(service_event_details, '') as service_details,
    resources as resources,

    nullif(event_id, '') as event_id,
    nullif(shared_event_id, '') as shared_event_id,
    nullif(request_id, '') as request_id,
    -- An action that two accounts recorded is two events with one `action_id`. It holds
    -- service and name: SwitchRole shares its id with the AssumeRole that AWS made. Two
    -- records with one event id are one action, unless their times differ. It is never
    -- null, so that an event without an id or a time counts too: it is told apart by
    -- request, time, name and caller.
    coalesce(
        shared_event_id || '/' || service || '/' || action,
        event_id || coalesce(date_format(time, '/%Y-%m-%dT%H:%i:%sZ'), '/no time'),
        'no id/' || coalesce(date_format(time, '%Y-%m-%dT%H:%i:%sZ'), '')
        || '/' || coalesce(request_id, '')
        || '/' || coalesce(event_source, '')
        || '/' || coalesce(event_name, '')
        || '/' || coalesce(identity_id, '')
    ) as action_id,
    -- What a call handed out. `issued_key`: the access key in its answer, other than
    -- the caller's own. `issued_session`: the `session_id` of what acts with it, where
    -- that begins in the second of the call. `asked_role`: the role that was asked for,
    -- without its path; of a refused call it stands in the message alone.
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
    -- The session of a sign-in, which only some services stamp.
    nullif(session_sign_in_session_arn, '') as sign_in_session,

    nullif(addendum_original_event_id, '') as original_event_id,
    nullif(addendum_reason, '') as addendum_reason,
    file as file
from records
