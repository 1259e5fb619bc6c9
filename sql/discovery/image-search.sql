-- title: "Who searched for machine images, and for which?"
-- answers: [Q090]
-- attack: [T1580]
-- severity: note
-- keywords: [ami, image, deprecated, whoami, name confusion, discovery]
-- needs: [management:read]
-- parameters:
--   deprecated_only:
--     type: boolean
--     default: false
--     help: "true for searches that asked for deprecated images too"
-- chart: timeline
-- next: [impact/compute, discovery/calls, identity/activity]
-- notes: |
--   `target` is what was asked for: ids of images, else the filters. `owners` says
--   whose images may answer: a search by name without an owner takes the newest of
--   anyone's images (name confusion). `deprecated` is true where images that AWS hides
--   by age were asked for: old, open to known attacks, or an attacker's habit.
-- false_positives: |
--   Terraform, Packer and scaling code search at each run, with the same filters.
-- cannot_show: |
--   What was found. Whether it was started: ask impact/compute.
with searches as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        nullif(
            array_join(
                transform(
                    try_cast(json_extract(request, '$.imagesSet.items') as array(json)),
                    x -> json_extract_scalar(x, '$.imageId')
                ),
                ', '
            ),
            ''
        ) as images,
        nullif(
            array_join(
                transform(
                    try_cast(json_extract(request, '$.filterSet.items') as array(json)),
                    x -> concat_ws(
                        '=',
                        json_extract_scalar(x, '$.name'),
                        array_join(
                            transform(
                                try_cast(
                                    json_extract(x, '$.valueSet.items') as array(json)
                                ),
                                y -> json_extract_scalar(y, '$.value')
                            ),
                            '|'
                        )
                    )
                ),
                ', '
            ),
            ''
        ) as filters,
        nullif(
            array_join(
                transform(
                    try_cast(json_extract(request, '$.ownersSet.items') as array(json)),
                    x -> json_extract_scalar(x, '$.owner')
                ),
                ', '
            ),
            ''
        ) as owners,
        coalesce(json_extract_scalar(request, '$.includeDeprecated') = 'true', false)
            as deprecated
    from events
    where service = 'ec2' and action = 'DescribeImages'
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    coalesce(images, filters) as target, images, filters, owners, deprecated,
    principal_arn, access_key, user_agent, via, error_code, error_message
from searches
where deprecated or not :deprecated_only
order by time, event_id
