-- title: "Who did sensitive work without a second factor?"
-- answers: [Q057]
-- attack: [T1078.004]
-- severity: medium
-- keywords: [mfa, second factor, long-term key, two factor, 2fa]
-- needs: [management:read, management:write]
-- chart: ranking
-- next: [identity/activity, signin/weak, identity/credential-use]
-- false_positives: |
--   Programs with a long-term key have no second factor at all: pipelines, backup,
--   mail.
-- cannot_show: |
--   Whether a federated user, or one of Identity Center, had a second factor: AWS does
--   not know it, so role sessions are not listed. Whether the account demands one: read
--   IAM.
-- notes: |
--   IAM users and root alone. `credential` is a long-term key (AWS does not record a
--   second factor for it, unless the policy demands one) or a session for which AWS
--   wrote that there was none. Sensitive: changes to identities, keys, secrets,
--   logging, detectors, policies, organizations, network rules, and reads of secrets.
with calls as (
    select
        time, identity_id, actor, service, action, account, outcome, access_key,
        source_ip,
        if(mfa_authenticated = false, 'session without MFA', 'long-term key')
            as credential
    from events
    where
        identity_type in ('IAMUser', 'Root')
        and mfa_authenticated is distinct from true
        and coalesce(assumed_root, false) = false
        and via is null
        and service <> 'signin'
        and (
            mfa_authenticated = false
            or strpos(access_key, 'AKIA') = 1
        )
        and (
            action in (
                'AssumeRole', 'BatchGetSecretValue', 'GetFederationToken',
                'GetParameter', 'GetParameters', 'GetParametersByPath',
                'GetPasswordData', 'GetSecretValue'
            )
            or (
                read_only is distinct from true
                and (
                    service in (
                        'iam', 'organizations', 'sso', 'sso-directory', 'identitystore',
                        'account', 'kms', 'secretsmanager', 'cloudtrail', 'config',
                        'guardduty', 'securityhub', 'access-analyzer', 'macie2',
                        'inspector2', 'rolesanywhere', 'ssm', 'backup'
                    )
                    or regexp_like(
                        action,
                        'Policy|Acl|PublicAccess|SecurityGroup|NetworkAcl|FlowLog'
                        || '|SnapshotAttribute|ImageAttribute|DeleteBucket|UserData'
                        || '|AccessEntry|RunInstances|DeleteDB|DeleteTable'
                    )
                )
            )
        )
)

select
    actor as identity, identity_id, credential, account, service, action,
    count(*) as events,
    count(*) filter (where outcome = 'success') as succeeded,
    count(*) filter (where outcome = 'denied') as denied,
    count(*) filter (where outcome = 'failed') as failed,
    count(distinct access_key) as access_keys,
    min(access_key) as example_key,
    count(distinct source_ip) as addresses,
    min(source_ip) as example_address,
    min(time) as first_seen,
    max(time) as last_seen
from calls
group by actor, identity_id, credential, account, service, action
order by
    identity asc, identity_id asc, credential asc, account asc, service asc, action asc
