-- title: "What that gives access was left behind, and how is it revoked?"
-- answers: [Q025, Q043, Q058]
-- attack: [T1098, T1098.001, T1098.003, T1098.006, T1136.003, T1484.002, T1537]
-- severity: high
-- keywords: [backdoor, persistence, eradication, cleanup, still there, revoke]
-- needs: [management:write]
-- global: [iam]
-- parameters:
--   identity:
--     type: list of text
--     optional: true
--     means: principal
--     help: "who gave it: text of `actor`, name, ARN, unique id, key; all if left out"
-- chart: timeline
-- next: [persistence/users-and-keys, privilege/role-trust, identity/containment]
-- false_positives: |
--   Everything that administrators and pipelines made on purpose. Ask for the
--   identities that are known to be bad.
-- cannot_show: |
--   What was given before the window, or by a call that was not recorded. What was
--   taken away after the window, or in an account or Region that is not in sight. What
--   is given by a policy's text: read the policy. Timers, code and machines that call
--   back.
-- notes: |
--   One row for the last successful call of each caller that gave a thing, where no
--   later successful call took it away. Given and taken within one second counts as
--   taken. `revoke_with` is a line for the AWS CLI, for the account `account`: read it
--   before you run it. Users and roles can be deleted only when they are empty. A
--   changed trust is put back from the former document, which is in the record before
--   it or in a backup.
with doors as (
    select
        split_part(door, ' ', 1) as service,
        split_part(door, ' ', 2) as gives,
        split_part(door, ' ', 3) as takes,
        replace(split_part(door, ' ', 4), '+', ' ') as option_1,
        nullif(split_part(door, ' ', 5), '-') as option_2,
        -- DeleteSSHPublicKey is delete-ssh-public-key on the command line.
        lower(
            regexp_replace(
                regexp_replace(
                    coalesce(split_part(door, ' ', 6), split_part(door, ' ', 3)),
                    '([A-Z]+)([A-Z][a-z])', '$1-$2'
                ),
                '([a-z])([A-Z])', '$1-$2'
            )
        ) as verb,
        lower(
            regexp_replace(
                regexp_replace(
                    regexp_replace(split_part(door, ' ', 2), '^[A-Z][a-z]+', ''),
                    '([A-Z]+)([A-Z][a-z])', '$1 $2'
                ),
                '([a-z])([A-Z])', '$1 $2'
            )
        ) as kind
    from (
        -- service, what gives, what takes, two options of the command, its action
        values
        ('iam CreateAccessKey DeleteAccessKey user-name access-key-id'),
        ('iam UpdateAccessKey DeleteAccessKey user-name access-key-id'),
        ('iam CreateUser DeleteUser user-name'),
        ('iam CreateLoginProfile DeleteLoginProfile user-name'),
        ('iam UpdateLoginProfile DeleteLoginProfile user-name'),
        ('iam EnableMFADevice DeactivateMFADevice user-name serial-number'),
        (
            'iam CreateServiceSpecificCredential DeleteServiceSpecificCredential'
            || ' user-name service-specific-credential-id'
        ),
        ('iam UploadSSHPublicKey DeleteSSHPublicKey user-name ssh-public-key-id'),
        (
            'iam UploadSigningCertificate DeleteSigningCertificate'
            || ' user-name certificate-id'
        ),
        ('iam AttachUserPolicy DetachUserPolicy user-name policy-arn'),
        ('iam PutUserPolicy DeleteUserPolicy user-name policy-name'),
        ('iam AddUserToGroup RemoveUserFromGroup user-name group-name'),
        ('iam AttachGroupPolicy DetachGroupPolicy group-name policy-arn'),
        ('iam PutGroupPolicy DeleteGroupPolicy group-name policy-name'),
        ('iam CreateRole DeleteRole role-name'),
        (
            'iam UpdateAssumeRolePolicy DeleteRole'
            || ' policy-document+file://former.json+--role-name -'
            || ' UpdateAssumeRolePolicy'
        ),
        ('iam AttachRolePolicy DetachRolePolicy role-name policy-arn'),
        ('iam PutRolePolicy DeleteRolePolicy role-name policy-name'),
        (
            'iam CreateOpenIDConnectProvider DeleteOpenIDConnectProvider'
            || ' open-id-connect-provider-arn'
        ),
        ('iam CreateSAMLProvider DeleteSAMLProvider saml-provider-arn'),
        ('rolesanywhere CreateTrustAnchor DeleteTrustAnchor trust-anchor-id'),
        ('rolesanywhere CreateProfile DeleteProfile profile-id'),
        ('eks CreateAccessEntry DeleteAccessEntry cluster-name principal-arn'),
        ('lambda CreateFunctionUrlConfig DeleteFunctionUrlConfig function-name'),
        ('lambda AddPermission RemovePermission function-name statement-id'),
        (
            'ec2 ModifySnapshotAttribute ResetSnapshotAttribute'
            || ' attribute+createVolumePermission+--snapshot-id'
        ),
        (
            'ec2 ModifyImageAttribute ResetImageAttribute'
            || ' attribute+launchPermission+--image-id'
        ),
        (
            'rds ModifyDBSnapshotAttribute -'
            || ' attribute-name+restore+--db-snapshot-identifier values-to-remove'
            || ' ModifyDBSnapshotAttribute'
        ),
        ('s3 PutBucketPolicy DeleteBucketPolicy bucket'),
        ('sso-directory CreateUser DeleteUser identity-store-id+ID+--user-id'),
        (
            'account-access CreateEntitlement DeleteEntitlement'
            || ' application-arn entitlement-id'
        )
    ) as d (door)
),

calls as (
    select
        e.time, e.action, e.actor, e.source_ip, e.account, e.region, e.outcome,
        e.event_id, e.principal_arn, e.identity_id, e.access_key,
        called_by(:identity, e) as by_them,
        e.service, e.user_agent, e.via, d.kind, d.verb, d.option_1, d.option_2,
        e.action = d.takes
        or (
            e.action = 'UpdateAccessKey'
            and json_extract_scalar(e.request, '$.status') = 'Inactive'
        )
        or coalesce(
            json_extract_scalar(e.request, '$.operationType') = 'remove', false
        )
        or json_extract(e.request, '$.valuesToRemove[0]') is not null
        or json_extract(e.request, '$.createVolumePermission.remove') is not null
        or json_extract(e.request, '$.launchPermission.remove') is not null as takes,
        coalesce(
            coalesce(
                json_extract_scalar(e.request, '$.userName'),
                json_extract_scalar(e.request, '$.roleName'),
                json_extract_scalar(e.response, '$.accessKey.userName'),
                json_extract_scalar(e.response, '$.openIDConnectProviderArn'),
                json_extract_scalar(e.request, '$.openIDConnectProviderArn'),
                json_extract_scalar(e.response, '$.sAMLProviderArn'),
                json_extract_scalar(e.request, '$.sAMLProviderArn'),
                json_extract_scalar(e.response, '$.trustAnchor.trustAnchorId')
            ),
            coalesce(
                json_extract_scalar(e.request, '$.trustAnchorId'),
                json_extract_scalar(e.response, '$.profile.profileId'),
                json_extract_scalar(e.request, '$.profileId'),
                json_extract_scalar(e.request, '$.clusterName'),
                regexp_extract(
                    json_extract_scalar(e.request, '$.functionName'), '[^:]+$'
                ),
                json_extract_scalar(e.request, '$.snapshotId'),
                json_extract_scalar(e.request, '$.imageId'),
                json_extract_scalar(e.request, '$.dBSnapshotIdentifier')
            ),
            coalesce(
                json_extract_scalar(e.request, '$.bucketName'),
                json_extract_scalar(e.response, '$.user.userId'),
                json_extract_scalar(e.request, '$.userId'),
                json_extract_scalar(e.request, '$.applicationArn'),
                json_extract_scalar(e.request, '$.groupName'),
                if(e.service = 'eks', json_extract_scalar(e.request, '$.name')),
                -- Who acts on itself need not name itself.
                e.user_name
            )
        ) as holder,
        coalesce(
            coalesce(
                json_extract_scalar(e.response, '$.accessKey.accessKeyId'),
                json_extract_scalar(e.request, '$.accessKeyId'),
                json_extract_scalar(e.request, '$.serialNumber'),
                json_extract_scalar(
                    e.response,
                    '$.serviceSpecificCredential.serviceSpecificCredentialId'
                ),
                json_extract_scalar(e.request, '$.serviceSpecificCredentialId'),
                json_extract_scalar(e.response, '$.sSHPublicKey.sSHPublicKeyId'),
                json_extract_scalar(e.request, '$.sSHPublicKeyId')
            ),
            coalesce(
                json_extract_scalar(e.response, '$.certificate.certificateId'),
                json_extract_scalar(e.request, '$.certificateId'),
                json_extract_scalar(e.request, '$.policyArn'),
                json_extract_scalar(e.request, '$.policyName'),
                json_extract_scalar(e.request, '$.groupName'),
                try(url_decode(json_extract_scalar(e.request, '$.principalArn'))),
                json_extract_scalar(e.request, '$.statementId')
            ),
            json_format(json_extract(e.request, '$.valuesToAdd')),
            json_format(json_extract(e.request, '$.valuesToRemove')),
            json_extract_scalar(e.response, '$.entitlementId'),
            json_extract_scalar(e.request, '$.entitlementId')
        ) as thing
    from events as e
    inner join doors as d
        on e.service = d.service and e.action in (d.gives, d.takes)
    where e.outcome = 'success'
),

ordered as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id, takes,
        principal_arn, access_key, by_them, user_agent, via, kind,
        service, verb, option_1, option_2, holder, thing,
        max(if(takes, time)) over (
            partition by account, service, kind, holder, thing
        ) as taken,
        -- The last call of each caller: no other stands in its place.
        time = max(time) over same
        or event_id = last_value(event_id) over (
            same order by time, event_id
            rows between unbounded preceding and unbounded following
        ) as is_last
    from calls
    window same as (
        partition by
            account, service, kind, takes, holder, thing, actor, identity_id,
            access_key, source_ip
    )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    kind, coalesce(thing, holder) as target, holder,
    'aws ' || replace(replace(service, 's3', 's3api'), 'sso-directory', 'identitystore')
    || ' ' || verb || ' --' || option_1
    || ' ''' || replace(holder, '''', '''"''"''') || ''''
    || if(
        option_2 is null,
        '',
        ' --' || option_2 || ' ''' || replace(thing, '''', '''"''"''') || ''''
    )
    || if(
        service = 'iam',
        '',
        ' --region ''' || replace(region, '''', '''"''"''') || ''''
    ) as revoke_with,
    principal_arn, access_key, via, user_agent
from ordered
where
    not takes
    and is_last
    and (taken is null or taken < time)
    and (
        :identity is null
        or by_them
    )
order by time, event_id
