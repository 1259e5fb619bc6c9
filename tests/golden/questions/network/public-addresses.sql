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
    principal_arn,
    via,
    source_ip,
    user_agent,
    account,
    region,
    error_code,
    error_message,
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
        principal_arn,
        via,
        source_ip,
        user_agent,
        account,
        region,
        error_code,
        error_message,
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
calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        response,
        coalesce(
            json_extract_scalar(request, '$.publicIp'),
            json_extract_scalar(response, '$.publicIp'),
            nullif(
                array_join(
                    transform(
                        try_cast(
                            json_extract(response, '$.instancesSet.items')
                            as array(json)
                        ),
                        one -> json_extract_scalar(
                            one, '$.networkInterfaceSet.items[0].association.publicIp'
                        )
                    ),
                    ', '
                ),
                ''
            ),
            nullif(
                array_join(
                    transform(
                        try_cast(
                            json_extract(response, '$.instancesSet.items')
                            as array(json)
                        ),
                        one -> json_extract_scalar(one, '$.ipAddress')
                    ),
                    ', '
                ),
                ''
            )
        ) as public_ip,
        coalesce(
            json_extract_scalar(
                request, '$.networkInterfaceSet.items[0].associatePublicIpAddress'
            ),
            json_extract_scalar(request, '$.associatePublicIpAddress'),
            json_extract_scalar(request, '$.mapPublicIpOnLaunch.value'),
            json_extract_scalar(request, '$.mapPublicIpOnLaunch')
        ) as asked_public
    from events
    where
        (
            service = 'ec2'
            and action in (
                'AdvertiseByoipCidr', 'AllocateAddress', 'AssignIpv6Addresses',
                'AssociateAddress', 'DisassociateAddress', 'ModifySubnetAttribute',
                'ProvisionByoipCidr', 'ReleaseAddress', 'RunInstances'
            )
        )
        or (
            service = 'lightsail'
            and action in (
                'AllocateStaticIp', 'AttachStaticIp', 'OpenInstancePublicPorts',
                'PutInstancePublicPorts'
            )
        )
),

opened as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        asked_public, public_ip,
        coalesce(
            nullif(
                array_join(
                    transform(
                        try_cast(
                            json_extract(response, '$.instancesSet.items')
                            as array(json)
                        ),
                        one -> json_extract_scalar(one, '$.instanceId')
                    ),
                    ', '
                ),
                ''
            ),
            json_extract_scalar(request, '$.instanceId'),
            json_extract_scalar(request, '$.networkInterfaceId'),
            json_extract_scalar(request, '$.subnetId'),
            json_extract_scalar(request, '$.allocationId'),
            json_extract_scalar(request, '$.associationId'),
            json_extract_scalar(request, '$.publicIp'),
            json_extract_scalar(response, '$.allocationId'),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        coalesce(
            json_extract_scalar(request, '$.subnetId'),
            json_extract_scalar(request, '$.networkInterfaceSet.items[0].subnetId'),
            nullif(
                array_join(
                    transform(
                        try_cast(
                            json_extract(response, '$.instancesSet.items')
                            as array(json)
                        ),
                        one -> json_extract_scalar(one, '$.subnetId')
                    ),
                    ', '
                ),
                ''
            )
        ) as subnet,
        nullif(
            array_join(
                transform(
                    try_cast(json_extract(request, '$.groupSet.items') as array(json)),
                    one -> json_extract_scalar(one, '$.groupId')
                ),
                ', '
            ),
            ''
        ) as groups
    from calls
    where
        outcome <> 'success'
        or action not in ('RunInstances', 'ModifySubnetAttribute')
        or asked_public = 'true'
        or public_ip is not null
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, public_ip, asked_public, subnet, groups, service, principal_arn, access_key,
    user_agent, via, error_code, error_message
from opened
where
    cast(null as array(varchar)) is null
    or any_match(cast(null as array(varchar)), part -> strpos(coalesce(target, error_message), part) > 0)
order by time, event_id
