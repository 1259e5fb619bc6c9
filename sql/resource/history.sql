-- title: "Which events name this resource?"
-- answers: [Q238, Q239]
-- needs: [management:read, management:write]
-- parameters:
--   resource: {type: text, help: "an ARN, an id or a name, or a part of it"}
-- chart: timeline
-- formerly: [activity/resource]
-- next: [overview/event, identity/access-key, s3/bucket-deletions]
-- notes: |
--   Any text that holds yours is found: a name that begins another's finds both. Upper
--   and lower case count. `named_in` says where it stood first.
--   A refused call often names its target in the message alone.
--   What is done through another name of the same thing (an id for an ARN, an alias for
--   a key) is not found: ask again with that.
select
    time, action, actor, source_ip, account, region, outcome, event_id,
    service,
    case
        when any_match(resources, one -> strpos(one.arn, :resource) > 0)
            then 'resources'
        when strpos(request, :resource) > 0
            then 'request'
        when strpos(response, :resource) > 0
            then 'response'
        when strpos(error_message, :resource) > 0
            then 'error message'
        when strpos(additional_data, :resource) > 0
            then 'additional data'
        else 'service details'
    end as named_in,
    read_only, access_key, session_id, via, user_agent, error_code, error_message
from events
where
    any_match(resources, one -> strpos(one.arn, :resource) > 0)
    or strpos(request, :resource) > 0
    or strpos(response, :resource) > 0
    or strpos(error_message, :resource) > 0
    or strpos(additional_data, :resource) > 0
    or strpos(service_details, :resource) > 0
order by time, event_id
