-- title: "Which identity providers were trusted, changed or removed?"
-- answers: [Q107, Q108]
-- attack: [T1484.002]
-- severity: high
-- keywords: [saml, oidc, federation, golden saml, backdoor, persistence, trust anchor]
-- needs: [management:write]
-- global: [iam]
-- parameters:
--   target:
--     type: list of text
--     means: resource
--     optional: true
--     help: "a part of a provider's name, ARN or address; every one when left out"
-- chart: timeline
-- next: [privilege/role-trust, identity/role-assumptions, persistence/identity-center]
-- notes: |
--   SAML and OpenID Connect providers of IAM, trust anchors and profiles of IAM Roles
--   Anywhere, external providers and token issuers of Identity Center, and providers of
--   a Cognito pool or a cluster. A provider alone gives nothing: a role must trust it.
--   `issuer` is who is trusted: an address, or the entityID of a SAML document. `roles`
--   are those that a profile of Roles Anywhere opens.
-- false_positives: |
--   A new account or pipeline set up by code; renewed certificates and thumbprints.
-- cannot_show: |
--   What the provider itself lets in, and whether the certificate was the company's.
with changes as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        service, principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.sAMLProviderArn'),
            json_extract_scalar(request, '$.openIDConnectProviderArn'),
            json_extract_scalar(request, '$.name'),
            json_extract_scalar(request, '$.url'),
            json_extract_scalar(request, '$.providerName'),
            coalesce(
                json_extract_scalar(request, '$.trustAnchorId'),
                json_extract_scalar(request, '$.profileId'),
                json_extract_scalar(request, '$.trustedTokenIssuerArn'),
                json_extract_scalar(request, '$.identityProviderConfig.name'),
                json_extract_scalar(request, '$.oidc.identityProviderConfigName'),
                json_extract_scalar(request, '$.directoryId'),
                json_extract_scalar(request, '$.instanceArn')
            ),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        coalesce(
            json_extract_scalar(request, '$.url'),
            regexp_extract(
                json_extract_scalar(request, '$.sAMLMetadataDocument'),
                'entityID *= *["'']([^"'']+)', 1
            ),
            json_extract_scalar(request, '$.oidc.issuerUrl'),
            json_extract_scalar(request, '$.providerDetails.oidc_issuer'),
            json_extract_scalar(request, '$.providerDetails.MetadataURL'),
            json_extract_scalar(
                request,
                '$.trustedTokenIssuerConfiguration.oidcJwtConfiguration.issuerUrl'
            ),
            json_extract_scalar(request, '$.source.sourceData.acmPcaArn'),
            json_extract_scalar(request, '$.source.sourceType')
        ) as issuer,
        coalesce(
            json_extract_scalar(request, '$.clientID'),
            json_extract_scalar(request, '$.oidc.clientId'),
            array_join(
                try_cast(json_extract(request, '$.clientIDList') as array(varchar)),
                ', '
            )
        ) as client_ids,
        array_join(
            try_cast(json_extract(request, '$.thumbprintList') as array(varchar)), ', '
        ) as thumbprints,
        array_join(
            try_cast(json_extract(request, '$.roleArns') as array(varchar)), ', '
        ) as roles
    from events
    where
        not regexp_like(action, '^(Get|List|Describe|Search|Tag|Untag)')
        and (
            (
                service = 'iam'
                and regexp_like(
                    action, 'SAMLProvider|OpenIDConnectProvider|WebIdentityFederation'
                )
            )
            or (
                service = 'rolesanywhere'
                and regexp_like(action, 'TrustAnchor|Profile|Crl')
            )
            or (
                family = 'sso'
                and regexp_like(action, 'IdP|IdentityProvider|TrustedTokenIssuer')
            )
            or (
                service in ('cognito-idp', 'eks')
                and regexp_like(action, 'IdentityProvider')
            )
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, issuer, client_ids, thumbprints, roles, service,
    principal_arn, access_key, user_agent, via, error_code, error_message
from changes
where
    :target is null
    or any_match(:target, part -> strpos(target, part) > 0)
    or any_match(:target, part -> strpos(issuer, part) > 0)
    or (target is null and any_match(:target, part -> strpos(error_message, part) > 0))
order by time, event_id
