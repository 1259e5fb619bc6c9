-- title: "Which changes to IAM gave somebody access?"
-- answers:
--   [Q058, Q069, Q093, Q094, Q096, Q097, Q098, Q099, Q100, Q101, Q102, Q103, Q104,
--   Q107]
-- attack: [T1098, T1098.001, T1098.003, T1098.007, T1136.003, T1484.002]
-- needs: [management:write]
-- global: [iam]
-- parameters:
--   target:
--     type: text
--     optional: true
--     help: "a user, role, group or policy by name; every one when left out"
-- chart: timeline
-- next: [identity/access-key, identity/role-assumptions, resource/history]
-- notes: |
--   New users, roles, groups and instance profiles; keys, passwords and other
--   credentials; policies attached or written; trust and identity providers, and those
--   of IAM Roles Anywhere; removed permission boundaries. A refused call is listed too.
--   ChangePassword is a user's own and names no target.
--   Taking away a policy that denies gives access as well: removals are not listed.
--   Identity Center gives access without IAM calls of a person: see its own events.
--   Terraform and CloudFormation make many such calls; look at `user_agent` and `via`.
with changes as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, session_id, via, user_agent,
        error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.userName'),
            json_extract_scalar(request, '$.roleName'),
            json_extract_scalar(response, '$.accessKey.userName'),
            json_extract_scalar(request, '$.groupName'),
            json_extract_scalar(request, '$.instanceProfileName'),
            json_extract_scalar(request, '$.name'),
            json_extract_scalar(request, '$.url'),
            -- IAM says "user alice" or gives the ARN.
            regexp_extract(
                error_message,
                'on resource: (?:(?:user|role|group|policy|instance profile) )?'
                || '(?:[^ ]*/)?([^ /]+)',
                1
            )
        ) as target,
        json_extract_scalar(request, '$.groupName') as group_name,
        coalesce(
            json_extract_scalar(request, '$.policyArn'),
            json_extract_scalar(request, '$.policyName'),
            json_extract_scalar(request, '$.permissionsBoundary')
        ) as policy,
        coalesce(
            json_extract_scalar(request, '$.policyDocument'),
            json_extract_scalar(request, '$.assumeRolePolicyDocument')
        ) as document,
        coalesce(
            json_extract_scalar(response, '$.accessKey.accessKeyId'),
            json_extract_scalar(request, '$.accessKeyId')
        ) as changed_key
    from events
    where
        (
            service = 'iam'
            and action in (
                'AddClientIDToOpenIDConnectProvider', 'AddRoleToInstanceProfile',
                'AddUserToGroup', 'AttachGroupPolicy', 'AttachRolePolicy',
                'AttachUserPolicy', 'ChangePassword', 'CreateAccessKey',
                'CreateGroup', 'CreateInstanceProfile', 'CreateLoginProfile',
                'CreateOpenIDConnectProvider', 'CreatePolicy', 'CreatePolicyVersion',
                'CreateRole', 'CreateSAMLProvider', 'CreateServiceLinkedRole',
                'CreateServiceSpecificCredential', 'CreateUser',
                'DeleteRolePermissionsBoundary', 'DeleteUserPermissionsBoundary',
                'PutGroupPolicy', 'PutRolePermissionsBoundary', 'PutRolePolicy',
                'PutUserPermissionsBoundary', 'PutUserPolicy',
                'ResetServiceSpecificCredential', 'SetDefaultPolicyVersion',
                'UpdateAccessKey', 'UpdateAssumeRolePolicy', 'UpdateLoginProfile',
                'UpdateOpenIDConnectProviderThumbprint', 'UpdateSAMLProvider',
                'UpdateServiceSpecificCredential', 'UploadSSHPublicKey',
                'UploadSigningCertificate'
            )
        )
        or (
            service = 'rolesanywhere'
            and action in (
                'CreateProfile', 'CreateTrustAnchor', 'EnableProfile',
                'EnableTrustAnchor', 'UpdateProfile', 'UpdateTrustAnchor'
            )
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, group_name, policy, changed_key, document,
    principal_arn, access_key, session_id, via, user_agent, error_code, error_message
from changes
where
    :target is null
    or target = :target
    or group_name = :target
    or regexp_extract(policy, '[^/]+$') = :target
    or (target is null and strpos(error_message, :target) > 0)
order by time, event_id
