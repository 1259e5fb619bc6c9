with records as (
select
    event_time,
    event_source,
    event_name,
    source_ip_address,
    user_agent,
    error_code,
    error_message,
    request_parameters,
    response_elements,
    additional_event_data,
    request_id,
    event_id,
    resources,
    recipient_account_id,
    service_event_details,
    shared_event_id,
    vpc_endpoint_id,
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
    session_source_identity,
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
        sourceipaddress as source_ip_address,
        useragent as user_agent,
        errorcode as error_code,
        errormessage as error_message,
        requestparameters as request_parameters,
        responseelements as response_elements,
        additionaleventdata as additional_event_data,
        requestid as request_id,
        eventid as event_id,
        transform(resources, each -> cast(row(coalesce(each.arn, each.arnprefix), each.accountid, each.type) as row(arn varchar, account_id varchar, type varchar))) as resources,
        recipientaccountid as recipient_account_id,
        serviceeventdetails as service_event_details,
        sharedeventid as shared_event_id,
        vpcendpointid as vpc_endpoint_id,
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
        useridentity.sessioncontext.sourceidentity as session_source_identity,
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
    caller_account,
    access_key,
    credential_id,
    source_identity,
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
    client_ip,
    user_agent,
    vpc_endpoint,
    account,
    error_message,
    request,
    response,
    additional_data,
    service_details,
    resources,
    event_id,
    coalesce(
        shared_event_id || '/' || service || '/' || action,
        event_id || coalesce(date_format(time, '/%Y-%m-%dT%H:%i:%sZ'), '/no time'),
        'no id/' || coalesce(date_format(time, '%Y-%m-%dT%H:%i:%sZ'), '')
        || '/' || coalesce(request_id, '')
        || '/' || coalesce(event_source, '')
        || '/' || coalesce(event_name, '')
        || '/' || coalesce(identity_id, '')
    ) as action_id
from (
    select
        time,
        outcome,
        action,
        event_name,
        service,
        event_source,
        identity_type,
        caller_account,
        access_key,
        credential_id,
        source_identity,
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
        vpc_endpoint,
        account,
        error_message,
        request,
        response,
        additional_data,
        service_details,
        resources,
        event_id,
        shared_event_id,
        request_id,
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
            nullif(event_name, '') as event_name,
            nullif(split_part(event_source, '.amazonaws.com', 1), '') as service,
            nullif(event_source, '') as event_source,
            nullif(user_identity_type, '') as identity_type,
            nullif(user_identity_account_id, '') as caller_account,
            nullif(user_identity_access_key_id, '') as access_key,
            nullif(user_identity_credential_id, '') as credential_id,
            nullif(session_source_identity, '') as source_identity,
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
            nullif(vpc_endpoint_id, '') as vpc_endpoint,
            coalesce(nullif(recipient_account_id, ''), folder_account) as account,
            nullif(error_message, '') as error_message,
            nullif(request_parameters, '') as request,
            nullif(response_elements, '') as response,
            nullif(additional_event_data, '') as additional_data,
            nullif(service_event_details, '') as service_details,
            resources as resources,
            nullif(event_id, '') as event_id,
            nullif(shared_event_id, '') as shared_event_id,
            nullif(request_id, '') as request_id,
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
candidates as (
    -- Few events hold any of them: what is costly is done for those alone.
    select
        time, action, action_id, event_id, outcome, account, source_ip, identity_id,
        actor, client_ip, access_key, user_agent, principal_arn, user_name,
        session_name, session_id, source_identity, credential_id, caller_account,
        vpc_endpoint, via, resources,
        request, response, error_message, additional_data, service_details,
        concat_ws(
            chr(10),
            concat_ws(
                chr(10), access_key, source_ip, user_agent, actor, principal_arn,
                identity_id, user_name
            ),
            concat_ws(
                chr(10), session_name, session_id, source_identity, credential_id,
                caller_account, account
            ),
            vpc_endpoint, action, via,
            array_join(transform(resources, one -> one.arn), chr(10)),
            concat_ws(
                chr(10), request, response, error_message, additional_data,
                service_details
            )
        ) as whole_event,
        any_match(
            cast(null as array(varchar)), n -> try(contains(n, try_cast(client_ip as ipaddress)))
        ) as in_networks
    from events
),

fielded as (
    select
        time, action, action_id, event_id, outcome, account, source_ip, identity_id,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as name,
        client_ip, in_networks,
        flatten(
            array[
                array[
                    'access_key: ' || access_key,
                    'source_ip: ' || source_ip,
                    'user_agent: ' || user_agent,
                    'actor: ' || actor,
                    'principal_arn: ' || principal_arn,
                    'identity_id: ' || identity_id,
                    'user_name: ' || user_name,
                    'session_name: ' || session_name,
                    'session_id: ' || session_id,
                    'source_identity: ' || source_identity,
                    'credential_id: ' || credential_id,
                    'caller_account: ' || caller_account,
                    'account: ' || account,
                    'vpc_endpoint: ' || vpc_endpoint,
                    'action: ' || action,
                    'via: ' || via
                ],
                transform(resources, one -> 'resources: ' || one.arn)
            ]
        ) as fields,
        array[
            'request: ' || request,
            'response: ' || response,
            'error_message: ' || error_message,
            'additional_data: ' || additional_data,
            'service_details: ' || service_details
        ] as documents
    from candidates
    where
        in_networks
        -- Many values are looked up among the pieces; for few that costs more.
        or if(
            cardinality(cast(null as array(varchar))) > 20,
            arrays_overlap(split(replace(whole_event, chr(10), '"'), '"'), cast(null as array(varchar)))
            or any_match(cast(null as array(varchar)), value -> strpos(error_message, value) > 0),
            any_match(cast(null as array(varchar)), value -> strpos(whole_event, value) > 0)
        )
        or any_match(cast(null as array(varchar)), text -> strpos(whole_event, text) > 0)
        or regexp_like(whole_event, '(?m)' || cast(null as varchar))
),

found as (
    select
        time, action, action_id, event_id, outcome, account, source_ip, identity_id,
        name, t.hit as hit
    from fielded
    cross join
        unnest(
            flatten(
                array[
                    if(in_networks, array['client_ip: ' || client_ip]),
                    filter(
                        fields,
                        one -> contains(cast(null as array(varchar)), substr(one, strpos(one, ': ') + 2))
                    ),
                    flatten(
                        transform(
                            cast(null as array(varchar)),
                            value -> transform(
                                filter(
                                    documents,
                                    one -> strpos(one, '"' || value || '"') > 0
                                    or (
                                        starts_with(one, 'error_message: ')
                                        and strpos(one, value) > 0
                                    )
                                ),
                                one -> split_part(one, ': ', 1) || ': ' || value
                            )
                        )
                    ),
                    flatten(
                        transform(
                            cast(null as array(varchar)),
                            text -> transform(
                                filter(
                                    fields || documents,
                                    one
                                    -> strpos(substr(one, strpos(one, ': ') + 2), text)
                                    > 0
                                ),
                                one -> split_part(one, ': ', 1) || ': ' || text
                            )
                        )
                    ),
                    filter(
                        transform(
                            fields || documents,
                            one -> split_part(one, ': ', 1) || ': '
                            || regexp_extract(
                                substr(one, strpos(one, ': ') + 2), cast(null as varchar)
                            )
                        ),
                        hit -> hit is not null
                    )
                ]
            )
        ) as t (hit)
)

select
    substr(hit, strpos(hit, ': ') + 2) as indicator,
    split_part(hit, ': ', 1) as found_in,
    max(name) as identity,
    identity_id,
    count(distinct action_id) as events,
    count(distinct if(outcome = 'success', action_id)) as succeeded,
    count(distinct if(outcome = 'denied', action_id)) as denied,
    count(distinct action) as actions,
    count(distinct source_ip) as addresses,
    count(distinct account) as accounts,
    min(time) as first_seen,
    max(time) as last_seen,
    min_by(event_id, date_format(time, '%Y-%m-%dT%H:%i:%s ') || event_id)
        as first_event_id
from found
group by hit, identity_id
order by indicator, found_in, first_seen, identity_id, first_event_id
