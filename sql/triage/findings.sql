-- title: "What happened that an investigator must see first?"
-- answers: [Q030, Q073]
-- attack: [T1078.004, T1580]
-- severity: note
-- needs: [management:read, management:write]
-- global: [iam, sts, signin]
-- keywords: [triage, alerts, detections, first hour, summary]
-- chart: ranking
-- next: [overview/moment, identity/activity, identity/left-behind]
-- parameters:
--   different_denials: {type: integer, default: 10, help: "denied calls in an hour"}
--   different_reads: {type: integer, default: 15, help: "reads in an hour"}
--   different_secrets: {type: integer, default: 5, help: "secrets in an hour"}
--   objects_read: {type: integer, default: 200, help: "objects read in an hour"}
-- notes: |
--   One row is one kind of finding, one identity and one day. `case.triage()` adds a
--   title, a technique and a level to each, and puts the most serious first: ask that.
--   `number` is the kind, as `trailkit/triage/findings.csv` lists them. A role is one
--   identity, but each instance (session i-…) is one of its own. `things` counts what
--   was affected; `marks` has what raises (+) and lowers (-) the level,
--   and `unmarked` counts the events without any. `is_own` is true
--   where the identity made in the window what it deleted. `new` is true where, after
--   three days of evidence, the identity came from an address and with an agent that
--   it never used before.
-- false_positives: |
--   Everything that is done on purpose. The level, and the reason for it, tell what is
--   usual for the identity.
-- cannot_show: |
--   What was not recorded: see `case.coverage()`. An outside account is one that
--   received no event of the window; whether it belongs to the same owner, the logs do
--   not tell.
with seen as (
    select
        time, action, outcome, event_id, account, request, error_message,
        service || ':' || action as call,
        identity_type, user_name, is_write, additional_data, source_ip, client_ip,
        outcome = 'denied' or regexp_like(error_code, 'LimitExceeded|Quota') as refused,
        regexp_like(access_key, '^AKIA') as by_key,
        coalesce(
            identity_id
            || case
                when regexp_like(session_name, '^i-([0-9a-f]{8}|[0-9a-f]{17})$')
                    then '/' || session_name
                else ''
            end,
            actor,
            'unknown'
        ) as identity,
        case
            when
                regexp_like(session_name, '^i-([0-9a-f]{8}|[0-9a-f]{17})$')
                or strpos(actor, 'sso/') = 1
                then actor
            else regexp_replace(actor, '^(role/[^/]+)/.*$', '$1')
        end as name,
        regexp_like(session_name, '^i-([0-9a-f]{8}|[0-9a-f]{17})$')
        and via is null and client_ip is not null as by_instance,
        caller_kind is not distinct from 'service' or via is not null as by_service,
        lower(coalesce(regexp_extract(user_agent, '^[^ /]+'), '')) as agent,
        lower(user_agent) as full_agent,
        strpos(lower(user_agent), 'ssm-agent') > 0 as by_agent,
        caller_kind is not distinct from 'person' as by_person,
        -- A function's own calls name its environment in the agent.
        case
            when caller_kind is not distinct from 'workload' and client_ip is not null
                then
                    not regexp_like(session_name, '^i-([0-9a-f]{8}|[0-9a-f]{17})$')
                    and regexp_like(lower(user_agent), '^(aws-cli|aws-sdk|boto)')
                    and strpos(lower(user_agent), 'exec-env') = 0
        end as by_function_elsewhere,
        -- The account that a person or a long-term key took a role in, if not its own.
        case
            when
                service = 'sts' and action = 'AssumeRole' and outcome = 'success'
                and via is null and identity_type <> 'AWSAccount'
                and (
                    regexp_like(access_key, '^AKIA')
                    or caller_kind is not distinct from 'person'
                )
                then nullif(
                    regexp_extract(
                        json_extract_scalar(request, '$.roleArn'),
                        '^arn:[^:]*:iam::([0-9]{12}):',
                        1
                    ),
                    caller_account
                )
        end as hop,
        case
            when
                is_write and outcome = 'success' and category = 'Management'
                and via is null and caller_kind is distinct from 'service'
                then region
        end as place,
        case
            when not is_write and category = 'Management'
                then
                    regexp_like(
                        action, '^(Batch)?(Get|List|Describe|Search|Lookup|Simulate)'
                    )
            else false
        end as is_read,
        -- What the request says, without blanks: of reads few are looked into.
        case
            when
                is_write or service in ('secretsmanager', 'ssm')
                or action = 'DescribeInstanceAttribute'
                then regexp_replace(request, '\s')
        end as asked,
        is_write
        and regexp_like(
            action,
            'Polic|Permission|Attribute|Acl$|SnapshotAccess|^Create(Role|Key)$'
        ) as grants,
        case
            when
                is_write
                and regexp_like(
                    action,
                    'Polic|^(CreateRole|SetQueueAttributes|SetTopicAttributes)$'
                )
                then coalesce(
                    json_extract_scalar(request, '$.policyDocument'),
                    json_extract_scalar(request, '$.assumeRolePolicyDocument'),
                    nullif(json_extract_scalar(request, '$.policy'), ''),
                    json_extract_scalar(request, '$.policyText'),
                    json_extract_scalar(request, '$.resourcePolicy'),
                    json_extract_scalar(request, '$.attributes.Policy'),
                    json_extract_scalar(request, '$.attributeValue'),
                    json_format(json_extract(request, '$.bucketPolicy'))
                )
        end as written,
        -- The user that a call of IAM is about, where it is told.
        case
            when service = 'iam'
                then coalesce(
                    json_extract_scalar(request, '$.userName'),
                    regexp_extract(error_message, 'on resource: user ([^ ]+)', 1),
                    regexp_extract(error_message, ':user/(?:[^ /]+/)*([^ /]+)$', 1)
                )
        end as about_user,
        array_join(
            transform(
                if(is_write or service in ('kms', 'sts'), resources), one -> one.arn
            ),
            ' '
        ) as arns
    from events
),

-- The statements of a policy that allow something.
read as (
    select
        time, action, outcome, refused, by_key, event_id, account, request,
        error_message, call, identity_type, user_name, is_write, source_ip, client_ip,
        identity, name, by_instance, by_service, by_agent, by_person, agent, full_agent,
        by_function_elsewhere, hop, place,
        additional_data, asked, about_user, is_read, arns, grants,
        about_user is not null
        and (identity_type is distinct from 'IAMUser' or about_user <> user_name)
            as for_another,
        about_user is not null and identity_type = 'IAMUser' and about_user = user_name
            as for_itself,
        if(
            written is not null,
            filter(
                transform(
                    coalesce(
                        try_cast(
                            json_extract(
                                if(
                                    strpos(written, '%7B') = 1,
                                    try(url_decode(written)), written
                                ),
                                '$.Statement'
                            ) as array(json)
                        ),
                        array[
                            json_extract(
                                if(
                                    strpos(written, '%7B') = 1,
                                    try(url_decode(written)), written
                                ),
                                '$.Statement'
                            )
                        ]
                    ),
                    one -> regexp_replace(json_format(one), '\s')
                ),
                one -> strpos(one, '"Effect":"Allow"') > 0
            )
        ) as allowed
    from seen
),

-- Whom a policy or a share lets in: everyone, or the first other account.
opened as (
    select
        time, action, outcome, refused, by_key, event_id, account, request,
        error_message, call, identity_type, user_name, is_write, source_ip, client_ip,
        identity, name, by_instance, by_service, by_agent, by_person, agent, full_agent,
        by_function_elsewhere, hop, place,
        additional_data, asked, about_user, for_another, for_itself, is_read, arns,
        allowed,
        case
            when grants is distinct from true
                then null
            when
                any_match(
                    allowed,
                    one -> regexp_like(
                        one, '"Principal":"[*]"|"AWS":(\[[^\]]*)?"[*]"'
                    )
                    and not regexp_like(
                        one, 'aws:(PrincipalOrg|Source(Account|Arn|Owner)|PrincipalAcc)'
                    )
                )
                or regexp_like(
                    asked,
                    '"add":[{][^\]]*"group":"all"|"valuesToAdd":\[[^\]]*"all"'
                    || '|groups/global/(AllUsers|AuthenticatedUsers)'
                    || '|"principal":"[*]"|"accountIdsToAdd":\[[^\]]*"[Aa]ll"'
                )
                then 'everyone'
            else element_at(
                filter(
                    regexp_extract_all(
                        coalesce(
                            array_join(
                                flatten(
                                    transform(
                                        allowed,
                                        one -> regexp_extract_all(
                                            one, '"AWS":(?:\[[^\]]*\]|"[^"]*")'
                                        )
                                    )
                                ),
                                ' '
                            ),
                            ''
                        )
                        || coalesce(
                            regexp_extract(asked, '"add":[{]"items":\[[^\]]*\]'), ''
                        )
                        || coalesce(
                            regexp_extract(
                                asked,
                                '"(valuesToAdd|accountIdsToAdd|accountWithRestoreAccess'
                                || '|principal)":\[?[^\]}]*'
                            ),
                            ''
                        ),
                        '(?:::|")([0-9]{12})[:"]',
                        1
                    ),
                    one -> one <> account
                ),
                1
            )
        end as let_in,
        if(
            grants,
            any_match(
                allowed,
                one -> regexp_like(one, '"Action":\[?"[*](:[*])?"')
                and regexp_like(one, '"Resource":\[?"[*]"')
            )
            or regexp_like(
                asked, ':policy/(AdministratorAccess|IAMFullAccess|PowerUserAccess)"'
            )
        ) as administrator
    from read
),

deeds as (
    select
        time, action, outcome, refused, by_key, event_id, account, request,
        error_message, call, identity_type, user_name, is_write, source_ip, client_ip,
        identity, name, by_instance, by_service, by_agent, by_person, agent, full_agent,
        by_function_elsewhere, hop, place,
        additional_data, asked, about_user, for_another, for_itself, is_read, arns,
        let_in,
        case
            when is_write and outcome = 'success'
                then
                    regexp_like(
                        call,
                        '^(s3:CreateBucket|cloudtrail:CreateTrail|rds:CreateDB'
                        || '|kms:CreateKey|ec2:(CreateFlowLogs|CreateSnapshot'
                        || '|RunInstances)|logs:CreateLogGroup|dynamodb:CreateTable'
                        || '|elasticfilesystem:CreateFileSystem)'
                    )
            else false
        end as makes,
        case
            when is_write
                then
                    regexp_like(
                        call,
                        '^s3:(DeleteBucket|DeleteBucketPolicy|DeleteObjects'
                        || '|Put(BucketLifecycle|BucketPolicy|BucketVersioning'
                        || '|BucketEncryption|ObjectLockConfiguration).*)$'
                    )
                    or call in ('kms:DisableKey', 'kms:ScheduleKeyDeletion')
                    or (call = 's3:DeleteObject' and strpos(request, 'AWSLogs') > 0)
            else false
        end as may_hit_logs,
        case
            when call = 's3:GetBucketAcl' and full_agent = 'cloudtrail.amazonaws.com'
                then true
            when strpos(call, 's3:') = 1
                then strpos(request, 'AWSLogs') > 0
            when call = 'kms:GenerateDataKey'
                then strpos(request, 'aws:cloudtrail') > 0
            else call = 'cloudtrail:CreateTrail'
        end as shows_logs,
        identity_type = 'Root' and not by_service
        and (is_write or call = 'signin:ConsoleLogin') as by_root,
        regexp_like(
            full_agent,
            'stratus-red-team|pacu|cloudfox|kali|parrot|blackarch|trufflehog|pmapper'
            || '|enumerate-iam|weirdaal|scoutsuite|prowler|steampipe|cloudsplaining'
        ) as by_tool,
        -- What there is most of comes first: it is not compared with all the rest.
        case
            when call = 's3:GetObject'
                then if(outcome = 'success', 51)
            when call = 'sts:AssumeRole'
                then if(outcome = 'denied', 46)
            when
                is_read
                and call not in (
                    'sts:GetCallerIdentity', 'sts:GetFederationToken',
                    'signin:GetSigninToken', 'secretsmanager:GetSecretValue',
                    'secretsmanager:BatchGetSecretValue', 'ssm:GetParameter',
                    'ssm:GetParameters', 'ssm:GetParametersByPath',
                    'ssm:GetParameterHistory', 'ec2:GetPasswordData',
                    'ec2:DescribeInstanceAttribute'
                )
                then null
            when call in ('cloudtrail:StopLogging', 'cloudtrail:DeleteTrail')
                then 1
            when
                (
                    call = 'cloudtrail:PutEventSelectors'
                    and (
                        asked is null
                        or regexp_like(
                            asked,
                            '"includeManagementEvents":false'
                            || '|"readWriteType":"(Read|Write)Only"'
                            || '|"excludeManagementEventSources":\["'
                            || '|"field":"readOnly"|"notEquals"'
                        )
                        or (
                            strpos(asked, '"advancedEventSelectors":[{') > 0
                            and strpos(asked, 'Management"') = 0
                        )
                    )
                )
                or (
                    call = 'cloudtrail:UpdateTrail'
                    and coalesce(
                        regexp_like(
                            asked,
                            '"(isMultiRegionTrail|enableLogFileValidation'
                            || '|includeGlobalServiceEvents)":false|"s3BucketName"'
                        ),
                        true
                    )
                )
                then 2
            when
                call in (
                    'ec2:DeleteFlowLogs', 'cloudtrail:StopEventDataStoreIngestion',
                    'cloudtrail:DeleteEventDataStore', 'logs:DeleteLogGroup',
                    'logs:DeleteLogStream',
                    'route53resolver:DeleteResolverQueryLogConfig',
                    'route53resolver:DisassociateResolverQueryLogConfig',
                    'bedrock:DeleteModelInvocationLoggingConfiguration'
                )
                or (
                    call = 'eks:UpdateClusterConfig'
                    and regexp_like(asked, '"clusterLogging":.*"enabled":false')
                )
                or (
                    call = 'elasticloadbalancing:ModifyLoadBalancerAttributes'
                    and regexp_like(
                        asked, '"access_logs.s3.enabled","value":"false"'
                        || '|"accessLog":[{]"enabled":false'
                    )
                )
                or (
                    call = 's3:PutBucketLogging'
                    and strpos(asked, 'TargetBucket') = 0
                )
                or (
                    call = 'logs:PutRetentionPolicy'
                    and regexp_like(asked, '"retentionInDays":[1-7][,}]')
                )
                then 4
            when
                call in (
                    'guardduty:DeleteDetector', 'guardduty:DeleteMembers',
                    'guardduty:DisassociateMembers', 'guardduty:StopMonitoringMembers',
                    'guardduty:DisassociateFromAdministratorAccount',
                    'guardduty:DisassociateFromMasterAccount',
                    'guardduty:DeletePublishingDestination',
                    'config:StopConfigurationRecorder',
                    'config:DeleteConfigurationRecorder',
                    'config:DeleteDeliveryChannel', 'securityhub:DisableSecurityHub',
                    'securityhub:DisassociateMembers', 'securityhub:DeleteMembers',
                    'macie2:DisableMacie', 'inspector2:Disable',
                    'access-analyzer:DeleteAnalyzer'
                )
                or (
                    call = 'guardduty:UpdateDetector'
                    and strpos(asked, '"enable":false') > 0
                )
                or (
                    call in ('guardduty:CreateFilter', 'guardduty:UpdateFilter')
                    and strpos(asked, '"ARCHIVE"') > 0
                )
                then 5
            when
                call in (
                    'organizations:LeaveOrganization', 'organizations:DetachPolicy',
                    'organizations:RemoveAccountFromOrganization',
                    'organizations:UpdatePolicy', 'organizations:DisablePolicyType',
                    'organizations:AccountDepartedOrganization',
                    'organizations:DeletePolicy'
                )
                then 6
            when call = 'sts:AssumeRoot'
                then 9
            when
                call in (
                    'account:StartPrimaryEmailUpdate',
                    'account:AcceptPrimaryEmailUpdate', 'account:PutAlternateContact',
                    'account:DeleteAlternateContact', 'organizations:CloseAccount',
                    'signin:EmailUpdated', 'route53domains:DisableDomainTransferLock',
                    'route53domains:TransferDomainToAnotherAwsAccount'
                )
                then 10
            when
                call in (
                    'iam:AttachUserPolicy', 'iam:PutUserPolicy'
                )
                and strpos(asked, 'AWSCompromisedKeyQuarantine') > 0
                then 15
            when call = 'sts:GetCallerIdentity' and by_key
                then 19
            when
                call = 'signin:ConsoleLogin' and outcome = 'success'
                and identity_type = 'IAMUser'
                and json_extract_scalar(additional_data, '$.MFAUsed') = 'No'
                then 20
            when call = 'signin:ConsoleLogin' and outcome <> 'success'
                then 21
            when
                call in ('iam:DeactivateMFADevice', 'iam:DeleteVirtualMFADevice')
                or (call = 'iam:EnableMFADevice' and for_another)
                then 23
            when call in ('signin:GetSigninToken', 'sts:GetFederationToken')
                then 24
            when call in ('signin:AuthorizeOAuth2Access', 'signin:CreateOAuth2Token')
                then 25
            when
                call in (
                    'iam:CreateSAMLProvider', 'iam:UpdateSAMLProvider',
                    'iam:CreateOpenIDConnectProvider',
                    'rolesanywhere:CreateTrustAnchor', 'rolesanywhere:CreateProfile',
                    'sso:CreateTrustedTokenIssuer'
                )
                then 26
            when
                call in (
                    'sso:CreateAccountAssignment', 'sso:PutInlinePolicyToPermissionSet',
                    'sso:AttachManagedPolicyToPermissionSet'
                )
                then 27
            when call = 'iam:CreateUser'
                then 28
            when
                call = 'iam:CreateAccessKey' and (for_another or about_user is null)
                and (identity_type is distinct from 'IAMUser' or for_another)
                then 29
            when
                call in (
                    'iam:CreateLoginProfile', 'iam:UpdateLoginProfile',
                    'iam:CreateServiceSpecificCredential',
                    'iam:ResetServiceSpecificCredential'
                )
                and not coalesce(for_itself, false)
                then 30
            when
                call in (
                    'iam:AttachUserPolicy', 'iam:AttachRolePolicy',
                    'iam:AttachGroupPolicy', 'iam:PutUserPolicy', 'iam:PutRolePolicy',
                    'iam:PutGroupPolicy', 'iam:CreatePolicyVersion', 'iam:CreatePolicy'
                )
                and administrator
                then 31
            when
                call = 'iam:AddUserToGroup'
                and regexp_like(lower(asked), '"groupname":"[^"]*admin')
                then 31
            when
                regexp_like(
                    call,
                    '^iam:((Attach|Put)(User|Role|Group)Policy|CreatePolicyVersion'
                    || '|SetDefaultPolicyVersion|AddUserToGroup'
                    || '|(Put|Delete)(User|Role)PermissionsBoundary)$'
                )
                then 32
            when
                call in ('iam:UpdateAssumeRolePolicy', 'iam:CreateRole')
                and (
                    let_in is not null
                    or (asked is null and call = 'iam:UpdateAssumeRolePolicy')
                    or any_match(
                        allowed,
                        one -> strpos(one, 'AssumeRoleWithWebIdentity') > 0
                        and not regexp_like(one, ':(sub|oid|repository)"')
                    )
                )
                then 33
            when
                call in ('codebuild:UpdateProject', 'lambda:PublishLayerVersion')
                or call = 'lambda:UpdateFunctionCode'
                or (
                    call = 'lambda:UpdateFunctionConfiguration'
                    and strpos(asked, '"layers":[') > 0
                )
                then 35
            when
                (call = 'lambda:AddPermission' and let_in is not null)
                or (
                    call in (
                        'lambda:CreateFunctionUrlConfig',
                        'lambda:UpdateFunctionUrlConfig'
                    )
                    and strpos(asked, '"authType":"NONE"') > 0
                )
                then 36
            when
                call = 'ec2:ModifyInstanceAttribute'
                and regexp_like(asked, '"userData"')
                then 37
            when
                call in ('eks:CreateAccessEntry', 'eks:AssociateAccessPolicy')
                or (
                    call = 'eks:UpdateClusterConfig'
                    and strpos(asked, '"endpointPublicAccess":true') > 0
                )
                then 38
            when
                let_in is not null
                and call in (
                    'kms:PutKeyPolicy', 'secretsmanager:PutResourcePolicy',
                    'sqs:SetQueueAttributes', 'sqs:AddPermission', 'sns:AddPermission',
                    'sns:SetTopicAttributes', 'ecr:SetRepositoryPolicy',
                    'backup:PutBackupVaultAccessPolicy', 'kms:CreateKey'
                )
                then 39
            when
                call in (
                    'events:PutRule', 'events:PutTargets', 'scheduler:CreateSchedule',
                    'ssm:CreateAssociation', 'lambda:CreateEventSourceMapping'
                )
                then 40
            when
                call in (
                    'secretsmanager:GetSecretValue',
                    'secretsmanager:BatchGetSecretValue'
                )
                or (
                    call in (
                        'ssm:GetParameter', 'ssm:GetParameters',
                        'ssm:GetParametersByPath', 'ssm:GetParameterHistory'
                    )
                    and strpos(asked, '"withDecryption":true') > 0
                )
                then 41
            when call = 'ec2:GetPasswordData'
                then 42
            when
                call = 'ec2:DescribeInstanceAttribute'
                and strpos(asked, '"userData"') > 0
                then 43
            when
                call in (
                    'ssm:SendCommand', 'ssm:StartSession', 'ecs:ExecuteCommand',
                    'ec2-instance-connect:SendSSHPublicKey',
                    'ec2-instance-connect:SendSerialConsoleSSHPublicKey',
                    'ec2-instance-connect:OpenTunnel'
                )
                then 44
            when
                call in (
                    'ec2:AuthorizeSecurityGroupIngress', 'ec2:ModifySecurityGroupRules'
                )
                and regexp_like(
                    asked, '"(cidrIp|cidrIpv4|cidrIpv6|CidrIpv4|CidrIpv6)":"[^"]*/0+"'
                )
                then 47
            when
                call in (
                    'ec2:ModifySnapshotAttribute', 'ec2:ModifyImageAttribute',
                    'rds:ModifyDBSnapshotAttribute',
                    'rds:ModifyDBClusterSnapshotAttribute',
                    'redshift:AuthorizeSnapshotAccess', 'ssm:ModifyDocumentPermission'
                )
                and (let_in is not null or asked is null)
                then 48
            when
                call in ('s3:PutBucketPolicy', 's3:PutBucketAcl', 's3:PutObjectAcl')
                and let_in is not null
                then 49
            when
                call in (
                    's3:DeleteBucketPublicAccessBlock',
                    's3:DeleteAccountPublicAccessBlock'
                )
                or (
                    regexp_like(call, '^s3:Put(Bucket|Account)PublicAccessBlock$')
                    and regexp_like(asked, ':"?false')
                )
                then 49
            when
                call in ('rds:ModifyDBInstance', 'rds:RestoreDBInstanceFromDBSnapshot')
                and regexp_like(
                    asked, '"publiclyAccessible":true|"masterUserPassword"'
                )
                then 50
            when call = 's3:PutBucketReplication' or call = 'rds:StartExportTask'
                then 52
            when
                call in (
                    's3:DeleteBucket', 'rds:DeleteDBInstance', 'rds:DeleteDBCluster',
                    'elasticfilesystem:DeleteFileSystem', 'fsx:DeleteFileSystem',
                    'dynamodb:DeleteTable', 'kms:ScheduleKeyDeletion',
                    'redshift:DeleteCluster', 'ec2:DeleteSnapshot',
                    'ec2:TerminateInstances', 'rds:DeleteDBSnapshot',
                    'rds:DeleteDBClusterSnapshot'
                )
                then 53
            when
                call in (
                    'backup:DeleteRecoveryPoint', 'backup:DeleteBackupVault',
                    'backup:DeleteBackupVaultLockConfiguration',
                    'dynamodb:DeleteBackup'
                )
                or (
                    call = 's3:PutBucketVersioning'
                    and strpos(asked, '"Suspended"') > 0
                )
                or (
                    call in (
                        's3:PutBucketLifecycle', 's3:PutBucketLifecycleConfiguration'
                    )
                    and regexp_like(asked, '"Expiration":[{][^}]*"Days":"?1"?[,}]')
                )
                or (
                    call in ('rds:ModifyDBInstance', 'rds:ModifyDBCluster')
                    and regexp_like(
                        asked, '"deletionProtection":false|"backupRetentionPeriod":0'
                    )
                )
                then 54
            when
                call in ('s3:PutObject', 's3:CopyObject')
                and strpos(asked, 'x-amz-server-side-encryption-customer-algorithm') > 0
                then 55
            when
                (
                    call in ('ec2:RunInstances', 'ec2:RequestSpotInstances')
                    and (
                        regexp_like(
                            asked, '"instanceType":"(p|g|gr|inf|trn|dl|vt)[0-9]'
                        )
                        or regexp_like(asked, '"maxCount":[0-9]{2,}')
                    )
                )
                or (
                    call in ('sagemaker:CreateTrainingJob', 'ecs:CreateService')
                    and regexp_like(asked, '"ml[.][pg][0-9]|"desiredCount":[0-9]{2,}')
                )
                or call = 'servicequotas:RequestServiceQuotaIncrease'
                then 56
            when
                regexp_like(
                    call,
                    '^bedrock(-runtime|-mantle)?:(InvokeModel|Converse'
                    || '|PutUseCaseForModelAccess|PutFoundationModelEntitlement'
                    || '|CreateFoundationModelAgreement)'
                )
                then 57
            when
                call in (
                    'ses:PutAccountDetails', 'ses:UpdateAccountSendingEnabled',
                    'ses:CreateEmailIdentity', 'ses:VerifyEmailIdentity',
                    'ses:VerifyDomainIdentity', 'sns:SetSMSAttributes',
                    'sns:CreateSMSSandboxPhoneNumber'
                )
                then 58
            when
                call in (
                    'ec2:RunInstances', 'ec2:AssociateIamInstanceProfile',
                    'ec2:ReplaceIamInstanceProfileAssociation', 'lambda:CreateFunction',
                    'cloudformation:CreateStack', 'codebuild:CreateProject',
                    'ecs:RunTask', 'glue:CreateJob', 'glue:CreateDevEndpoint',
                    'sagemaker:CreateNotebookInstance'
                )
                and regexp_like(
                    lower(asked),
                    '"(role|rolearn|servicerole|taskrolearn|executionrolearn)"'
                    || ':"[^"]*admin|"iaminstanceprofile":[{][^}]*admin'
                )
                then 34
        end as deed
    from opened
),

told as (
    select
        time, action, outcome, refused, by_key, event_id, account, call, identity_type,
        user_name, source_ip, client_ip, identity, name, by_instance, by_service,
        by_agent, by_person, agent, full_agent, asked, for_itself, is_read, let_in,
        by_function_elsewhere, hop, place, request, deed, makes, may_hit_logs,
        shows_logs, by_root, by_tool,
        -- Single snapshots and machines come and go: five in an hour do not.
        if(
            call in (
                'ec2:DeleteSnapshot', 'ec2:TerminateInstances', 'rds:DeleteDBSnapshot',
                'rds:DeleteDBClusterSnapshot'
            ),
            530,
            deed
        ) as kind,
        case
            when
                coalesce(deed, 0) not in (0, 51, 55)
                or (
                    (
                        makes or may_hit_logs or shows_logs or by_root or by_tool
                        or by_function_elsewhere
                    )
                    and (
                        deed is not null
                        or (
                            is_write
                            and regexp_like(
                                call,
                                '^(s3|kms|cloudtrail|rds|ec2|logs|dynamodb'
                                || '|elasticfilesystem):'
                            )
                        )
                        or call in ('s3:GetBucketAcl', 'kms:GenerateDataKey')
                    )
                )
                then coalesce(
                    json_extract_scalar(request, '$.s3BucketName'),
                    json_extract_scalar(request, '$.bucketName'),
                    json_extract_scalar(request, '$.dBInstanceIdentifier'),
                    json_extract_scalar(request, '$.dBClusterIdentifier'),
                    json_extract_scalar(request, '$.dBSnapshotIdentifier'),
                    regexp_extract(
                        coalesce(
                            json_extract_scalar(request, '$.trailName'),
                            json_extract_scalar(request, '$.name')
                        ),
                        '[^/]+$'
                    ),
                    json_extract_scalar(request, '$.secretId'),
                    json_extract_scalar(request, '$.instanceId'),
                    json_extract_scalar(request, '$.snapshotId'),
                    json_extract_scalar(request, '$.logGroupName'),
                    json_extract_scalar(request, '$.tableName'),
                    json_extract_scalar(request, '$.fileSystemId'),
                    json_extract_scalar(request, '$.roleName'),
                    json_extract_scalar(request, '$.functionName'),
                    about_user,
                    regexp_extract(
                        coalesce(arns, json_extract_scalar(request, '$.keyId')),
                        '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f-]{17}'
                    ),
                    regexp_extract(request, '"((?:fl|i|snap)-[0-9a-f]+)"', 1),
                    regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
                )
        end as target,
        -- What raises (+) or lowers (-) the level of the deed.
        case
            when
                deed = 2 and strpos(asked, '"includeManagementEvents":false') > 0
                and strpos(asked, '"includeManagementEvents":true') = 0
                then '+ management events are recorded no more'
            when deed = 4 and strpos(call, 'logs:') = 1
                then '- a log group, or how long it is kept'
            when call = 'organizations:LeaveOrganization' and outcome = 'success'
                then '+ the account has left'
            when deed = 9 and strpos(asked, 'IAMAuditRootUserCredentials') > 0
                then '- for an audit of root credentials'
            when deed = 23 and for_itself
                then '- its own'
            when deed in (31, 32) and for_itself
                then '+ to itself'
            when deed = 32 and strpos(call, 'iam:Delete') = 1
                then '+ a boundary was removed'
            when deed in (33, 48) and let_in = 'everyone'
                then '+ open to everyone'
            when
                deed = 47 and (
                    regexp_like(
                        asked,
                        '"[fF]romPort":(0|22|1433|1521|3306|3389|5432|6379|9200|27017)'
                        || '[,}]|"[iI]pProtocol":"-1"'
                    )
                )
                then '+ a port of administration or a database, or all'
            when
                deed = 47
                and none_match(
                    regexp_extract_all(asked, '"[fF]romPort":([0-9]+)', 1),
                    one -> one not in ('80', '443')
                )
                then '- ports of the web alone'
            when deed = 49 and strpos(call, 'PublicAccessBlock') > 0
                then '- the block of public access alone'
            when
                deed = 49 and let_in = 'everyone'
                and regexp_like(asked, 's3:([*]|Put|Delete)')
                then '+ everyone may write'
            when deed = 52
                then '- whose the destination is, is not told'
            when deed = 53 and strpos(asked, '"skipFinalSnapshot":true') > 0
                then '+ without a last snapshot'
            when deed = 56 and asked is null
                then '- the type is not told'
            when deed = 56 and strpos(call, 'servicequotas:') = 1
                then '- a quota alone'
            when call = 'secretsmanager:BatchGetSecretValue'
                then 'in batches'
        end as mark,
        case
            when deed = 41
                then coalesce(
                    try_cast(
                        coalesce(
                            json_extract(request, '$.names'),
                            json_extract(request, '$.secretIdList')
                        ) as array(varchar)
                    ),
                    array[
                        coalesce(
                            json_extract_scalar(request, '$.secretId'),
                            json_extract_scalar(request, '$.name'),
                            json_extract_scalar(request, '$.path'),
                            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
                        )
                    ]
                )
        end as secrets
    from deeds
),

-- An event is itself (0), a deed, and what else it shows: -1 that a thing was made,
-- -2 that a bucket or key holds logs.
signals as (
    select
        t.number, time, outcome, refused, by_key, account, call, client_ip, agent,
        -- The least is a call that succeeded, else one that was denied; of these the
        -- first.
        case outcome when 'success' then '1 ' when 'denied' then '2 ' else '3 ' end
        || cast(date_diff('second', timestamp '1970-01-01', time) as varchar)
        || ' ' || event_id as example,
        by_instance, by_service, by_agent, by_person, is_read,
        if(t.number = 22, 'address ' || source_ip, identity) as identity,
        if(t.number = 22, source_ip, name) as name,
        case
            when t.number = 0
                then account
            when
                t.number > 0 and let_in is not null
                and t.number in (33, 36, 39, 48, 49)
                then let_in
            when t.number in (-1, -2, 1, 3, 4, 53, 530)
                then target
            when t.number = 45
                then 'hop to ' || hop
            when t.number = 59
                then 'region ' || place
        end as thing,
        case
            when t.number in (0, 51, 55)
                then null
            when t.number = 41
                then filter(secrets, one -> one is not null)
            when t.number = 22
                then array[coalesce(user_name, 'not told')]
            when t.number = 45
                then array[hop]
            when t.number = 59
                then array[place]
            else array[coalesce(target, call)]
        end as targets,
        case
            when t.number = 8 and call = 'signin:ConsoleLogin' and outcome <> 'success'
                then '- a sign-in that failed'
            when
                t.number = 8 and regexp_like(call, ':(CreateAccessKey|.*MFADevice)$')
                then '+ a key or the second factor of root'
            when
                t.number = 16
                and regexp_like(full_agent, 'scoutsuite|prowler|steampipe|cloudsplain')
                then '- a scanner for audits'
            when t.number not in (0, 3, 8, 12, 16, 22, 45, 59)
                then mark
        end as mark
    from told
    cross join
        unnest(
            filter(
                array[
                    0,
                    kind,
                    if(may_hit_logs and target is not null, 3),
                    if(by_root, 8),
                    if(by_function_elsewhere, 12),
                    if(by_tool, 16),
                    if(deed = 21, 22),
                    if(hop is not null, 45),
                    if(place is not null, 59),
                    if(makes, -1),
                    if(shows_logs, -2)
                ],
                one -> one is not null
            )
        ) as t (number)
),

hours as (
    select
        number, identity, account, thing, client_ip, agent,
        date_trunc('hour', time) as hour,
        max(name) as name,
        bool_or(by_instance) as by_instance,
        bool_or(by_agent) as by_agent,
        count(*) as events,
        count_if(outcome = 'success') as succeeded,
        count_if(refused) as denied,
        count_if(mark is null) as unmarked,
        bool_or(by_key) as by_key,
        count_if(by_service) as served,
        array_sort(
            array_distinct(array_agg(call) filter (where outcome = 'denied'))
        ) as denied_calls,
        array_sort(
            array_distinct(array_agg(call) filter (where number = 0 and is_read))
        ) as read_calls,
        bool_or(is_read and by_person) as person_reads,
        array_sort(
            array_distinct(
                flatten(array_agg(targets) filter (where targets is not null))
            )
        ) as targets,
        array_sort(array_distinct(array_agg(mark) filter (where mark is not null)))
            as marks,
        min(time) as first_seen,
        max(time) as last_seen,
        min(if(outcome = 'denied', example)) as denied_example,
        min(example) as example
    from signals
    group by
        number, identity, account, thing, client_ip, agent, date_trunc('hour', time)
),

placed as (
    select
        number, identity, account, thing, client_ip, agent, hour, name, by_instance,
        events, succeeded, denied, unmarked, by_key, served, denied_calls, read_calls,
        person_reads, targets, marks, first_seen, last_seen, denied_example, example,
        -- An instance's home is where its SSM agent is, else its first address.
        nullif(
            regexp_extract(
                min(
                    if(
                        number = 0,
                        if(by_agent, '1 ', '2 ')
                        || coalesce(date_format(first_seen, '%Y-%m-%dT%H:%i:%s'), '~')
                        || ' ' || coalesce(client_ip, '~')
                    )
                ) over (partition by identity),
                '[^ ]+$'
            ),
            '~'
        ) as home,
        max(by_agent) over (partition by identity) as has_home,
        max(if(number = -1, 1, 0)) over (partition by identity, thing) = 1
        and thing is not null as is_own,
        max(if(number = -2, 1, 0)) over (partition by thing) = 1
        or regexp_like(thing, 'cloud-?trail|aws-?logs|controltower-logs') as holds_logs,
        max(if(number = 0, 1, 0)) over (partition by thing) = 1 as own_account,
        date_diff('day', min(first_seen) over (partition by identity), first_seen) >= 3
        and date_diff(
            'day', min(first_seen) over (partition by identity, client_ip), first_seen
        ) = 0
        and date_diff(
            'day', min(first_seen) over (partition by identity, agent), first_seen
        ) = 0 as new,
        -- The first of its kind: for a hop, of this identity; for a Region, of all.
        date_diff('day', min(first_seen) over (), first_seen) >= 3
        and date_diff(
            'day',
            case number
                when 45 then min(first_seen) over (partition by identity, thing)
                when 59 then min(first_seen) over (partition by thing)
            end,
            first_seen
        ) = 0 as fresh,
        min(first_seen) over () as evidence_from,
        max(last_seen) over () as evidence_to
    from hours
),

by_hour as (
    select
        if(t.kind = 530, 53, t.kind) as number,
        t.kind = 530 as many_only,
        identity, hour,
        max(name) as name,
        sum(case t.kind when 17 then denied else events end) as events,
        sum(case t.kind when 17 then 0 else succeeded end) as succeeded,
        sum(denied) as denied,
        sum(served) as served,
        sum(unmarked) as unmarked,
        min(evidence_from) as evidence_from,
        max(evidence_to) as evidence_to,
        array_sort(
            array_distinct(array_agg(account) filter (where account is not null))
        ) as accounts,
        array_sort(
            array_distinct(array_agg(client_ip) filter (where client_ip is not null))
        ) as addresses,
        array_sort(array_distinct(array_agg(agent))) as agents,
        array_sort(
            array_distinct(
                flatten(
                    array_agg(
                        case t.kind
                            when 17 then denied_calls
                            when 18 then read_calls
                            when 11 then array[client_ip]
                            else targets
                        end
                    )
                )
            )
        ) as targets,
        flatten(array_sort(array_agg(marks))) as marks,
        -- One page of the console makes a dozen reads: a person makes twice as many.
        if(bool_or(number = 0 and person_reads), 2, 1) as factor,
        bool_and(is_own) as is_own,
        bool_or(new) as new,
        bool_or(has_home) as has_home,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen,
        min(denied_example) as denied_example,
        min(example) as example
    from placed
    cross join
        unnest(
            filter(
                array[
                    if(number > 0, number),
                    if(number = 0 and by_instance and client_ip <> home, 11),
                    if(number = 0 and new and by_key, 13),
                    if(
                        number = 0 and by_key
                        and not regexp_like(
                            client_ip,
                            '^(10|127|192[.]168|172[.](1[6-9]|2[0-9]|3[01]))[.]'
                        ),
                        14
                    ),
                    if(number = 0 and cardinality(denied_calls) > 0, 17),
                    if(number = 0 and cardinality(read_calls) > 0, 18)
                ],
                one -> one is not null
            )
        ) as t (kind)
    where
        (t.kind <> 3 or holds_logs)
        and (t.kind <> 19 or new)
        and (t.kind not in (45, 59) or fresh)
        and (t.kind not in (33, 36, 39, 48, 49) or thing is null or not own_account)
    group by t.kind, identity, hour
),

kept as (
    select
        number, identity, hour, name, events, succeeded, denied, served, accounts,
        unmarked, evidence_from, evidence_to, addresses, agents, targets, is_own, new,
        has_home, first_seen, last_seen,
        substr(coalesce(if(number = 17, denied_example), example), 3) as example,
        filter(
            flatten(
                array[
                    marks,
                    array[
                        if(
                            number in (42, 44) and cardinality(targets) >= 3,
                            '+ 3 or more'
                        )
                    ]
                ]
            ),
            one -> one is not null
        ) as marks
    from by_hour
    where (
        case
            when many_only or number = 43
                then cardinality(targets) >= 5
            when number in (14, 25)
                then
                    cardinality(
                        array_distinct(
                            transform(
                                if(number in (14, 25), addresses),
                                one -> regexp_extract(
                                    one,
                                    '^([0-9]+[.][0-9]+[.]|[0-9a-f]*:[0-9a-f]*:)'
                                )
                            )
                        )
                    ) >= 2
                    and cardinality(agents) >= 2
            when number = 17
                then cardinality(targets) >= :different_denials
            when number = 18
                then
                    cardinality(targets) >= :different_reads * factor
                    and cardinality(
                        array_distinct(
                            transform(
                                if(number = 18, targets),
                                one -> split_part(one, ':', 1)
                            )
                        )
                    ) >= 4
            when number in (21, 22)
                then events >= 5 and (number = 21 or cardinality(targets) >= 5)
            when number = 41
                then
                    cardinality(targets) >= :different_secrets
                    or contains(coalesce(marks, array['']), 'in batches')
            when number = 46
                then cardinality(targets) >= 3
            when number = 51
                then events >= :objects_read
            when number = 55
                then events >= 20
            else true
        end
    )
)

select
    number,
    identity as identity_id,
    max(name) as actor,
    cast(hour as date) as day,
    cast(sum(events) as bigint) as events,
    cast(sum(succeeded) as bigint) as succeeded,
    cast(sum(denied) as bigint) as denied,
    cast(sum(served) as bigint) as by_service,
    cast(sum(unmarked) as bigint) as unmarked,
    cardinality(array_distinct(flatten(array_agg(targets)))) as things,
    nullif(
        array_join(
            array_sort(array_distinct(flatten(array_agg(marks)))), '; '
        ),
        ''
    ) as marks,
    bool_and(is_own) as is_own,
    bool_or(new) as new,
    bool_or(has_home) as has_home,
    min(first_seen) as first_seen,
    max(last_seen) as last_seen,
    nullif(
        array_join(
            array_sort(array_distinct(flatten(array_agg(accounts)))), ', '
        ),
        ''
    ) as accounts,
    nullif(
        array_join(
            array_sort(array_distinct(flatten(array_agg(addresses)))), ', '
        ),
        ''
    ) as addresses,
    nullif(
        array_join(
            array_sort(array_distinct(flatten(array_agg(agents)))), ', '
        ),
        ''
    ) as agents,
    regexp_extract(min(example), '[^ ]+$') as example_event_id,
    min(evidence_from) as evidence_from,
    max(evidence_to) as evidence_to
from kept
group by number, identity, cast(hour as date)
order by number asc, day asc, identity_id asc
