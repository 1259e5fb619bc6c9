-- title: "Who guessed users and roles by writing them into policies?"
-- answers: [Q075]
-- attack: [T1087.004]
-- severity: medium
-- keywords: [enumeration, invalid principal, cross-account, pacu, trust policy]
-- needs: [management:write]
-- global: [iam]
-- parameters:
--   guesses: {type: integer, default: 3, help: "at least so many wrong principals"}
-- chart: timeline
-- next: [privilege/role-trust, identity/role-assumptions, identity/activity]
-- notes: |
--   A policy that names a user or role that does not exist is refused, one that names a
--   real one is taken: so names in any account can be tried. Listed are identities with
--   at least `guesses` refusals, all of them and the policies that were taken between.
--   `target` is the role, bucket or other thing whose policy was written, `guessed` the
--   principal, `hit` true where the policy was taken: that principal exists.
-- false_positives: |
--   Code that writes a policy before the role in it is made: the same principal again
--   and again, then a success.
-- cannot_show: |
--   Guesses against your accounts from outside: they stand in the guesser's own log.
--   Guesses by AssumeRole are in identity/role-assumptions, in the guesser's account
--   alone.
with writes as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        identity_id, principal_arn, access_key, user_agent, via,
        error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.roleName'),
            json_extract_scalar(request, '$.bucketName'),
            json_extract_scalar(request, '$.keyId'),
            json_extract_scalar(request, '$.secretId'),
            json_extract_scalar(request, '$.functionName'),
            regexp_extract(request, '"[A-Za-z]*([Nn]ame|Arn|Url)" *: *"([^"]+)"', 2)
        ) as target,
        coalesce(
            regexp_extract(error_message, '"AWS" *: *"([^"]+)"', 1),
            regexp_extract(
                replace(request, '\"', '"'), '"AWS" *: *\[? *"([^"]+)"', 1
            )
        ) as guessed,
        coalesce(
            regexp_like(lower(error_message), 'invalid principal|principal.*invalid'),
            false
        ) as refused
    from events
    where
        (
            regexp_like(action, 'AssumeRolePolicy$|Policy(2)?$|^AddPermission$')
            or action in (
                'CreateRole', 'CreateKey', 'SetQueueAttributes', 'SetTopicAttributes'
            )
        )
        and read_only is distinct from true
        and (
            outcome = 'success'
            or regexp_like(lower(error_message), 'invalid principal|principal.*invalid')
        )
),

counted as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        target, guessed, refused, principal_arn, access_key, user_agent, via,
        error_code, error_message,
        count(case when refused then 1 end) over (
            partition by identity_id, action
        ) as wrong
    from writes
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, guessed, not refused as hit, wrong as wrong_guesses,
    principal_arn, access_key, user_agent, via, error_code, error_message
from counted
where wrong >= :guesses
order by time, event_id
