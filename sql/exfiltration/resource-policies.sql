-- title: "Which policies of keys, queues, secrets and other resources were changed?"
-- answers: [Q200, Q201, Q205, Q219]
-- attack: [T1537, T1098]
-- needs: [management:write]
-- severity: high
-- keywords:
--   [public, exfil, ECR, SNS, SQS, KMS, Lambda, Secrets Manager, backup vault, resource
--   policy, cross-account, opened]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "a key, queue, topic, secret, function, repository, vault, or a part of it"
--   outside_only:
--     type: boolean
--     default: false
--     help: "only policies open to another account or to everybody"
-- chart: timeline
-- next:
--   [exfiltration/subscriptions, exfiltration/shares, s3/bucket-changes, impact/keys]
-- notes: |
--   `given_to` holds the principals that the new policy, permission or grant allows.
--   `to_outside` is true where one is another account than the one of the event, or
--   everybody; `to_everybody` where a statement for `*` has no condition. A new policy
--   replaces the old one, so most of a policy is often old. Buckets have their own
--   question: s3/bucket-changes.
-- false_positives: |
--   Infrastructure code that writes the same policy again, a service principal with a
--   source account, and sharing inside your own organization.
-- cannot_show: |
--   What the policy said before, and whether the access was used: look in the other
--   account, or for calls of `account/…` actors.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        coalesce(
            json_extract_scalar(request, '$.policy'),
            json_extract_scalar(request, '$.policyText'),
            json_extract_scalar(request, '$.resourcePolicy'),
            json_extract_scalar(request, '$.policyDocument'),
            json_extract_scalar(request, '$.policyInJson'),
            json_extract_scalar(request, '$.attributes.Policy'),
            coalesce(
                json_extract_scalar(request, '$.accessPolicy'),
                json_extract_scalar(request, '$.accessPolicies'),
                json_extract_scalar(request, '$.policy.policy'),
                case
                    when json_extract_scalar(request, '$.attributeName') = 'Policy'
                        then json_extract_scalar(request, '$.attributeValue')
                end
            )
        ) as policy
    from events
    where
        regexp_like(
            action,
            '^(Add(LayerVersion)?Permission|PutPermission|CreateGrant'
            || '|(Put|Set)[A-Za-z]*Policy|PutRepositoryPermissionsPolicy'
            || '|Set(Queue|Topic)Attributes|Update(Elasticsearch)?DomainConfig)$'
        )
        and service not in ('iam', 'organizations', 's3', 's3tables', 'autoscaling')
        and service not in ('application-autoscaling', 'ecr-lifecycle', 'sso')
        and regexp_like(action, 'Lifecycle|Scaling|Retention|Replication') = false
),

statements as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        policy,
        filter(
            coalesce(
                try_cast(json_extract(policy, '$.Statement') as array(json)),
                array[json_extract(policy, '$.Statement')]
            ),
            one -> json_extract_scalar(one, '$.Effect') = 'Allow'
        ) as allows
    from calls
    where
        policy is not null
        or request is null
        or not regexp_like(action, 'Attributes$|DomainConfig$')
),

grants as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message, request,
        policy, allows,
        filter(
            flatten(
                array[
                    flatten(
                        transform(
                            allows,
                            one -> coalesce(
                                try_cast(
                                    json_extract(one, '$.Principal.AWS')
                                    as array(varchar)
                                ),
                                array[
                                    coalesce(
                                        json_extract_scalar(one, '$.Principal'),
                                        json_extract_scalar(one, '$.Principal.AWS'),
                                        json_extract_scalar(one, '$.Principal.Service'),
                                        json_format(json_extract(one, '$.Principal')),
                                        'all but '
                                        || json_format(
                                            json_extract(one, '$.NotPrincipal')
                                        )
                                    )
                                ]
                            )
                        )
                    ),
                    try_cast(
                        json_extract(request, '$.aWSAccountIds') as array(varchar)
                    ),
                    try_cast(json_extract(request, '$.accountIds') as array(varchar)),
                    array[
                        json_extract_scalar(request, '$.principal'),
                        json_extract_scalar(request, '$.granteePrincipal')
                    ]
                ]
            ),
            one -> one is not null
        ) as principals,
        coalesce(
            json_extract_scalar(request, '$.backupVaultName'),
            json_extract_scalar(request, '$.secretId'),
            json_extract_scalar(request, '$.keyId'),
            json_extract_scalar(request, '$.queueUrl'),
            json_extract_scalar(request, '$.topicArn'),
            json_extract_scalar(request, '$.functionName'),
            json_extract_scalar(request, '$.repositoryName'),
            coalesce(
                json_extract_scalar(request, '$.fileSystemId'),
                json_extract_scalar(request, '$.resourceArn'),
                json_extract_scalar(request, '$.domainName'),
                json_extract_scalar(request, '$.layerName'),
                json_extract_scalar(request, '$.vaultName'),
                json_extract_scalar(request, '$.eventBusName'),
                json_extract_scalar(request, '$.identity'),
                regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
            )
        ) as target
    from statements
),

opened as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        target, policy,
        nullif(array_join(array_distinct(principals), ', '), '') as given_to,
        case
            when cardinality(principals) > 0
                then any_match(
                    principals,
                    one -> one = '*' or one like 'all but %'
                    or coalesce(
                        regexp_extract(one, '(?:^|:)([0-9]{12})(?::|$)', 1) <> account,
                        false
                    )
                )
        end as to_outside,
        case
            when cardinality(principals) > 0
                then coalesce(
                    any_match(
                        allows,
                        one -> regexp_like(
                            coalesce(json_format(json_extract(one, '$.Principal')), ''),
                            '^"[*]"$|"AWS" ?: ?("[*]"|\["[*]"\])'
                        )
                        and json_extract(one, '$.Condition') is null
                    ),
                    false
                )
                or coalesce(json_extract_scalar(request, '$.principal') = '*', false)
        end as to_everybody,
        nullif(
            array_join(
                transform(
                    allows, one -> json_format(json_extract(one, '$.Condition'))
                ),
                '; '
            ),
            ''
        ) as conditions,
        coalesce(
            nullif(
                array_join(
                    transform(
                        allows,
                        one -> coalesce(
                            json_extract_scalar(one, '$.Action'),
                            json_format(json_extract(one, '$.Action'))
                        )
                    ),
                    '; '
                ),
                ''
            ),
            json_extract_scalar(request, '$.action'),
            json_format(json_extract(request, '$.operations'))
        ) as actions_allowed
    from grants
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, given_to, to_outside, to_everybody, actions_allowed, conditions, policy,
    service, principal_arn, access_key, user_agent, via, error_code, error_message
from opened
where
    (
        :target is null
        or any_match(
            :target, part -> strpos(coalesce(target, error_message), part) > 0
        )
    )
    and (:outside_only = false or to_outside or outcome <> 'success')
order by time, event_id
