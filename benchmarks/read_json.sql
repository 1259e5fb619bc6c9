-- What DuckDB does by itself: read the same files with declared columns, type every
-- field of the record, sort, and write the same columns as Parquet. No check of
-- validity, no folding of repeats, no hashes.
copy (
    select
        record."eventVersion" as event_version,
        record."eventTime" as event_time,
        record."eventSource" as event_source,
        record."eventName" as event_name,
        record."awsRegion" as aws_region,
        record."sourceIPAddress" as source_ip_address,
        record."userAgent" as user_agent,
        record."errorCode" as error_code,
        record."errorMessage" as error_message,
        cast(record."requestParameters" as varchar) as request_parameters,
        cast(record."responseElements" as varchar) as response_elements,
        cast(record."additionalEventData" as varchar) as additional_event_data,
        record."requestID" as request_id,
        record."eventID" as event_id,
        record."eventType" as event_type,
        record."apiVersion" as api_version,
        record."managementEvent" as management_event,
        record."readOnly" as read_only,
        list_transform(
            record."resources",
            lambda item: struct_pack(
                arn := coalesce(item."ARN", item."ARNPrefix"),
                account_id := item."accountId",
                "type" := item."type"
            )
        ) as resources,
        record."recipientAccountId" as recipient_account_id,
        cast(record."serviceEventDetails" as varchar) as service_event_details,
        record."sharedEventID" as shared_event_id,
        record."vpcEndpointId" as vpc_endpoint_id,
        record."vpcEndpointAccountId" as vpc_endpoint_account_id,
        record."eventCategory" as event_category,
        record."sessionCredentialFromConsole" as session_credential_from_console,
        cast(record."eventContext" as varchar) as event_context,
        cast(record."edgeDeviceDetails" as varchar) as edge_device_details,
        record."userIdentity"."type" as user_identity_type,
        record."userIdentity"."principalId" as user_identity_principal_id,
        record."userIdentity"."arn" as user_identity_arn,
        record."userIdentity"."accountId" as user_identity_account_id,
        record."userIdentity"."accessKeyId" as user_identity_access_key_id,
        record."userIdentity"."userName" as user_identity_user_name,
        record."userIdentity"."invokedBy" as user_identity_invoked_by,
        record."userIdentity"."identityProvider" as user_identity_identity_provider,
        record."userIdentity"."credentialId" as user_identity_credential_id,
        record."userIdentity"."sessionContext"."sessionIssuer"."type" as session_issuer_type,
        record."userIdentity"."sessionContext"."sessionIssuer"."principalId" as session_issuer_principal_id,
        record."userIdentity"."sessionContext"."sessionIssuer"."arn" as session_issuer_arn,
        record."userIdentity"."sessionContext"."sessionIssuer"."accountId" as session_issuer_account_id,
        record."userIdentity"."sessionContext"."sessionIssuer"."userName" as session_issuer_user_name,
        record."userIdentity"."sessionContext"."webIdFederationData"."federatedProvider" as web_id_federated_provider,
        cast(record."userIdentity"."sessionContext"."webIdFederationData"."attributes" as varchar) as web_id_attributes,
        record."userIdentity"."sessionContext"."attributes"."creationDate" as session_creation_date,
        record."userIdentity"."sessionContext"."attributes"."mfaAuthenticated" as session_mfa_authenticated,
        record."userIdentity"."sessionContext"."ec2RoleDelivery" as session_ec2_role_delivery,
        record."userIdentity"."sessionContext"."sourceIdentity" as session_source_identity,
        record."userIdentity"."sessionContext"."assumedRoot" as session_assumed_root,
        record."userIdentity"."sessionContext"."signInSessionArn" as session_sign_in_session_arn,
        record."userIdentity"."onBehalfOf"."userId" as on_behalf_of_user_id,
        record."userIdentity"."onBehalfOf"."identityStoreArn" as on_behalf_of_identity_store_arn,
        record."userIdentity"."invokedByDelegate"."accountId" as invoked_by_delegate_account_id,
        record."userIdentity"."inScopeOf"."sourceArn" as in_scope_of_source_arn,
        record."userIdentity"."inScopeOf"."sourceAccount" as in_scope_of_source_account,
        record."userIdentity"."inScopeOf"."issuerType" as in_scope_of_issuer_type,
        record."userIdentity"."inScopeOf"."credentialsIssuedTo" as in_scope_of_credentials_issued_to,
        record."tlsDetails"."tlsVersion" as tls_version,
        record."tlsDetails"."cipherSuite" as cipher_suite,
        record."tlsDetails"."clientProvidedHostHeader" as client_provided_host_header,
        record."tlsDetails"."keyExchange" as key_exchange,
        record."addendum"."reason" as addendum_reason,
        record."addendum"."updatedFields" as addendum_updated_fields,
        record."addendum"."originalRequestID" as addendum_original_request_id,
        record."addendum"."originalEventID" as addendum_original_event_id,
        record."insightDetails"."state" as insight_state,
        record."insightDetails"."eventSource" as insight_event_source,
        record."insightDetails"."eventName" as insight_event_name,
        record."insightDetails"."insightType" as insight_type,
        record."insightDetails"."errorCode" as insight_error_code,
        cast(record."insightDetails"."insightContext" as varchar) as insight_context,
        record."insightDetails"."insightSource" as insight_source,
        record."insightDetails"."sourceEventCategory" as insight_source_event_category,
        record."accountId" as account_id,
        record."timeWindow"."windowStart" as window_start,
        record."timeWindow"."windowEnd" as window_end,
        record."timeWindow"."windowSize" as window_size,
        cast(record."summary" as varchar) as summary,
        filename as file
    from (
        select unnest("Records") as record, filename
        from read_json(
            $logs,
            format = 'unstructured',
            filename = true,
            columns = {
                'Records': 'struct(
            "eventVersion" varchar,
            "eventTime" timestamp,
            "eventSource" varchar,
            "eventName" varchar,
            "awsRegion" varchar,
            "sourceIPAddress" varchar,
            "userAgent" varchar,
            "errorCode" varchar,
            "errorMessage" varchar,
            "requestParameters" json,
            "responseElements" json,
            "additionalEventData" json,
            "requestID" varchar,
            "eventID" varchar,
            "eventType" varchar,
            "apiVersion" varchar,
            "managementEvent" boolean,
            "readOnly" boolean,
            "resources" struct("ARN" varchar, "ARNPrefix" varchar, "accountId" varchar, "type" varchar)[],
            "recipientAccountId" varchar,
            "serviceEventDetails" json,
            "sharedEventID" varchar,
            "vpcEndpointId" varchar,
            "vpcEndpointAccountId" varchar,
            "eventCategory" varchar,
            "sessionCredentialFromConsole" boolean,
            "eventContext" json,
            "edgeDeviceDetails" json,
            "userIdentity" struct(
                "type" varchar,
                "principalId" varchar,
                "arn" varchar,
                "accountId" varchar,
                "accessKeyId" varchar,
                "userName" varchar,
                "invokedBy" varchar,
                "identityProvider" varchar,
                "credentialId" varchar,
                "sessionContext" struct(
                    "sessionIssuer" struct(
                        "type" varchar,
                        "principalId" varchar,
                        "arn" varchar,
                        "accountId" varchar,
                        "userName" varchar
                    ),
                    "webIdFederationData" struct(
                        "federatedProvider" varchar,
                        "attributes" json
                    ),
                    "attributes" struct(
                        "creationDate" timestamp,
                        "mfaAuthenticated" boolean
                    ),
                    "ec2RoleDelivery" varchar,
                    "sourceIdentity" varchar,
                    "assumedRoot" varchar,
                    "signInSessionArn" varchar
                ),
                "onBehalfOf" struct(
                    "userId" varchar,
                    "identityStoreArn" varchar
                ),
                "invokedByDelegate" struct(
                    "accountId" varchar
                ),
                "inScopeOf" struct(
                    "sourceArn" varchar,
                    "sourceAccount" varchar,
                    "issuerType" varchar,
                    "credentialsIssuedTo" varchar
                )
            ),
            "tlsDetails" struct(
                "tlsVersion" varchar,
                "cipherSuite" varchar,
                "clientProvidedHostHeader" varchar,
                "keyExchange" varchar
            ),
            "addendum" struct(
                "reason" varchar,
                "updatedFields" varchar,
                "originalRequestID" varchar,
                "originalEventID" varchar
            ),
            "insightDetails" struct(
                "state" varchar,
                "eventSource" varchar,
                "eventName" varchar,
                "insightType" varchar,
                "errorCode" varchar,
                "insightContext" json,
                "insightSource" varchar,
                "sourceEventCategory" varchar
            ),
            "accountId" varchar,
            "timeWindow" struct(
                "windowStart" timestamp,
                "windowEnd" timestamp,
                "windowSize" varchar
            ),
            "summary" json
                )[]'
            }
        )
    )
    order by event_time
) to $parquet (format parquet, compression zstd)
