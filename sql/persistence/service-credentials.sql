-- title: "Which other credentials were made: keys of services, SSH keys, certificates?"
-- answers: [Q126, Q130, Q131]
-- attack: [T1098.001, T1098.004, T1649]
-- severity: medium
-- keywords: [api key, bedrock, codecommit, ssh key, key pair, certificate, persistence]
-- needs: [management:write]
-- global: [iam]
-- parameters:
--   target:
--     type: list of text
--     means: resource
--     optional: true
--     help: "whom or what it belongs to, or a credential's id; every one when left out"
-- chart: timeline
-- next: [persistence/users-and-keys, persistence/app-access, identity/activity]
-- notes: |
--   Credentials that outlive an access key: of CodeCommit, Keyspaces and Bedrock
--   (CreateServiceSpecificCredential; see `for_service`), keys of API Gateway and
--   AppSync, clients of a Cognito pool, SSH keys, key pairs of EC2 and Lightsail,
--   certificates that sign for IAM, of a private authority and of IoT. `target` is the
--   user, API, pool, server or authority, `credential` the id. A long-term key of
--   Bedrock belongs to an IAM user BedrockAPIKey-…. A service-linked role is listed as
--   a credential of its service.
-- false_positives: |
--   Deployments make API keys and key pairs, device fleets make certificates; AWS makes
--   service-linked roles the first time that a service is used.
-- cannot_show: |
--   Use of such a key: a call with an API key of API Gateway or AppSync is not in
--   CloudTrail. The short-term keys of Bedrock are made without any event.
with changes as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.userName'),
            json_extract_scalar(request, '$.serverId'),
            json_extract_scalar(request, '$.restApiId'),
            json_extract_scalar(request, '$.apiId'),
            json_extract_scalar(request, '$.userPoolId'),
            coalesce(
                json_extract_scalar(request, '$.keyName'),
                json_extract_scalar(request, '$.keyPairName'),
                json_extract_scalar(request, '$.certificateAuthorityArn'),
                json_extract_scalar(request, '$.aWSServiceName'),
                json_extract_scalar(request, '$.createApiKeyInput.name'),
                json_extract_scalar(request, '$.workspaceId')
            ),
            regexp_extract(
                error_message,
                'on resource: "?(?:user )?(?:[^ ":/]*[:/])*([^ ":/]+)',
                1
            ),
            regexp_extract(
                request, '"[A-Za-z]*(?:[Nn]ame|Id|Arn|apiKey)" *: *"([^"]+)"', 1
            )
        ) as target,
        coalesce(
            regexp_extract(
                response,
                '"(?:serviceSpecificCredentialId|sSHPublicKeyId|sshPublicKeyId'
                || '|certificateId|keyPairId|clientId|certificateArn|keyId|id)" *: *'
                || '"([^"]+)"',
                1
            ),
            regexp_extract(
                request,
                '"(?:serviceSpecificCredentialId|sSHPublicKeyId|certificateId|apiKey|id'
                || '|certificateArn)" *: *"([^"]+)"',
                1
            )
        ) as credential,
        coalesce(
            json_extract_scalar(request, '$.serviceName'),
            json_extract_scalar(response, '$.serviceSpecificCredential.serviceName'),
            json_extract_scalar(request, '$.aWSServiceName'),
            event_source
        ) as for_service
    from events
    where
        (
            regexp_like(
                action,
                'ServiceSpecificCredential|S(?:SH|sh)PublicKey$|SigningCertificate'
                || '|ApiKey|UsagePlanKey|KeyPair|UserPoolClient|KeysAndCertificate'
                || '|IssueCertificate|ServiceAccountToken|BucketAccessKey'
                || '|CredentialProvider$|ServiceLinkedRole$'
            )
            and not regexp_like(action, '^(Get|List|Describe|Batch|Send)')
        )
        or (
            service in ('acm', 'acm-pca', 'lightsail')
            and action in (
                'DownloadDefaultKeyPair', 'ExportCertificate', 'GetCertificate'
            )
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, credential, for_service, service,
    principal_arn, access_key, user_agent, via, error_code, error_message
from changes
where
    :target is null
    or any_match(:target, one -> one in (target, credential))
    or (target is null and any_match(:target, part -> strpos(error_message, part) > 0))
order by time, event_id
