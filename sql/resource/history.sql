-- title: "What happened to this resource, and what was changed from what to what?"
-- answers: [Q016, Q238, Q239]
-- needs: [management:read, management:write]
-- keywords: [timeline, change, before and after, diff, configuration, group, tag]
-- parameters:
--   resource:
--     {type: list of text, means: arn, help: "an ARN, an id or a name, or part of it"}
--   about:
--     type: text
--     optional: true
--     help: "a word of the action, such as Tag, Ingress or PublicAccessBlock"
--   changes:
--     {type: boolean, default: false, help: "leave out what only reads"}
-- chart: timeline
-- formerly: [activity/resource]
-- next: [overview/event, overview/moment, identity/access-key]
-- notes: |
--   Any text that holds yours is found: a name that begins another's finds both. Upper
--   and lower case count. `named_in` says where it stood first.
--   A refused call often names its target in the message alone.
--   `given` and `answered` are the request and the response of a change as name=value.
--   `before` is what the last successful change of the same `setting` in this frame
--   said: Put, Delete, Authorize, Revoke … of one thing are one setting, and all of
--   tags are one. It is null where none is in the window: look further back. A frame of
--   two resources mixes theirs.
--   What is done through another name of the same thing (an id for an ARN, an alias for
--   a key) is not found: ask again with that.
with named as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service,
        case
            when
                any_match(
                    :resource,
                    text -> any_match(resources, r -> strpos(r.arn, text) > 0)
                )
                then 'resources'
            when
                any_match(
                    :resource,
                    text -> strpos(request, text) > 0
                    or strpos(
                        request, '"' || regexp_extract(text, '[^:/]+$') || '"'
                    ) > 0
                )
                then 'request'
            when any_match(:resource, text -> strpos(response, text) > 0)
                then 'response'
            when any_match(:resource, text -> strpos(error_message, text) > 0)
                then 'error message'
            when any_match(:resource, text -> strpos(additional_data, text) > 0)
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
                :resource, text -> any_match(resources, r -> strpos(r.arn, text) > 0)
            )
            -- An ARN that is asked for stands in a request as a mere name, too.
            or any_match(
                :resource,
                text -> strpos(request, text) > 0
                or strpos(request, '"' || regexp_extract(text, '[^:/]+$') || '"') > 0
            )
            or any_match(:resource, text -> strpos(response, text) > 0)
            or any_match(:resource, text -> strpos(error_message, text) > 0)
            or any_match(:resource, text -> strpos(additional_data, text) > 0)
            or any_match(:resource, text -> strpos(service_details, text) > 0)
        )
        and (:about is null or strpos(lower(action), lower(:about)) > 0)
        and (is_write or not :changes)
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
