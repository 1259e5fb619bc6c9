-- title: "Which instance got another role, by its instance profile?"
-- answers: [Q109]
-- attack: [T1098.003, T1548]
-- severity: medium
-- keywords: [privilege escalation, pass role, instance profile, ec2]
-- needs: [management:write]
-- global: [iam]
-- parameters:
--   target:
--     type: list of text
--     means: resource
--     optional: true
--     help: "an instance, instance profile or role; every one when left out"
-- chart: timeline
-- next:
--   [execution/machine-commands, identity/credential-misuse,
--   privilege/policy-changes]
-- notes: |
--   Whoever controls a machine has its role. A role comes to a machine in three ways,
--   and all are here: a role is put into a profile (IAM), a profile is given to a
--   running instance (EC2), and a profile is given at launch (RunInstances with a
--   profile). `target` is the instance, else the profile; `profile` and `role` are what
--   it has now.
-- false_positives: |
--   Launches by code and by scaling groups: `via` and `actor` tell them. Terraform
--   makes the profile in the same minute as the role.
-- cannot_show: |
--   Use of the role on the instance: ask identity/role-assumptions for the sessions
--   i-…. A launch template may name the profile instead: then the launch does not.
with changes as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            regexp_extract(request, '"(i-[0-9a-f]+)"', 1),
            regexp_extract(response, '"(i-[0-9a-f]+)"', 1),
            regexp_extract(error_message, ':instance/(i-[0-9a-f]+)', 1)
        ) as instance,
        coalesce(
            json_extract_scalar(request, '$.instanceProfileName'),
            regexp_extract(
                request,
                '"[Ii]amInstanceProfile" *: *[{][^}]*"(?:[Nn]ame|[Aa]rn)" *: *"([^"]+)',
                1
            ),
            regexp_extract(error_message, ':instance-profile/([^ "]+)', 1)
        ) as profile,
        json_extract_scalar(request, '$.roleName') as role,
        regexp_extract(request, '"(iip-assoc-[^"]+)"', 1) as association
    from events
    where
        (
            service = 'iam'
            and regexp_like(action, 'InstanceProfile$')
            and not regexp_like(action, '^(Get|List|Tag|Untag)')
        )
        or (
            service = 'ec2'
            and regexp_like(action, '^(Associate|Disassociate|Replace)IamInstanceProf')
        )
        or (
            service = 'ec2'
            and action = 'RunInstances'
            and strpos(request, '"iamInstanceProfile"') > 0
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    coalesce(instance, profile, association) as target,
    instance, regexp_extract(profile, '[^/]+$') as profile, role, association,
    service, principal_arn, access_key, user_agent, via, error_code, error_message
from changes
where
    :target is null
    or any_match(:target, one -> one in (instance, profile, role, association))
    or contains(:target, regexp_extract(profile, '[^/]+$'))
    or any_match(:target, part -> strpos(error_message, part) > 0)
order by time, event_id
