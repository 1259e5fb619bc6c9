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
    resources,
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
        transform(resources, each -> cast(row(coalesce(each.arn, each.arnprefix), each.accountid, each.type) as row(arn varchar, account_id varchar, type varchar))) as resources,
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
    is_write,
    request,
    response,
    additional_data,
    service_details,
    resources,
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
        via,
        source_ip,
        user_agent,
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
        request,
        response,
        additional_data,
        service_details,
        resources,
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
            nullif(response_elements, '') as response,
            nullif(additional_event_data, '') as additional_data,
            nullif(service_event_details, '') as service_details,
            resources as resources,
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
named as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service,
        case
            when
                any_match(
                    array['it''s'],
                    text -> any_match(resources, r -> strpos(r.arn, text) > 0)
                )
                then 'resources'
            when
                any_match(
                    array['it''s'],
                    text -> strpos(request, text) > 0
                    or strpos(
                        request, '"' || regexp_extract(text, '[^:/]+$') || '"'
                    ) > 0
                )
                then 'request'
            when any_match(array['it''s'], text -> strpos(response, text) > 0)
                then 'response'
            when any_match(array['it''s'], text -> strpos(error_message, text) > 0)
                then 'error message'
            when any_match(array['it''s'], text -> strpos(additional_data, text) > 0)
                then 'additional data'
            else 'service details'
        end as named_in,
        case
            when read_only = true then null
            when regexp_like(action, 'Tag(s|ging|Set)?$|^(Tag|Untag)') then 'tags'
            else regexp_replace(
                action,
                '^(Put|Set|Update|Modify|Create|Delete|Remove|Add|Attach|Detach|Enable'
                || '|Disable|Authorize|Revoke|Associate|Disassociate|Replace|Reset)'
            )
        end as setting,
        request, response,
        read_only, access_key, session_id, via, user_agent, error_code, error_message
    from events
    where
        (
            any_match(
                array['it''s'], text -> any_match(resources, r -> strpos(r.arn, text) > 0)
            )
            -- An ARN that is asked for stands in a request as a mere name, too.
            or any_match(
                array['it''s'],
                text -> strpos(request, text) > 0
                or strpos(request, '"' || regexp_extract(text, '[^:/]+$') || '"') > 0
            )
            or any_match(array['it''s'], text -> strpos(response, text) > 0)
            or any_match(array['it''s'], text -> strpos(error_message, text) > 0)
            or any_match(array['it''s'], text -> strpos(additional_data, text) > 0)
            or any_match(array['it''s'], text -> strpos(service_details, text) > 0)
        )
        and (cast(null as varchar) is null or strpos(lower(action), lower(cast(null as varchar))) > 0)
        and (is_write or not false)
),

written as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, named_in, setting, read_only, access_key, session_id, via, user_agent,
        error_code, error_message,
        -- Found are a name with its value, the name of an object or a list, which ends
        -- in a colon and is left out, and a text in a list.
        transform(
            if(setting is not null, array[request, response]),
            document -> array_join(
                transform(
                    filter(
                        regexp_extract_all(
                            document,
                            '"[^"\\]*(?:\\.[^"\\]*)*"\s*:\s*(?:'
                            || '"[^"\\]*(?:\\.[^"\\]*)*"|-?[0-9][0-9.eE+-]*|true|false)'
                            || '|"[^"\\]*(?:\\.[^"\\]*)*"\s*:?'
                        ),
                        pair -> not regexp_like(pair, ':$')
                    ),
                    pair -> regexp_replace(
                        regexp_replace(
                            pair,
                            '^"([^"\\]*(?:\\.[^"\\]*)*)"\s*:\s*"?(.*?)"?$',
                            '$1=$2'
                        ),
                        '^"|"$|\\(["/])',
                        '$1'
                    )
                ),
                ', '
            )
        ) as texts
    from named
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    service, named_in, setting,
    max_by(
        action || ': ' || coalesce(element_at(texts, 1), ''),
        if(outcome = 'success', date_format(time, '%Y-%m-%dT%H:%i:%s ') || event_id)
    ) over (
        partition by service, setting order by time, event_id
        rows between unbounded preceding and 1 preceding
    ) as before,
    nullif(element_at(texts, 1), '') as given,
    nullif(element_at(texts, 2), '') as answered,
    read_only, access_key, session_id, via, user_agent, error_code, error_message
from written
order by time, event_id
