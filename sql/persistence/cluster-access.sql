-- title: "Who was given access to a Kubernetes cluster of EKS?"
-- answers: [Q124]
-- attack: [T1098.006]
-- severity: high
-- keywords: [kubernetes, eks, cluster admin, access entry, persistence]
-- needs: [management:write]
-- parameters:
--   target:
--     {type: list of text, means: resource, optional: true,
--       help: "a cluster, or a principal's ARN"}
-- chart: timeline
-- next: [discovery/calls, privilege/role-trust, identity/activity]
-- notes: |
--   `target` is the cluster; `grantee` the IAM principal that got, changed or lost
--   access; `policy` one of EKS's own policies, over `scope` (the cluster or some of
--   its namespaces); `groups` are Kubernetes groups. `cluster_admin` is true for
--   AmazonEKSClusterAdminPolicy and for the group system:masters. UpdateClusterConfig
--   is here for what it opens: `public_endpoint` and `public_ranges`, and
--   `authentication_mode`. A pod identity gives the pods of a service account a role.
-- false_positives: |
--   Platform teams and code that builds clusters: whoever makes a cluster may become
--   its administrator in the same minute.
-- cannot_show: |
--   Access by the ConfigMap aws-auth, by service accounts and within Kubernetes: those
--   stand in the cluster's audit log. Denied calls often do not name the principal.
with changes as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.name'),
            json_extract_scalar(request, '$.clusterName'),
            regexp_extract(
                error_message,
                'on resource: "?[^ "]*:(?:cluster|access-entry|podidentityassociation)'
                || '/([^ "/]+)',
                1
            )
        ) as target,
        coalesce(
            -- What stands in the call's path is URL-encoded.
            try(url_decode(json_extract_scalar(request, '$.principalArn'))),
            json_extract_scalar(request, '$.principalArn'),
            json_extract_scalar(request, '$.roleArn')
        ) as grantee,
        coalesce(
            try(url_decode(json_extract_scalar(request, '$.policyArn'))),
            json_extract_scalar(request, '$.policyArn')
        ) as policy,
        concat_ws(
            ': ',
            json_extract_scalar(request, '$.accessScope.type'),
            array_join(
                try_cast(
                    json_extract(request, '$.accessScope.namespaces') as array(varchar)
                ),
                ', '
            ),
            json_extract_scalar(request, '$.namespace'),
            json_extract_scalar(request, '$.serviceAccount')
        ) as scope,
        array_join(
            try_cast(json_extract(request, '$.kubernetesGroups') as array(varchar)),
            ', '
        ) as groups,
        json_extract_scalar(request, '$.accessConfig.authenticationMode')
            as authentication_mode,
        json_extract_scalar(request, '$.resourcesVpcConfig.endpointPublicAccess')
        = 'true' as public_endpoint,
        array_join(
            try_cast(
                json_extract(request, '$.resourcesVpcConfig.publicAccessCidrs')
                as array(varchar)
            ),
            ', '
        ) as public_ranges
    from events
    where
        service = 'eks'
        and (
            regexp_like(
                action,
                '^(Create|Update|Delete)(AccessEntry|PodIdentityAssociation)$'
                || '|^(Associate|Disassociate)(AccessPolicy|IdentityProviderConfig)$'
            )
            or action = 'UpdateClusterConfig'
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, grantee, policy, nullif(scope, '') as scope, groups,
    coalesce(strpos(policy, 'ClusterAdminPolicy') > 0, false)
    or coalesce(strpos(groups, 'system:masters') > 0, false) as cluster_admin,
    authentication_mode, public_endpoint, public_ranges,
    principal_arn, access_key, user_agent, via, error_code, error_message
from changes
where
    :target is null
    or any_match(:target, one -> one in (target, grantee))
    or (grantee is null and any_match(:target, part -> strpos(error_message, part) > 0))
order by time, event_id
