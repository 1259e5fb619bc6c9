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
        sourceipaddress as source_ip_address,
        useragent as user_agent,
        errorcode as error_code,
        errormessage as error_message,
        responseelements as response_elements,
        additionaleventdata as additional_event_data,
        eventid as event_id,
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
        useridentity.sessioncontext.sessionissuer.arn as session_issuer_arn,
        useridentity.sessioncontext.sessionissuer.username as session_issuer_user_name,
        cast(try(from_iso8601_timestamp(useridentity.sessioncontext.attributes.creationdate)) at time zone 'UTC' as timestamp) as session_creation_date,
        useridentity.sessioncontext.assumedroot as session_assumed_root,
        useridentity.onbehalfof.userid as on_behalf_of_user_id,
        useridentity.invokedbydelegate.accountid as invoked_by_delegate_account_id,
        "account" as folder_account
    from "security"."cloudtrail"
    where
        "day" between '2026/03/02' and '2026/03/10'
)
where
    event_time >= timestamp '2026-03-02 00:00:00.000'
    and event_time < timestamp '2026-03-10 00:00:00.000'
),
events as (
select distinct
    time,
    outcome,
    access_key,
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
    from_console,
    via,
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
    account,
    event_id
from (
    select
        time,
        outcome,
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
        account,
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
uses as (
    select
        time, identity_id, session_name, actor, access_key, client_ip, ip_kind, account,
        outcome, user_agent, principal_arn, session_start,
        ip_kind || if(strpos(client_ip, ':') > 0, '6', '4') as network_kind,
        case
            when strpos(client_ip, ':') > 0
                then regexp_extract(client_ip, '^[^:]*:[^:]*')
            else regexp_extract(client_ip, '^[0-9]+[.][0-9]+')
        end as network,
        regexp_extract(user_agent, '^[^ /]+') as agent,
        strpos(lower(user_agent), 'ssm-agent') > 0 as by_ssm,
        regexp_like(user_agent, 'exec-env/AWS_(Lambda|ECS)') as in_runtime,
        from_console
        or regexp_like(user_agent, '^(aws-cli|Mozilla|AWSPowerShell)/') as by_hand
    from events
    where via is null and client_ip is not null and access_key is not null
),

grouped as (
    select
        identity_id, session_name, access_key, client_ip, network, network_kind, agent,
        max(actor) as actor,
        max(account) as account,
        max(principal_arn) as principal_arn,
        max(user_agent) as user_agent,
        max(if(by_ssm, 1, 0)) as by_ssm,
        max(if(in_runtime, 1, 0)) as in_runtime,
        max(if(by_hand and not in_runtime, 1, 0)) as by_hand,
        regexp_like(session_name, '^i-[0-9a-f]{8,17}$') as is_instance,
        count(*) filter (where timestamp '2026-03-09 00:00:00.000' is null or time >= timestamp '2026-03-09 00:00:00.000')
            as events,
        count(*) filter (
            where outcome = 'denied'
            and (timestamp '2026-03-09 00:00:00.000' is null or time >= timestamp '2026-03-09 00:00:00.000')
        ) as denied,
        min(time) as first_call,
        min(time) filter (where timestamp '2026-03-09 00:00:00.000' is null or time >= timestamp '2026-03-09 00:00:00.000')
            as first_seen,
        max(time) as last_seen
    from uses
    group by
        identity_id, session_name, access_key, client_ip, network, network_kind, agent
),

placed as (
    select
        identity_id, session_name, access_key, client_ip, network_kind, agent, actor,
        account, principal_arn, user_agent, in_runtime, by_hand, is_instance, events,
        denied, first_seen, last_seen,
        first_value(client_ip) over (
            partition by
                identity_id, session_name, network_kind,
                if(is_instance, null, access_key)
            order by
                by_ssm desc, first_call asc, client_ip asc, agent asc, access_key asc
            rows between unbounded preceding and unbounded following
        ) as home,
        max(in_runtime) over (partition by access_key, identity_id) as of_runtime,
        dense_rank() over (
            partition by access_key, identity_id, network_kind order by network asc
        ) + dense_rank() over (
            partition by access_key, identity_id, network_kind order by network desc
        ) - 1 as networks
    from grouped
),

found as (
    select
        case
            when is_instance and client_ip <> home
                then 'instance credentials elsewhere'
            when of_runtime = 1 and in_runtime = 0 and not coalesce(is_instance, false)
                then 'function or task credentials elsewhere'
            when
                by_hand = 1
                and regexp_like(principal_arn, ':role/(aws-)?service-role/')
                then 'service role used by hand'
            when
                networks >= 2
                and strpos(network_kind, 'public') = 1
                and not coalesce(is_instance, false)
                then 'one key from several networks'
        end as finding,
        actor, identity_id, access_key, account, client_ip, home, networks, agent,
        user_agent, events, denied, first_seen, last_seen
    from placed
)

select
    finding, actor, identity_id, access_key, account, client_ip as address, home,
    networks, agent, user_agent, events, denied, first_seen, last_seen
from found
where finding is not null and events > 0
order by
    finding asc, actor asc, identity_id asc, access_key asc, first_seen asc,
    address asc, agent asc, account asc
