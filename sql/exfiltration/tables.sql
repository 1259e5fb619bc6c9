-- title: "Which DynamoDB tables were scanned or read, and by whom?"
-- answers: [Q197]
-- attack: [T1530]
-- needs: [data:dynamodb]
-- severity: medium
-- keywords: [exfil, DynamoDB, NoSQL, scan]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "a table by name, or a part of it"
-- chart: ranking
-- next: [exfiltration/exports, exfiltration/databases, identity/activity]
-- notes: |
--   One row for each table, identity and address. A scan reads the whole table, a page
--   of 1 MB a call, so many scans in a row are one pass over a large table. A statement
--   of PartiQL may read or write.
-- false_positives: |
--   Applications read their own tables all day: look for an identity or an address that
--   is new to the table, and for scans where there were none.
-- cannot_show: |
--   What came back. Reads are data events, which are off unless turned on for the
--   table. An export of the whole table is a management event: see
--   exfiltration/exports.
with calls as (
    select
        time, action, outcome, actor, identity_id, source_ip, action_id,
        coalesce(
            json_extract_scalar(request, '$.tableName'),
            nullif(
                array_join(
                    array_distinct(
                        transform(
                            resources,
                            one -> regexp_extract(one.arn, ':table/([^/]+)', 1)
                        )
                    ),
                    ', '
                ),
                ''
            ),
            regexp_extract(error_message, 'on resource: "?[^ "]*:table/([^ "/]+)', 1)
        ) as target
    from events
    where
        service = 'dynamodb'
        and action in (
            'BatchExecuteStatement', 'BatchGetItem', 'ExecuteStatement',
            'ExecuteTransaction', 'GetItem', 'GetRecords', 'Query', 'Scan',
            'TransactGetItems'
        )
)

select
    target,
    regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as identity,
    identity_id,
    source_ip,
    count(distinct action_id) filter (
        where action = 'Scan' and outcome = 'success'
    ) as scans,
    count(distinct action_id) filter (
        where action <> 'Scan' and outcome = 'success'
    ) as other_reads,
    count(distinct action_id) filter (where outcome = 'denied') as denied,
    count(distinct action_id) filter (where outcome = 'failed') as failed,
    min(time) as first_seen,
    max(time) as last_seen
from calls
where :target is null or any_match(:target, part -> strpos(target, part) > 0)
group by
    target, regexp_replace(actor, '^(role/[^/]+)/.*$', '$1'), identity_id,
    source_ip
order by
    scans desc, other_reads desc, target asc, identity asc, identity_id asc,
    source_ip asc
