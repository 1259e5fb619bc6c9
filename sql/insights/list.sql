-- title: "Which rates of calls or errors did CloudTrail Insights find unusual?"
-- answers: [Q009, Q010]
-- attack: [T1078.004, T1580]
-- needs: [insight]
-- keywords: [insight, spike, surge, anomaly, rate, baseline, unusual]
-- parameters:
--   action:
--     {type: list of text, means: action, optional: true, help: "such as DeleteObject"}
-- chart: ranking
-- next: [overview/rates, overview/moment, identity/access-key]
-- false_positives: |
--   A release, a migration, a backlog that is worked off, a new account being set up.
-- cannot_show: |
--   What a trail without Insights switched on did not look for; the calls of one
--   identity (rates are of the account in a Region); a rise within the usual.
--   Records come up to half an hour late; the first ones a day and a half after
--   Insights was switched on.
-- notes: |
--   One row for an insight: its start and end are two records with one id. `is_over` is
--   false where the window has no end of it: it went on, or ended later.
--   Rates are calls by the minute; `usual_per_minute` is of the seven days before.
--   `actors` and `user_agents` are those with the greatest share, the greatest first.
with told as (
    select
        time, state, insight_type, service, action, error_code, account, region,
        shared_event_id, event_id, context, baseline_per_minute, insight_per_minute,
        insight_minutes,
        try_cast(
            json_extract_scalar(context, '$.statistics.baselineDuration') as bigint
        ) as baseline_minutes,
        transform(
            array['userIdentityArn', 'userAgent', 'errorCode'],
            attribute -> array_join(
                transform(
                    try_cast(
                        json_extract(
                            element_at(
                                filter(
                                    try_cast(
                                        json_extract(
                                            context, '$.attributions'
                                        ) as array(json)
                                    ),
                                    one -> json_extract_scalar(one, '$.attribute')
                                    = attribute
                                ),
                                1
                            ),
                            '$.insight'
                        ) as array(json)
                    ),
                    one -> json_extract_scalar(one, '$.value')
                ),
                ', '
            )
        ) as attributed
    from insights
    where :action is null or contains(:action, action)
)

select
    account, region, service, action, insight_type,
    max(error_code) as error_code,
    count(distinct event_id) as records,
    bool_or(state = 'End') as is_over,
    min(time) as first_seen,
    max(time) as last_seen,
    max(insight_minutes) as minutes,
    max_by(insight_per_minute, state = 'End') as per_minute,
    max_by(baseline_per_minute, state = 'End') as usual_per_minute,
    max(baseline_minutes) as baseline_minutes,
    max_by(insight_per_minute / nullif(baseline_per_minute, 0e0), state = 'End')
        as times_usual,
    max(element_at(attributed, 1)) as actors,
    max(element_at(attributed, 2)) as user_agents,
    max(nullif(element_at(attributed, 3), 'null')) as error_codes,
    shared_event_id
from told
group by
    account, region, service, action, insight_type,
    shared_event_id, coalesce(shared_event_id, event_id)
order by first_seen, account, region, service, action, insight_type, shared_event_id
