-- title: "Which snapshots were read block by block through the EBS direct APIs?"
-- answers: [Q191, Q192]
-- attack: [T1537, T1530]
-- needs: [data:ebs]
-- severity: high
-- keywords: [exfil, EBS direct, GetSnapshotBlock, snapshot, coldsnap]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "one snapshot by its id"
-- chart: ranking
-- next: [exfiltration/shares, exfiltration/copies, identity/activity]
-- notes: |
--   One row for each snapshot, identity and address. A block is 512 KiB: 2,048 blocks
--   are 1 GiB. A list alone tells which blocks there are, not what they hold. `denied`
--   without `blocks_read` is an attempt.
-- false_positives: |
--   Backup products that read changed blocks, from a known role and address.
-- cannot_show: |
--   Reads of a snapshot that was shared or public: AWS records them in the account of
--   the reader alone. These are data events, which are off unless turned on for EBS
--   direct APIs.
with calls as (
    select
        time, action, outcome, actor, identity_id, account, source_ip, action_id,
        coalesce(
            json_extract_scalar(request, '$.snapshotId'),
            json_extract_scalar(request, '$.secondSnapshotId'),
            regexp_extract(error_message, 'snapshot/(snap-[0-9a-z]+)', 1)
        ) as target,
        json_extract_scalar(request, '$.blockIndex') as block
    from events
    where
        service = 'ebs'
        and action in ('GetSnapshotBlock', 'ListChangedBlocks', 'ListSnapshotBlocks')
)

select
    target,
    regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as identity,
    identity_id,
    account,
    source_ip,
    count(distinct block) filter (
        where action = 'GetSnapshotBlock' and outcome = 'success'
    ) as blocks_read,
    count(distinct action_id) filter (
        where action <> 'GetSnapshotBlock' and outcome = 'success'
    ) as lists,
    count(distinct action_id) filter (where outcome = 'denied') as denied,
    count(distinct action_id) filter (where outcome = 'failed') as failed,
    min(time) as first_seen,
    max(time) as last_seen
from calls
where :target is null or contains(:target, target)
group by
    target, regexp_replace(actor, '^(role/[^/]+)/.*$', '$1'), identity_id, account,
    source_ip
order by
    blocks_read desc, target asc, identity asc, identity_id asc, account asc,
    source_ip asc
