-- title: "Which keys did AWS put under quarantine, and what became of it?"
-- answers: [Q059]
-- attack: [T1552.001]
-- severity: high
-- keywords: [leaked key, exposed key, github, compromised key, public]
-- needs: [management:write]
-- global: [iam]
-- parameters:
--   user:
--     type: list of text
--     optional: true
--     means: resource
--     help: "an IAM user's name; every user when left out"
-- chart: timeline
-- next: [identity/activity, identity/access-key, persistence/users-and-keys]
-- false_positives: |
--   None known for the quarantine itself. A test of the procedure attaches it by hand.
-- cannot_show: |
--   Where the key was found, and which of the user's keys: AWS says so by mail and in a
--   support case. What was done with the key before AWS noticed is under its user.
-- notes: |
--   AWS attaches the policy AWSCompromisedKeyQuarantine (V2, V3 …) to the key's user
--   when the key stands in public. It denies some dearest or most dangerous calls, no
--   more: the key still works. `step`: attached, detached, or refused, a call whose
--   message names the policy. Look for what the user did after it was attached.
with steps as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        access_key, via, user_agent, error_code, error_message,
        json_extract_scalar(request, '$.userName') as user_name,
        coalesce(
            json_extract_scalar(request, '$.policyArn'),
            json_extract_scalar(request, '$.policyName'),
            regexp_extract(
                error_message,
                '[^ ]*AWS(CompromisedKeyQuarantine|ExposedCredentialPolicy)\w*'
            )
        ) as policy,
        case
            when service <> 'iam' then 'refused'
            when regexp_like(action, '^(Attach|Put)') then 'attached'
            when regexp_like(action, '^(Detach|Delete)') then 'detached'
            else 'refused'
        end as step
    from events
    where
        (
            service = 'iam'
            and action in (
                'AttachUserPolicy', 'DeleteUserPolicy', 'DetachUserPolicy',
                'PutUserPolicy'
            )
        )
        or regexp_like(
            error_message, 'AWSCompromisedKeyQuarantine|AWSExposedCredentialPolicy'
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    step,
    coalesce(
        user_name,
        if(step = 'refused', regexp_extract(actor, '^user/(.*)$', 1)),
        regexp_extract(error_message, 'on resource: "?(?:[^" ]*/|user )([^" ]+)', 1)
    ) as target,
    policy, access_key, via, user_agent, error_code, error_message
from steps
where
    regexp_like(policy, 'AWSCompromisedKeyQuarantine|AWSExposedCredentialPolicy')
    and (
        :user is null
        or contains(:user, user_name)
        or any_match(
            :user,
            part -> user_name is null and strpos(error_message, part) > 0
        )
    )
order by time, event_id
