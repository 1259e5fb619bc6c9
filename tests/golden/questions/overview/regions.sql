with records as (
select
    event_time,
    event_source,
    event_name,
    aws_region,
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
    user_identity_user_name,
    user_identity_invoked_by,
    on_behalf_of_user_id,
    folder_account
from (
    select
        cast(try(from_iso8601_timestamp(eventtime)) at time zone 'UTC' as timestamp) as event_time,
        eventsource as event_source,
        eventname as event_name,
        awsregion as aws_region,
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
        useridentity.username as user_identity_user_name,
        useridentity.invokedby as user_identity_invoked_by,
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
    service,
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
    region,
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
        coalesce(
            nullif(user_identity_user_name, ''),
            case
                when user_identity_type in ('IdentityCenterUser', 'Unknown')
                    then nullif(
                        json_extract_scalar(additional_event_data, '$.UserName'), ''
                    )
            end
        ) as user_name,
        coalesce(nullif(recipient_account_id, ''), folder_account) as account,
        nullif(aws_region, '') as region,
        read_only as read_only,
        nullif(event_id, '') as event_id,
        on_behalf_of_user_id,
        user_identity_arn,
        user_identity_invoked_by,
        user_identity_principal_id
    from records
)
)
select
    account,
    region,
    count(*) as events,
    count_if(outcome = 'success') as succeeded,
    count_if(outcome = 'denied') as denied,
    count_if(outcome = 'failed') as failed,
    count_if(is_write) as writes,
    count(distinct identity_id) as identities,
    count(distinct service) as services,
    min(time) as first_seen,
    max(time) as last_seen
from events
group by account, region
order by events desc, account asc, region asc
