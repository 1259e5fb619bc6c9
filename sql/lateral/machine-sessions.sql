-- title: "Who opened a session or pushed an SSH key to a machine, or its console?"
-- answers: [Q167, Q168, Q169]
-- attack: [T1021, T1021.004, T1021.007, T1021.008]
-- severity: medium
-- keywords:
--   [session manager, ssh, serial console, instance connect, bastion, port
--   forwarding, rdp]
-- needs: [management:write, management:read]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     help: "an instance, or a part of its id"
--     means: resource
-- chart: timeline
-- next: [execution/machine-commands, network/security-groups, identity/activity]
-- false_positives: |
--   On-call engineers work like this every day, from the same addresses.
-- cannot_show: |
--   What was typed: Session Manager can log it to S3 or CloudWatch, but not to
--   CloudTrail. SSH and RDP by a known key and an open port leave no event at all.
-- notes: |
--   `way`: session (Session Manager), SSH key (good for 60 seconds), serial console,
--   tunnel (EC2 Instance Connect endpoint). `document`
--   AWS-StartPortForwardingSessionToRemoteHost reaches `remote_host` through the
--   machine. EnableSerialConsoleAccess opens the serial console for the whole account
--   and Region. An endpoint lets SSH in without a public address or an open port to the
--   world.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        coalesce(
            json_extract_scalar(request, '$.target'),
            json_extract_scalar(request, '$.instanceId'),
            json_extract_scalar(request, '$.instanceConnectEndpointId'),
            json_extract_scalar(request, '$.serialPort.instanceId'),
            json_extract_scalar(request, '$.sessionId'),
            regexp_extract(
                coalesce(response, request),
                '"[iI]nstanceConnectEndpointId": ?"([^"]+)',
                1
            ),
            regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
        ) as target,
        case
            when strpos(action, 'Serial') > 0 then 'serial console'
            when regexp_like(action, 'ConnectEndpoint|OpenTunnel') then 'tunnel'
            when service = 'ec2-instance-connect' then 'SSH key'
            when service = 'cloudshell' then 'shell'
            else 'session'
        end as way,
        coalesce(
            json_extract_scalar(request, '$.instanceOSUser'),
            json_extract_scalar(request, '$.runAsUser')
        ) as os_user,
        json_extract_scalar(request, '$.documentName') as document,
        coalesce(
            json_extract_scalar(response, '$.sessionId'),
            json_extract_scalar(request, '$.sessionId')
        ) as session,
        coalesce(
            json_extract_scalar(request, '$.parameters.host[0]'),
            json_extract_scalar(request, '$.privateIpAddress')
        ) as remote_host,
        coalesce(
            json_extract_scalar(request, '$.parameters.portNumber[0]'),
            json_extract_scalar(request, '$.remotePort')
        ) as remote_port,
        regexp_extract(request, 'subnet-[0-9a-f]+') as subnet,
        coalesce(
            json_extract_scalar(request, '$.sSHPublicKey'),
            json_extract_scalar(request, '$.sshPublicKey')
        ) as public_key
    from events
    where
        (
            service = 'ssm'
            and action in ('ResumeSession', 'StartSession', 'TerminateSession')
        )
        or (
            service = 'ec2-instance-connect'
            and action in (
                'OpenTunnel', 'SendSSHPublicKey',
                'SendSerialConsoleSSHPublicKey'
            )
        )
        or (
            service = 'ec2'
            and action in (
                'CreateInstanceConnectEndpoint',
                'DeleteInstanceConnectEndpoint', 'DisableSerialConsoleAccess',
                'EnableSerialConsoleAccess'
            )
        )
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    target, way, os_user, document, session, remote_host, remote_port, subnet,
    public_key,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    :target is null
    or any_match(
        :target, part -> strpos(coalesce(target, error_message), part) > 0
    )
order by time, event_id
