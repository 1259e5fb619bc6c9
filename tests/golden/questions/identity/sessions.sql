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
    event_type,
    read_only,
    recipient_account_id,
    service_event_details,
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
        eventtype as event_type,
        case lower(readonly) when 'true' then true when 'false' then false end as read_only,
        recipientaccountid as recipient_account_id,
        serviceeventdetails as service_event_details,
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
    event_type,
    identity_type,
    access_key,
    credential_id,
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
    from_console,
    via,
    source_ip,
    user_agent,
    account,
    region,
    read_only,
    request,
    event_id
from (
    select
        time,
        outcome,
        action,
        service,
        event_type,
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
        from_console,
        via,
        source_ip,
        user_agent,
        account,
        region,
        read_only,
        request,
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
            nullif(event_type, '') as event_type,
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
            coalesce(nullif(recipient_account_id, ''), folder_account) as account,
            nullif(aws_region, '') as region,
            read_only as read_only,
            nullif(request_parameters, '') as request,
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
        time, action, identity_id, session_name, session_start, outcome, read_only,
        access_key, source_ip, user_agent, account, region,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as name,
        if(
            session_start is null and session_name is null,
            coalesce(access_key, credential_id)
        ) as credential,
        case
            when
                event_type = 'AwsMcpEvent'
                or strpos(via, 'aws-mcp') = 1
                or strpos(json_extract_scalar(request, '$.resource'), 'aws-mcp') > 0
                then 5
            when
                regexp_like(via, '^(q|amazonq|codewhisperer|kiro|bedrock-agentcore)[.]')
                then 4
            when service = 'cloudshell' or strpos(user_agent, 'exec-env/CloudShell') > 0
                then 3
            when
                from_console
                or regexp_like(
                    lower(user_agent), '^mozilla/|console|^signin[.]amazonaws'
                )
                then 2
            when via is null
                then 1
            else 0
        end as sign,
        regexp_extract(
            lower(user_agent),
            'claude|cursor|kiro|copilot|codex|gemini|chatgpt|amazonq|devin|windsurf|mcp'
        ) as hint
    from events
    where
        coalesce(session_name, access_key, credential_id) is not null
        and identity_type is distinct from 'AWSService'
        and (
            cast(null as array(varchar)) is null
            or any_match(cast(null as array(varchar)), one -> one in (actor, identity_id, principal_arn, caller_arn, user_name, session_name, access_key, regexp_extract(principal_arn, '[^/]+$'), identity_id || ':' || session_name) or (strpos(one, '/') > 0 and (starts_with(actor, one || '/') or starts_with(caller_arn, one || '/'))))
        )
),

grouped as (
    select
        identity_id, session_name, session_start, credential, access_key, source_ip,
        user_agent, account, region,
        max(name) as name, max(sign) as sign, max(hint) as hint,
        count(*) as events,
        count(*) filter (where outcome = 'denied') as denied,
        count(*) filter (where read_only is distinct from true) as writes,
        min(time) as first_seen,
        max(time) as last_seen
    from calls
    group by
        identity_id, session_name, session_start, credential, access_key, source_ip,
        user_agent, account, region
)

select
    max(name) as identity, identity_id, session_name, session_start, credential,
    case max(sign)
        when 5 then 'AWS MCP server'
        when 4 then 'AI assistant'
        when 3 then 'CloudShell'
        when 2 then 'console'
        when 1 then 'CLI and SDK'
        else 'service'
    end as kind,
    max(hint) as agent_hint,
    sum(events) as events,
    sum(writes) as writes,
    sum(denied) as denied,
    count(distinct access_key) as access_keys,
    count(distinct source_ip) as addresses,
    count(distinct user_agent) as user_agents,
    count(distinct account) as accounts,
    count(distinct region) as regions,
    date_diff('minute', min(first_seen), max(last_seen)) as minutes,
    min(first_seen) as first_seen,
    max(last_seen) as last_seen
from grouped
group by identity_id, session_name, session_start, credential
order by
    first_seen asc, identity_id asc, session_name asc, session_start asc,
    credential asc
