with records as (
select
    event_time,
    event_source,
    event_name,
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
    on_behalf_of_user_id,
    invoked_by_delegate_account_id,
    folder_account
from (
    select
        cast(try(from_iso8601_timestamp(eventtime)) at time zone 'UTC' as timestamp) as event_time,
        eventsource as event_source,
        eventname as event_name,
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
    via,
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
    account,
    error_code,
    read_only,
    event_id
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
        nullif(error_code, '') as error_code,
        read_only as read_only,
        nullif(event_id, '') as event_id,
        on_behalf_of_user_id,
        user_identity_arn,
        user_identity_invoked_by,
        user_identity_principal_id
    from records
)
),
calls as (
    select
        time, service, action, outcome, access_key, client_ip, session_name, error_code,
        principal_arn, identity_id, account, read_only,
        case
            when regexp_like(session_name, '^i-[0-9a-f]{8,17}$')
                then 'instance'
            when regexp_like(session_name, '^eks-.+-[0-9a-f-]{36}$')
                then 'pod'
            when strpos(user_agent, 'exec-env/AWS_Lambda') > 0
                then 'function'
            when strpos(user_agent, 'exec-env/AWS_ECS') > 0
                then 'task'
        end as compute,
        (
            service in ('iam', 'organizations', 'sso', 'identitystore', 'account')
            or action in (
                'ListBuckets', 'AssumeRole', 'GetFederationToken', 'GetSecretValue',
                'BatchGetSecretValue', 'GetPasswordData', 'SendCommand',
                'StopLogging', 'DeleteTrail', 'PutEventSelectors', 'CreateAccessKey',
                'GetUserData', 'PutBucketPolicy', 'ModifySnapshotAttribute'
            )
        )
        and via is null as sensitive
    from events
    where
        session_name is not null
        and (
            regexp_like(session_name, '^i-[0-9a-f]{8,17}$|^eks-.+-[0-9a-f-]{36}$')
            or regexp_like(user_agent, 'exec-env/AWS_(Lambda|ECS)')
        )
        and (
            cast(null as array(varchar)) is null
            or contains(cast(null as array(varchar)), principal_arn)
            or contains(cast(null as array(varchar)), regexp_extract(principal_arn, '[^/]+$'))
        )
        and (cast(null as array(varchar)) is null or contains(cast(null as array(varchar)), session_name))
)

select
    compute, principal_arn as role, service, action, account, sensitive,
    count(*) as events,
    count(*) filter (where outcome = 'success') as succeeded,
    count(*) filter (where outcome = 'denied') as denied,
    count(*) filter (where outcome = 'failed') as failed,
    count(*) filter (where read_only is distinct from true) as writes,
    count(distinct session_name) as hosts,
    min(session_name) as example_host,
    count(distinct client_ip) as addresses,
    nullif(
        array_join(array_sort(array_agg(distinct error_code)), ', '), ''
    ) as error_codes,
    min(time) as first_seen,
    max(time) as last_seen
from calls
where sensitive or not false
group by compute, principal_arn, service, action, account, sensitive
order by
    compute asc, role asc, events desc, service asc, action asc, account asc,
    sensitive asc
