-- title: "Who invoked which function, and who never did before?"
-- answers: [Q172]
-- attack: [T1648]
-- severity: low
-- keywords: [lambda, invoke, serverless, cross-account]
-- needs: [data:lambda]
-- lookback: 7d
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     help: "a function's name or ARN, or a part of it"
--     means: resource
-- chart: ranking
-- next: [execution/functions-opened, execution/functions, identity/address]
-- false_positives: |
--   A new version of an application comes with a new role; a person tries a function in
--   the console.
-- cannot_show: |
--   Anything, where Invoke is not recorded: data events of Lambda are off by default.
--   What was passed and returned is never recorded. Calls of a URL without
--   authentication have no caller. The network that an address belongs to: join a list
--   of your own.
-- notes: |
--   One row for each function, identity and address. `new` is true where the identity
--   did not call the function in the 7 days before the window; without a window, or
--   where data events were off then, it proves nothing. `from_outside` is true where
--   the caller's account is another one.
with calls as (
    select
        time, outcome, account, region, caller_account, identity_id, via, source_ip,
        user_agent,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as identity,
        regexp_replace(
            coalesce(
                json_extract_scalar(request, '$.functionName'),
                element_at(transform(resources, one -> one.arn), 1),
                regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
            ),
            '^.*:function:([^:]+).*$',
            '$1'
        ) as function_name
    from events
    where
        service = 'lambda'
        and action in (
            'Invoke', 'InvokeAsync', 'InvokeFunction', 'InvokeWithResponseStream'
        )
),

marked as (
    select
        time, outcome, account, region, caller_account, identity_id, via, source_ip,
        user_agent, identity, function_name,
        min(time) over (
            partition by account, region, function_name, identity_id
        ) as first_call
    from calls
)

select
    account,
    region,
    function_name as target,
    identity,
    identity_id,
    caller_account,
    caller_account <> account as from_outside,
    source_ip,
    via,
    min(first_call) >= :window_start as new,
    count_if(outcome = 'success') as succeeded,
    count_if(outcome = 'denied') as denied,
    count_if(outcome = 'failed') as failed,
    max(user_agent) as an_agent,
    min(time) as first_seen,
    max(time) as last_seen
from marked
where
    (:window_start is null or time >= :window_start)
    and (:target is null or any_match(:target, part -> strpos(function_name, part) > 0))
group by
    account, region, function_name, identity, identity_id, caller_account, source_ip,
    via
order by
    first_seen, account, region, target, identity, identity_id, caller_account,
    source_ip, via
