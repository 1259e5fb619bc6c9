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
    recipient_account_id,
    service_event_details,
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
        recipientaccountid as recipient_account_id,
        serviceeventdetails as service_event_details,
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
    via,
    source_ip,
    user_agent,
    account,
    region,
    request,
    response,
    event_id
from (
    select
        time,
        outcome,
        action,
        service,
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
        via,
        source_ip,
        user_agent,
        account,
        region,
        request,
        response,
        event_id,
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
            nullif(request_parameters, '') as request,
            nullif(response_elements, '') as response,
            nullif(event_id, '') as event_id,
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
doors as (
    select
        split_part(door, ' ', 1) as service,
        split_part(door, ' ', 2) as gives,
        split_part(door, ' ', 3) as takes,
        replace(split_part(door, ' ', 4), '+', ' ') as option_1,
        nullif(split_part(door, ' ', 5), '-') as option_2,
        -- DeleteSSHPublicKey is delete-ssh-public-key on the command line.
        lower(
            regexp_replace(
                regexp_replace(
                    coalesce(split_part(door, ' ', 6), split_part(door, ' ', 3)),
                    '([A-Z]+)([A-Z][a-z])', '$1-$2'
                ),
                '([a-z])([A-Z])', '$1-$2'
            )
        ) as verb,
        lower(
            regexp_replace(
                regexp_replace(
                    regexp_replace(split_part(door, ' ', 2), '^[A-Z][a-z]+', ''),
                    '([A-Z]+)([A-Z][a-z])', '$1 $2'
                ),
                '([a-z])([A-Z])', '$1 $2'
            )
        ) as kind
    from (
        -- service, what gives, what takes, two options of the command, its action
        values
        ('iam CreateAccessKey DeleteAccessKey user-name access-key-id'),
        ('iam UpdateAccessKey DeleteAccessKey user-name access-key-id'),
        ('iam CreateUser DeleteUser user-name'),
        ('iam CreateLoginProfile DeleteLoginProfile user-name'),
        ('iam UpdateLoginProfile DeleteLoginProfile user-name'),
        ('iam EnableMFADevice DeactivateMFADevice user-name serial-number'),
        (
            'iam CreateServiceSpecificCredential DeleteServiceSpecificCredential'
            || ' user-name service-specific-credential-id'
        ),
        ('iam UploadSSHPublicKey DeleteSSHPublicKey user-name ssh-public-key-id'),
        (
            'iam UploadSigningCertificate DeleteSigningCertificate'
            || ' user-name certificate-id'
        ),
        ('iam AttachUserPolicy DetachUserPolicy user-name policy-arn'),
        ('iam PutUserPolicy DeleteUserPolicy user-name policy-name'),
        ('iam AddUserToGroup RemoveUserFromGroup user-name group-name'),
        ('iam AttachGroupPolicy DetachGroupPolicy group-name policy-arn'),
        ('iam PutGroupPolicy DeleteGroupPolicy group-name policy-name'),
        ('iam CreateRole DeleteRole role-name'),
        (
            'iam UpdateAssumeRolePolicy DeleteRole'
            || ' policy-document+file://former.json+--role-name -'
            || ' UpdateAssumeRolePolicy'
        ),
        ('iam AttachRolePolicy DetachRolePolicy role-name policy-arn'),
        ('iam PutRolePolicy DeleteRolePolicy role-name policy-name'),
        (
            'iam CreateOpenIDConnectProvider DeleteOpenIDConnectProvider'
            || ' open-id-connect-provider-arn'
        ),
        ('iam CreateSAMLProvider DeleteSAMLProvider saml-provider-arn'),
        ('rolesanywhere CreateTrustAnchor DeleteTrustAnchor trust-anchor-id'),
        ('rolesanywhere CreateProfile DeleteProfile profile-id'),
        ('eks CreateAccessEntry DeleteAccessEntry cluster-name principal-arn'),
        ('lambda CreateFunctionUrlConfig DeleteFunctionUrlConfig function-name'),
        ('lambda AddPermission RemovePermission function-name statement-id'),
        (
            'ec2 ModifySnapshotAttribute ResetSnapshotAttribute'
            || ' attribute+createVolumePermission+--snapshot-id'
        ),
        (
            'ec2 ModifyImageAttribute ResetImageAttribute'
            || ' attribute+launchPermission+--image-id'
        ),
        (
            'rds ModifyDBSnapshotAttribute -'
            || ' attribute-name+restore+--db-snapshot-identifier values-to-remove'
            || ' ModifyDBSnapshotAttribute'
        ),
        ('s3 PutBucketPolicy DeleteBucketPolicy bucket'),
        ('sso-directory CreateUser DeleteUser identity-store-id+ID+--user-id'),
        (
            'account-access CreateEntitlement DeleteEntitlement'
            || ' application-arn entitlement-id'
        )
    ) as d (door)
),

calls as (
    select
        e.time, e.action, e.actor, e.source_ip, e.account, e.region, e.outcome,
        e.event_id, e.principal_arn, e.identity_id, e.access_key,
        any_match(cast(null as array(varchar)), one -> one in (e.actor, e.identity_id, e.principal_arn, e.caller_arn, e.user_name, e.session_name, e.access_key, regexp_extract(e.principal_arn, '[^/]+$'), e.identity_id || ':' || e.session_name) or (strpos(one, '/') > 0 and (starts_with(e.actor, one || '/') or starts_with(e.caller_arn, one || '/')))) as by_them,
        e.service, e.user_agent, e.via, d.kind, d.verb, d.option_1, d.option_2,
        e.action = d.takes
        or (
            e.action = 'UpdateAccessKey'
            and json_extract_scalar(e.request, '$.status') = 'Inactive'
        )
        or coalesce(
            json_extract_scalar(e.request, '$.operationType') = 'remove', false
        )
        or json_extract(e.request, '$.valuesToRemove[0]') is not null
        or json_extract(e.request, '$.createVolumePermission.remove') is not null
        or json_extract(e.request, '$.launchPermission.remove') is not null as takes,
        coalesce(
            coalesce(
                json_extract_scalar(e.request, '$.userName'),
                json_extract_scalar(e.request, '$.roleName'),
                json_extract_scalar(e.response, '$.accessKey.userName'),
                json_extract_scalar(e.response, '$.openIDConnectProviderArn'),
                json_extract_scalar(e.request, '$.openIDConnectProviderArn'),
                json_extract_scalar(e.response, '$.sAMLProviderArn'),
                json_extract_scalar(e.request, '$.sAMLProviderArn'),
                json_extract_scalar(e.response, '$.trustAnchor.trustAnchorId')
            ),
            coalesce(
                json_extract_scalar(e.request, '$.trustAnchorId'),
                json_extract_scalar(e.response, '$.profile.profileId'),
                json_extract_scalar(e.request, '$.profileId'),
                json_extract_scalar(e.request, '$.clusterName'),
                regexp_extract(
                    json_extract_scalar(e.request, '$.functionName'), '[^:]+$'
                ),
                json_extract_scalar(e.request, '$.snapshotId'),
                json_extract_scalar(e.request, '$.imageId'),
                json_extract_scalar(e.request, '$.dBSnapshotIdentifier')
            ),
            coalesce(
                json_extract_scalar(e.request, '$.bucketName'),
                json_extract_scalar(e.response, '$.user.userId'),
                json_extract_scalar(e.request, '$.userId'),
                json_extract_scalar(e.request, '$.applicationArn'),
                json_extract_scalar(e.request, '$.groupName'),
                if(e.service = 'eks', json_extract_scalar(e.request, '$.name')),
                -- Who acts on itself need not name itself.
                e.user_name
            )
        ) as holder,
        coalesce(
            coalesce(
                json_extract_scalar(e.response, '$.accessKey.accessKeyId'),
                json_extract_scalar(e.request, '$.accessKeyId'),
                json_extract_scalar(e.request, '$.serialNumber'),
                json_extract_scalar(
                    e.response,
                    '$.serviceSpecificCredential.serviceSpecificCredentialId'
                ),
                json_extract_scalar(e.request, '$.serviceSpecificCredentialId'),
                json_extract_scalar(e.response, '$.sSHPublicKey.sSHPublicKeyId'),
                json_extract_scalar(e.request, '$.sSHPublicKeyId')
            ),
            coalesce(
                json_extract_scalar(e.response, '$.certificate.certificateId'),
                json_extract_scalar(e.request, '$.certificateId'),
                json_extract_scalar(e.request, '$.policyArn'),
                json_extract_scalar(e.request, '$.policyName'),
                json_extract_scalar(e.request, '$.groupName'),
                try(url_decode(json_extract_scalar(e.request, '$.principalArn'))),
                json_extract_scalar(e.request, '$.statementId')
            ),
            json_format(json_extract(e.request, '$.valuesToAdd')),
            json_format(json_extract(e.request, '$.valuesToRemove')),
            json_extract_scalar(e.response, '$.entitlementId'),
            json_extract_scalar(e.request, '$.entitlementId')
        ) as thing
    from events as e
    inner join doors as d
        on e.service = d.service and e.action in (d.gives, d.takes)
    where e.outcome = 'success'
),

ordered as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, takes,
        principal_arn, access_key, by_them, user_agent, via, kind,
        service, verb, option_1, option_2, holder, thing,
        max(if(takes, time)) over (
            partition by account, service, kind, holder, thing
        ) as taken,
        -- The last call of each caller: no other stands in its place.
        time = max(time) over same
        or event_id = last_value(event_id) over (
            same order by time, event_id
            rows between unbounded preceding and unbounded following
        ) as is_last
    from calls
    window same as (
        partition by
            account, service, kind, takes, holder, thing, actor, identity_id,
            access_key, source_ip
    )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    kind, coalesce(thing, holder) as target, holder,
    'aws ' || replace(replace(service, 's3', 's3api'), 'sso-directory', 'identitystore')
    || ' ' || verb || ' --' || option_1
    || ' ''' || replace(holder, '''', '''"''"''') || ''''
    || if(
        option_2 is null,
        '',
        ' --' || option_2 || ' ''' || replace(thing, '''', '''"''"''') || ''''
    )
    || if(
        service = 'iam',
        '',
        ' --region ''' || replace(region, '''', '''"''"''') || ''''
    ) as revoke_with,
    principal_arn, access_key, via, user_agent
from ordered
where
    not takes
    and is_last
    and (taken is null or taken < time)
    and (
        cast(null as array(varchar)) is null
        or by_them
    )
order by time, event_id
