-- title: "Which roles were made or opened, and whom does their trust now let in?"
-- answers: [Q098, Q099]
-- attack: [T1136.003, T1098.003]
-- severity: high
-- keywords: [backdoor, assume role, trust policy, cross-account, oidc, persistence]
-- needs: [management:write]
-- global: [iam]
-- parameters:
--   target: {type: list of text, optional: true, means: resource, help: "a role"}
--   outside_only:
--     type: boolean
--     default: false
--     help: "true for those that let another account, anyone or loose OIDC in"
-- chart: timeline
-- next:
--   [identity/role-assumptions, privilege/policy-changes,
--   persistence/identity-providers]
-- notes: |
--   `trusts` lists whom the policy lets in now. `outside_accounts` are those in it that
--   are not the role's own: your other accounts and vendors too. `anyone` is true where
--   a principal is `*`. `oidc_without_subject` is true where a web identity provider is
--   trusted and no Condition tests its `sub`: then each user of that provider may
--   enter. `conditions` are the keys that the policy tests. CreateServiceLinkedRole
--   names a service, and no policy.
-- false_positives: |
--   Vendors with an external id, new roles of code and of AWS's own consoles, roles for
--   your own other accounts: compare `outside_accounts` with the list of them.
-- cannot_show: |
--   The trust policy before the change, and what the role may do. Whether it was used:
--   ask identity/role-assumptions. The other account records nothing of this.
with changes as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.roleName'),
            json_extract_scalar(response, '$.role.roleName'),
            regexp_extract(
                error_message,
                'on resource: "?(?:role )?(?:[^ ":/]*[:/])*([^ ":/]+)',
                1
            ),
            json_extract_scalar(request, '$.aWSServiceName')
        ) as target,
        json_extract_scalar(request, '$.aWSServiceName') as linked_service,
        coalesce(
            json_extract_scalar(request, '$.assumeRolePolicyDocument'),
            json_extract_scalar(request, '$.policyDocument')
        ) as written
    from events
    where
        service = 'iam'
        and action in (
            'CreateRole', 'CreateServiceLinkedRole', 'UpdateAssumeRolePolicy',
            'UpdateRole', 'DeleteRole'
        )
),

decoded as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        target, linked_service,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        if(strpos(written, '%7B') = 1, try(url_decode(written)), written) as document
    from changes
),

allowed as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        target, linked_service, document,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        filter(
            coalesce(
                try_cast(json_extract(document, '$.Statement') as array(json)),
                array[json_extract(document, '$.Statement')]
            ),
            s -> json_extract_scalar(s, '$.Effect') = 'Allow'
        ) as statements
    from decoded
),

-- Each kind of principal is one text or a list: what stands in quotes, less the kinds.
trusted as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        target, linked_service, document, statements,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        array_distinct(
            flatten(
                transform(
                    statements,
                    s -> filter(
                        split(json_format(json_extract(s, '$.Principal')), '"'),
                        x -> not regexp_like(
                            x, '^([^A-Za-z0-9*]*|AWS|Service|Federated|CanonicalUser)$'
                        )
                    )
                )
            )
        ) as names
    from allowed
),

told as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        target, document,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(nullif(array_join(names, ', '), ''), linked_service) as trusts,
        nullif(
            array_join(
                array_distinct(
                    filter(
                        transform(
                            names,
                            name -> regexp_extract(
                                name, '^(?:arn:aws[^:]*:[^:]*::)?([0-9]{12})(?::|$)', 1
                            )
                        ),
                        number -> number <> account
                    )
                ),
                ', '
            ),
            ''
        ) as outside_accounts,
        case
            when document is not null
                then
                    any_match(names, name -> name = '*')
                    or any_match(
                        statements, s -> json_extract(s, '$.NotPrincipal') is not null
                    )
        end as anyone,
        case
            when document is not null
                then any_match(
                    statements,
                    s -> regexp_like(
                        coalesce(json_format(json_extract(s, '$.Principal')), ''),
                        ':oidc-provider/|cognito-identity|accounts[.]google'
                        || '|graph[.]facebook|www[.]amazon[.]com'
                    )
                    and not regexp_like(
                        coalesce(json_format(json_extract(s, '$.Condition')), ''),
                        ':sub" *:'
                    )
                )
        end as oidc_without_subject,
        nullif(
            array_join(
                transform(statements, s -> json_format(json_extract(s, '$.Condition'))),
                '; '
            ),
            ''
        ) as conditions
    from trusted
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, trusts, outside_accounts, anyone, oidc_without_subject, conditions,
    document, principal_arn, access_key, user_agent, via, error_code, error_message
from told
where
    (
        :target is null
        or contains(:target, target)
        or (
            target is null
            and any_match(:target, part -> strpos(error_message, part) > 0)
        )
    )
    and (
        not :outside_only
        or outside_accounts is not null
        or anyone
        or oidc_without_subject
    )
order by time, event_id
