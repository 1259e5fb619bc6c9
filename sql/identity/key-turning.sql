-- title: "When did a credential turn: its last good and its first bad use?"
-- answers: [Q029]
-- attack: [T1078.004, T1552]
-- severity: note
-- keywords: [compromise time, theft, patient zero, last legitimate, first malicious]
-- needs: [management:read, management:write]
-- parameters:
--   credential:
--     type: list of text
--     means: principal
--     help: "an access key, or the text of `actor`, a name, ARN or unique id"
--   bad:
--     type: list of text
--     means: address
--     help: "the addresses, or words of user agents, that are known to be bad"
-- chart: ranking
-- next: [identity/access-key, identity/credential-use, credentials/secrets-read]
-- false_positives: |
--   A thief who used the victim's own machine or network looks good here.
-- cannot_show: |
--   When the key was stolen: only when it was first used. A theft leaves its trace, if
--   any, where the key lay.
-- notes: |
--   One row for each address and agent (up to its first slash). `side` is bad where the
--   address equals one of `bad`, or the user agent contains one; else good.
--   `last_good_before` is the last good use before the first bad one, `first_bad` that
--   one; both are the same on every row. Good uses after it go on beside the bad ones.
with calls as (
    select
        time, source_ip, outcome, read_only, user_agent, account, identity_id,
        if(
            contains(:bad, source_ip)
            or any_match(:bad, each -> strpos(user_agent, each) > 0),
            'bad', 'good'
        ) as side
    from events
    where
        called_by(:credential)
),

marked as (
    select
        time, source_ip, outcome, read_only, user_agent, account, side,
        min(if(side = 'bad', time)) over () as first_bad
    from calls
),

placed as (
    select
        time, source_ip, outcome, read_only, user_agent, account, side, first_bad,
        max(if(side = 'good' and time < first_bad, time)) over () as last_good_before
    from marked
)

select
    side, source_ip, regexp_extract(user_agent, '^[^ /]+') as agent,
    count(*) as events,
    count(*) filter (where outcome = 'success') as succeeded,
    count(*) filter (where outcome = 'denied') as denied,
    count(*) filter (where read_only is distinct from true) as writes,
    count(distinct account) as accounts,
    count(*) filter (where side = 'good' and time > first_bad) as after_first_bad,
    max(last_good_before) as last_good_before,
    max(first_bad) as first_bad,
    min(time) as first_seen,
    max(time) as last_seen
from placed
group by side, source_ip, regexp_extract(user_agent, '^[^ /]+')
order by first_seen asc, side asc, source_ip asc, agent asc
