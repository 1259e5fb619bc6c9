-- title: "Which of these indicators occur, where, and with whom?"
-- answers: [Q016, Q033]
-- attack: [T1078.004]
-- needs: [management:read, management:write]
-- keywords: [ioc, indicator, threat intelligence, grep, regex, free text, watch list]
-- parameters:
--   values:
--     type: list of text
--     optional: true
--     help: "whole values: access keys, addresses, ARNs, ids, names, agents"
--   texts:
--     type: list of text
--     optional: true
--     help: "texts that may stand anywhere within a field, in this spelling"
--   pattern:
--     type: text
--     optional: true
--     means: pattern
--     help: "a regular expression, such as (?i)kali|pacu; shown is what it matched"
--   networks:
--     type: list of cidr
--     optional: true
--     help: "ranges of addresses, such as 198.51.100.0/24"
-- chart: ranking
-- next: [resource/history, identity/access-key, overview/moment, overview/event]
-- notes: |
--   Give one or more of the four; a list may be a file: values=Path("iocs.txt").
--   One row for an indicator, the field it was found in, and an identity. Of a network
--   the addresses in it are shown, with `found_in` client_ip.
--   A value is compared with whole fields; in a request, a response and what else is
--   JSON it must stand in quotes, so that 10.0.0.1 is not found in 110.0.0.15. A key in
--   a response was handed out by that call. In an error message any place will do.
--   Hundreds of values cost little; texts and networks are tried one by one.
with candidates as (
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
            :networks, n -> try(contains(n, try_cast(client_ip as ipaddress)))
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
            cardinality(:values) > 20,
            arrays_overlap(split(replace(whole_event, chr(10), '"'), '"'), :values)
            or any_match(:values, value -> strpos(error_message, value) > 0),
            any_match(:values, value -> strpos(whole_event, value) > 0)
        )
        or any_match(:texts, text -> strpos(whole_event, text) > 0)
        or regexp_like(whole_event, '(?m)' || :pattern)
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
                        one -> contains(:values, substr(one, strpos(one, ': ') + 2))
                    ),
                    flatten(
                        transform(
                            :values,
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
                            :texts,
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
                                substr(one, strpos(one, ': ') + 2), :pattern
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
