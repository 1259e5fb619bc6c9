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
    invoked_by_delegate_account_id
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
        useridentity.invokedbydelegate.accountid as invoked_by_delegate_account_id
    from "security"."cloudtrail"
    where
        "day" between '2026/02/09' and '2026/03/10'
)
where
    event_time >= timestamp '2026-02-09 00:00:00.000'
    and event_time < timestamp '2026-03-10 00:00:00.000'
),
events as (
select distinct
    time,
    outcome,
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
        identity_id, source_ip, ip_kind, outcome, time,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as identity,
        if(strpos(access_key, 'ASIA') = 1, 'temporary', access_key) as credential,
        regexp_extract(user_agent, '^[^ /]+') as agent,
        timestamp '2026-03-09 00:00:00.000' is not null and time < timestamp '2026-03-09 00:00:00.000' as before
    from events
    where
        access_key is not null
        and via is null
        and client_ip is not null
        and (cast(null as array(varchar)) is null or contains(cast(null as array(varchar)), access_key))
        and (
            cast(null as array(varchar)) is null
            or any_match(cast(null as array(varchar)), one -> one in (actor, identity_id, principal_arn, caller_arn, user_name, session_name, access_key, regexp_extract(principal_arn, '[^/]+$'), identity_id || ':' || session_name) or (strpos(one, '/') > 0 and (starts_with(actor, one || '/') or starts_with(caller_arn, one || '/'))))
        )
),

grouped as (
    select
        identity, identity_id, credential, source_ip, agent,
        max(ip_kind) as ip_kind,
        count(*) filter (where before) as events_before,
        count(*) filter (where not before) as events,
        count(*) filter (where not before and outcome = 'success') as succeeded,
        count(*) filter (where not before and outcome = 'denied') as denied,
        count(*) filter (where not before and outcome = 'failed') as failed,
        min(time) filter (where not before) as first_seen,
        max(time) filter (where not before) as last_seen
    from uses
    group by identity, identity_id, credential, source_ip, agent
),

compared as (
    select
        identity, identity_id, credential, source_ip, ip_kind, agent, events_before,
        events, succeeded, denied, failed, first_seen, last_seen,
        sum(events_before) over (
            partition by identity, identity_id, credential
        ) as known,
        sum(events_before) over (
            partition by identity, identity_id, credential, source_ip
        ) as address_known,
        sum(events_before) over (
            partition by identity, identity_id, credential, agent
        ) as agent_known
    from grouped
)

select
    identity, identity_id, credential, source_ip, ip_kind, agent,
    case
        when known = 0 then 'no baseline'
        when address_known = 0 and agent_known = 0 then 'new address and agent'
        when address_known = 0 then 'new address'
        when agent_known = 0 then 'new agent'
        else 'known'
    end as news,
    events, succeeded, denied, failed, events_before, first_seen, last_seen
from compared
where events > 0
order by
    identity asc, identity_id asc, credential asc, events desc, source_ip asc, agent asc
