-- title: "Who used CloudShell, and for which sensitive calls?"
-- answers: [Q055]
-- attack: [T1059.009]
-- severity: medium
-- keywords: [shell, terminal, browser shell, upload, download]
-- needs: [management:read, management:write]
-- chart: timeline
-- next: [identity/sessions, identity/activity, signin/console]
-- false_positives: |
--   Administrators who like it; a console page that opens it by itself.
-- cannot_show: |
--   What was typed. The key that CloudShell hands to its commands. A call from the
--   shell is told by its user agent, which the caller can change; other tools than the
--   AWS CLI and SDKs may not set it.
-- notes: |
--   `step`: start (an environment or a session), keys (the console's credentials go
--   in), files (an upload or download was prepared), other, and call: a write, a denied
--   call, or a read of identities or secrets, made from CloudShell.
--   `target` is the environment, or what the call concerned.
select
    time, action, actor, source_ip, account, region, outcome, event_id,
    case
        when service <> 'cloudshell' then 'call'
        when action in ('PutCredentials', 'RedeemCode') then 'keys'
        when strpos(action, 'File') > 0 then 'files'
        when regexp_like(action, '^(Create|Start)') then 'start'
        else 'other'
    end as step,
    coalesce(
        json_extract_scalar(request, '$.EnvironmentId'),
        json_extract_scalar(request, '$.environmentId'),
        json_extract_scalar(response, '$.EnvironmentId'),
        nullif(array_join(transform(resources, one -> one.arn), ', '), ''),
        json_extract_scalar(request, '$.userName'),
        json_extract_scalar(request, '$.roleName'),
        json_extract_scalar(request, '$.secretId'),
        regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
    ) as target,
    coalesce(
        json_extract_scalar(request, '$.FileUploadPath'),
        json_extract_scalar(request, '$.FileDownloadPath')
    ) as file_path,
    json_extract_scalar(request, '$.VpcConfig.VpcId') as vpc,
    service, identity_id, principal_arn, access_key, session_id, user_agent,
    error_code, error_message
from events
where
    service = 'cloudshell'
    or (
        strpos(user_agent, 'exec-env/CloudShell') > 0
        and (
            read_only is distinct from true
            or outcome = 'denied'
            or service in ('iam', 'secretsmanager', 'organizations', 'sts')
            or action in ('GetParameter', 'GetParameters', 'GetParametersByPath')
        )
    )
order by time, event_id
