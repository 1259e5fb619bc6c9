-- title: "Who fetched tokens or images of container registries?"
-- answers: [Q162]
-- attack: [T1528, T1530]
-- severity: low
-- keywords: [ecr, docker, image pull, codeartifact, container registry]
-- needs: [management:read]
-- parameters:
--   principal:
--     type: list of text
--     optional: true
--     help: "a part of the actor, the identity's id or its ARN"
--     means: principal
--   repository:
--     type: list of text
--     optional: true
--     help: "a repository's name, or a part of it"
--     means: resource
-- chart: ranking
-- next: [identity/activity, execution/containers, identity/credential-misuse]
-- false_positives: |
--   Each node, task and pipeline fetches a token and pulls images all day, from AWS's
--   or your own addresses.
-- cannot_show: |
--   Layers go through a link to S3, whose download is not in the log. A token is good
--   for 12 hours for all that its owner may pull or push; it is not named where it is
--   used.
-- notes: |
--   One row for each identity, repository, address and call. A token that a person or a
--   machine's role fetched from an address outside is the sign; a token names no
--   repository.
with calls as (
    select
        time, outcome, service, action, region, account, identity_id, source_ip,
        user_agent, called_by(:principal) as by_them,
        regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as identity,
        coalesce(
            json_extract_scalar(request, '$.repositoryName'),
            json_extract_scalar(request, '$.repository'),
            json_extract_scalar(request, '$.domain'),
            regexp_extract(error_message, ':repository/([^ "]+)', 1)
        ) as repository,
        json_extract_scalar(request, '$.imageIds[0].imageTag') as tag
    from events
    where
        (
            service in ('ecr', 'ecr-public')
            and action in (
                'BatchGetImage', 'GetAuthorizationToken', 'GetDownloadUrlForLayer'
            )
        )
        or (
            service = 'codeartifact'
            and action in ('GetAuthorizationToken', 'GetPackageVersionAsset')
        )
)

select
    identity,
    identity_id,
    repository as target,
    action,
    source_ip,
    account,
    count_if(outcome = 'success') as succeeded,
    count_if(outcome = 'denied') as denied,
    count_if(outcome = 'failed') as failed,
    count(distinct tag) as tags,
    max(tag) as a_tag,
    count(distinct region) as regions,
    max(user_agent) as an_agent,
    min(time) as first_seen,
    max(time) as last_seen
from calls
where
    (
        :principal is null
        or by_them
        or any_match(:principal, part -> strpos(identity, part) > 0)
    )
    and (
        :repository is null
        or any_match(:repository, part -> strpos(repository, part) > 0)
    )
group by identity, identity_id, repository, action, source_ip, account
order by
    first_seen, identity, identity_id, target, action, source_ip, account
