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
        useragent as user_agent,
        errorcode as error_code,
        errormessage as error_message,
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
    identity_id,
    source_ip,
    user_agent,
    account,
    region,
    error_code,
    is_write,
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
        source_ip,
        user_agent,
        account,
        region,
        error_code,
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
            nullif(source_ip_address, '') as source_ip,
            case
                when strpos(user_agent, '[') = 1 and substr(user_agent, -1) = ']'
                    then nullif(substr(user_agent, 2, length(user_agent) - 2), '')
                else nullif(user_agent, '')
            end as user_agent,
            coalesce(nullif(recipient_account_id, ''), folder_account) as account,
            nullif(aws_region, '') as region,
            nullif(error_code, '') as error_code,
            read_only as read_only,
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
condensed as (
    select
        case 'action'
            when 'action' then service || ':' || action
            when 'service' then service
            when 'identity' then identity_id
            when 'identity-action' then identity_id || ' ' || service || ':' || action
            when 'region' then account || '/' || region
            when 'address' then source_ip
            when 'agent' then user_agent
            when 'error' then error_code
            when 'access_key' then access_key
        end as value,
        if(
            starts_with('action', 'identity'),
            regexp_replace(actor, '^(role/[^/]+)/.*$', '$1')
        ) as name,
        time >= timestamp '2026-03-09 11:00:00.000' and time < timestamp '2026-03-09 11:00:00.000' as is_before,
        time >= timestamp '2026-03-09 11:00:00.000' and time < timestamp '2026-03-09 11:00:00.000' as is_after,
        outcome,
        is_write,
        time
    from events
    where
        (time >= timestamp '2026-03-09 11:00:00.000' and time < timestamp '2026-03-09 11:00:00.000')
        or (time >= timestamp '2026-03-09 11:00:00.000' and time < timestamp '2026-03-09 11:00:00.000')
),

summed as (
    select
        value,
        max(name) as name,
        count_if(is_before) as events_before,
        count_if(is_after) as events_after,
        count_if(is_before and is_write) as writes_before,
        count_if(is_after and is_write) as writes_after,
        count_if(is_before and outcome <> 'success') as unsuccessful_before,
        count_if(is_after and outcome <> 'success') as unsuccessful_after,
        min(time) as first_seen,
        max(time) as last_seen
    from condensed
    where value is not null
    group by value
)

select
    value, name,
    case
        when events_before = 0 then 'after'
        when events_after = 0 then 'before'
    end as only_in,
    events_before, events_after,
    3600e0 * events_before / date_diff('second', timestamp '2026-03-09 11:00:00.000', timestamp '2026-03-09 11:00:00.000')
        as per_hour_before,
    3600e0 * events_after / date_diff('second', timestamp '2026-03-09 11:00:00.000', timestamp '2026-03-09 11:00:00.000')
        as per_hour_after,
    writes_before, writes_after, unsuccessful_before, unsuccessful_after,
    first_seen, last_seen
from summed
order by only_in asc nulls last, events_after desc, events_before desc, value asc
