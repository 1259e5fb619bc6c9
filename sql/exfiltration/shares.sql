-- title: "Which snapshots, images and shares were given to another account?"
-- answers: [Q191, Q193, Q194]
-- attack: [T1537]
-- needs: [management:write]
-- severity: high
-- keywords: [exfil, exfiltration, leak, public, snapshot, AMI, EBS, RDS, RAM, share]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "a snapshot, image or share: id, name or ARN, or a part of it"
-- chart: timeline
-- next:
--   [exfiltration/copies, exfiltration/block-reads, exfiltration/resource-policies,
--   identity/activity]
-- notes: |
--   `given_to` and `taken_from` hold accounts, organizations or the group `all`, which
--   is everybody. SharedSnapshotCopyInitiated and SharedSnapshotVolumeCreated are AWS's
--   own events in the owner's account: another account has used the share. They name
--   the snapshot alone: who it was follows from the shares of that snapshot.
--   `public_sharing` is the account's block of public sharing after the call. A call
--   that only takes away is listed too. Where a call names grantees in an older form,
--   `given_to` is empty and `operation` has its word.
-- false_positives: |
--   Golden images for other accounts of the company, and backup copies into a vault
--   account: compare `given_to` with your own accounts.
-- cannot_show: |
--   Whether the other account still holds a copy after the share was taken away. Block
--   reads of a shared snapshot are recorded for the reader alone, never for its owner.
with changes as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        request, service_details,
        coalesce(
            json_extract(request, '$.createVolumePermission'),
            json_extract(request, '$.launchPermission'),
            json_extract(request, '$.loadPermission')
        ) as permission
    from events
    where
        (
            service = 'ec2'
            and (
                regexp_like(action, '^(Modify|Reset)(Snapshot|(Fpga)?Image)Attribute$')
                or regexp_like(action, '^(En|Dis)able[A-Z][a-z]+BlockPublicAccess$')
                or regexp_like(action, '^SharedSnapshot(CopyInitiated|VolumeCreated)$')
            )
        )
        or (
            service = 'rds'
            and action in (
                'ModifyDBClusterSnapshotAttribute', 'ModifyDBSnapshotAttribute'
            )
        )
        or (
            service = 'redshift'
            and action in (
                'AuthorizeDataShare', 'AuthorizeSnapshotAccess', 'RevokeSnapshotAccess'
            )
        )
        or (
            service = 'ram'
            and action in ('AssociateResourceShare', 'CreateResourceShare')
        )
        or (service = 'ssm' and action = 'ModifyDocumentPermission')
),

shares as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, service,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.snapshotId'),
            json_extract_scalar(request, '$.imageId'),
            json_extract_scalar(request, '$.fpgaImageId'),
            json_extract_scalar(request, '$.dBSnapshotIdentifier'),
            json_extract_scalar(request, '$.dBClusterSnapshotIdentifier'),
            json_extract_scalar(request, '$.snapshotIdentifier'),
            json_extract_scalar(request, '$.dataShareArn'),
            coalesce(
                json_extract_scalar(request, '$.resourceShareArn'),
                json_extract_scalar(request, '$.name'),
                json_extract_scalar(service_details, '$.snapshotId'),
                regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
            )
        ) as target,
        nullif(
            array_join(
                flatten(
                    array[
                        transform(
                            try_cast(
                                json_extract(permission, '$.add.items') as array(json)
                            ),
                            one -> coalesce(
                                json_extract_scalar(one, '$.userId'),
                                json_extract_scalar(one, '$.group'),
                                json_extract_scalar(one, '$.organizationArn'),
                                json_extract_scalar(one, '$.organizationalUnitArn')
                            )
                        ),
                        try_cast(
                            json_extract(request, '$.valuesToAdd') as array(varchar)
                        ),
                        try_cast(
                            json_extract(request, '$.accountIdsToAdd') as array(varchar)
                        ),
                        try_cast(
                            json_extract(request, '$.principals') as array(varchar)
                        ),
                        array[
                            json_extract_scalar(request, '$.accountWithRestoreAccess'),
                            json_extract_scalar(request, '$.consumerIdentifier')
                        ]
                    ]
                ),
                ', '
            ),
            ''
        ) as given_to,
        nullif(
            array_join(
                flatten(
                    array[
                        transform(
                            try_cast(
                                json_extract(permission, '$.remove.items')
                                as array(json)
                            ),
                            one -> coalesce(
                                json_extract_scalar(one, '$.userId'),
                                json_extract_scalar(one, '$.group')
                            )
                        ),
                        try_cast(
                            json_extract(request, '$.valuesToRemove') as array(varchar)
                        )
                    ]
                ),
                ', '
            ),
            ''
        ) as taken_from,
        json_extract_scalar(request, '$.operationType') as operation,
        array_join(
            try_cast(json_extract(request, '$.resourceArns') as array(varchar)), ', '
        ) as shared_resources,
        case
            when starts_with(action, 'Disable')
                then 'unblocked'
            when starts_with(action, 'Enable')
                then coalesce(
                    json_extract_scalar(request, '$.state'), 'blocked'
                )
        end as public_sharing
    from changes
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, given_to, taken_from, operation, shared_resources, public_sharing, service,
    principal_arn, access_key, user_agent, via, error_code, error_message
from shares
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
