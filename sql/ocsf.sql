-- A CloudTrail record out of its form in OCSF, the Open Cybersecurity Schema Framework.
--
-- Security Lake keeps CloudTrail in it (AWS source versions 1 and 2: OCSF 1.0.0-rc.2
-- and 1.1), and so does CloudWatch's unified data store in S3 Tables (1.1 and 1.5).
-- Which field goes where is published by AWS in github.com/ocsf/examples, below
-- mappings/markdown/AWS; what has no place of its own stands in `unmapped` under its
-- path in the record, all as text.
--
-- A column or a field that a table does not have is taken for null: of a coalesce the
-- rest stays, and what is left with nothing is a column that the table lacks.
--
-- noqa: disable=RF01
select
    metadata.product.version as event_version,
    coalesce(
        cast(time_dt as timestamp),
        cast(from_unixtime(time / 1000e0) as timestamp)
    ) as event_time,
    api.service.name as event_source,
    api.operation as event_name,
    cloud.region as aws_region,
    coalesce(src_endpoint.ip, src_endpoint.domain) as source_ip_address,
    http_request.user_agent as user_agent,
    api.response.error as error_code,
    api.response.message as error_message,
    nullif(api.request.data, 'null') as request_parameters,
    nullif(api.response.data, 'null') as response_elements,
    -- Of a sign-in two values have places of their own.
    nullif(
        regexp_replace(
            '{'
            || case
                when api.operation = 'ConsoleLogin'
                    then coalesce(
                        '"LoginTo":' || json_format(cast(dst_endpoint.svc_name as json))
                        || ',',
                        ''
                    ) || coalesce(
                        '"MFAUsed":' || case coalesce(is_mfa, mfa)
                            when true then '"Yes",'
                            when false then '"No",'
                        end,
                        ''
                    )
                else ''
            end
            || substr(
                regexp_replace(
                    json_format(
                        cast(
                            map_filter(
                                unmapped,
                                (k, v) -> starts_with(k, 'additionalEventData.')
                            ) as json
                        )
                    ),
                    '([{,])"additionalEventData[.]',
                    '$1"'
                ),
                2
            ),
            ',[}]$',
            '}'
        ),
        '{}'
    ) as additional_event_data,
    api.request.uid as request_id,
    metadata.uid as event_id,
    coalesce(metadata.event_code, element_at(unmapped, 'eventType')) as event_type,
    api.version as api_version,
    case lower(element_at(unmapped, 'managementEvent'))
        when 'true' then true
        when 'false' then false
    end as management_event,
    case lower(element_at(unmapped, 'readOnly'))
        when 'true' then true
        when 'false' then false
    end as read_only,
    transform(
        resources,
        each -> cast(
            row(
                each.uid,
                coalesce(
                    each.owner.account.uid, each.account.uid, each.account_uid,
                    each.account_id
                ),
                each.type
            ) as row (arn varchar, account_id varchar, type varchar)
        )
    ) as resources,
    coalesce(
        element_at(unmapped, 'recipientAccountId'), cloud.account.uid, cloud.account_uid
    ) as recipient_account_id,
    nullif(
        regexp_replace(
            json_format(
                cast(
                    map_filter(
                        unmapped, (k, v) -> starts_with(k, 'serviceEventDetails.')
                    ) as json
                )
            ),
            '([{,])"serviceEventDetails[.]',
            '$1"'
        ),
        '{}'
    ) as service_event_details,
    coalesce(
        element_at(unmapped, 'sharedEventID'), element_at(unmapped, 'sharedEventId')
    ) as shared_event_id,
    src_endpoint.uid as vpc_endpoint_id,
    element_at(unmapped, 'vpcEndpointAccountId') as vpc_endpoint_account_id,
    -- An old record has no category, and here the names of all of them.
    coalesce(
        element_at(unmapped, 'eventCategory'),
        case
            when strpos(metadata.product.feature.name, ',') = 0
                then metadata.product.feature.name
        end
    ) as event_category,
    case lower(element_at(unmapped, 'sessionCredentialFromConsole'))
        when 'true' then true
        when 'false' then false
    end as session_credential_from_console,

    actor.user.type as user_identity_type,
    -- Version 1 has the ARN in `uuid` and the principal in `uid`; later ones have them
    -- in `uid` and `uid_alt`. A principal never begins as an ARN does.
    coalesce(
        actor.user.uid_alt,
        case when not starts_with(actor.user.uid, 'arn:') then actor.user.uid end
    ) as user_identity_principal_id,
    coalesce(
        actor.user.uuid,
        case when starts_with(actor.user.uid, 'arn:') then actor.user.uid end
    ) as user_identity_arn,
    coalesce(
        actor.user.account.uid, actor.user.account_uid
    ) as user_identity_account_id,
    -- OCSF 1.5 has the credential of an Identity Center user in the key's place.
    case
        when
            actor.user.type <> 'IdentityCenterUser'
            or regexp_like(actor.user.credential_uid, '^A[A-Z0-9]{15,}$')
            then actor.user.credential_uid
    end as user_identity_access_key_id,
    coalesce(
        element_at(unmapped, 'userIdentity.credentialId'),
        case
            when
                actor.user.type = 'IdentityCenterUser'
                and not regexp_like(actor.user.credential_uid, '^A[A-Z0-9]{15,}$')
                then actor.user.credential_uid
        end
    ) as user_identity_credential_id,
    actor.user.name as user_identity_user_name,
    actor.invoked_by as user_identity_invoked_by,
    case
        when actor.user.type in ('SAMLUser', 'WebIdentityUser')
            then actor.idp.name
    end as user_identity_identity_provider,
    element_at(
        unmapped, 'userIdentity.sessionContext.sessionIssuer.type'
    ) as session_issuer_type,
    element_at(
        unmapped, 'userIdentity.sessionContext.sessionIssuer.principalId'
    ) as session_issuer_principal_id,
    actor.session.issuer as session_issuer_arn,
    element_at(
        unmapped, 'userIdentity.sessionContext.sessionIssuer.accountId'
    ) as session_issuer_account_id,
    element_at(
        unmapped, 'userIdentity.sessionContext.sessionIssuer.userName'
    ) as session_issuer_user_name,
    case
        when actor.user.type not in ('SAMLUser', 'WebIdentityUser')
            then actor.idp.name
    end as web_id_federated_provider,
    coalesce(
        cast(actor.session.created_time_dt as timestamp),
        cast(from_unixtime(actor.session.created_time / 1000e0) as timestamp)
    ) as session_creation_date,
    coalesce(
        actor.session.is_mfa, actor.session.mfa
    ) as session_mfa_authenticated,
    element_at(
        unmapped, 'userIdentity.sessionContext.ec2RoleDelivery'
    ) as session_ec2_role_delivery,
    element_at(
        unmapped, 'userIdentity.sessionContext.sourceIdentity'
    ) as session_source_identity,
    element_at(
        unmapped, 'userIdentity.sessionContext.assumedRoot'
    ) as session_assumed_root,
    element_at(
        unmapped, 'userIdentity.sessionContext.signInSessionArn'
    ) as session_sign_in_session_arn,
    coalesce(
        element_at(unmapped, 'userIdentity.onBehalfOf.userId'),
        case
            when actor.user.type = 'IdentityCenterUser' then actor.user.uid_alt
        end
    ) as on_behalf_of_user_id,
    coalesce(
        element_at(unmapped, 'userIdentity.onBehalfOf.identityStoreArn'),
        case when actor.user.type = 'IdentityCenterUser' then actor.idp.uid end
    ) as on_behalf_of_identity_store_arn,
    element_at(
        unmapped, 'userIdentity.invokedByDelegate.accountId'
    ) as invoked_by_delegate_account_id,
    element_at(
        unmapped, 'userIdentity.inScopeOf.sourceArn'
    ) as in_scope_of_source_arn,
    element_at(
        unmapped, 'userIdentity.inScopeOf.sourceAccount'
    ) as in_scope_of_source_account,
    element_at(
        unmapped, 'userIdentity.inScopeOf.issuerType'
    ) as in_scope_of_issuer_type,
    element_at(
        unmapped, 'userIdentity.inScopeOf.credentialsIssuedTo'
    ) as in_scope_of_credentials_issued_to,

    element_at(unmapped, 'tlsDetails.tlsVersion') as tls_version,
    element_at(unmapped, 'tlsDetails.cipherSuite') as cipher_suite,
    element_at(
        unmapped, 'tlsDetails.clientProvidedHostHeader'
    ) as client_provided_host_header,
    element_at(unmapped, 'tlsDetails.keyExchange') as key_exchange,
    element_at(unmapped, 'addendum.reason') as addendum_reason,
    element_at(unmapped, 'addendum.updatedFields') as addendum_updated_fields,
    element_at(
        unmapped, 'addendum.originalRequestID'
    ) as addendum_original_request_id,
    element_at(unmapped, 'addendum.originalEventID') as addendum_original_event_id,

    accountid as folder_account,
    region as folder_region
from ocsf
where metadata.product.name = 'CloudTrail'
