-- title: "Who assumed this role, or tried to, and what did a key go on to assume?"
-- answers: [Q036, Q037, Q038, Q039, Q044, Q046, Q048]
-- attack: [T1078.004, T1550.001, T1548.005, T1199]
-- severity: note
-- keywords: [assume role, chain, chaining, lateral, trust, hop]
-- needs: [management:read]
-- global: [sts, signin]
-- parameters:
--   role:
--     type: list of text
--     optional: true
--     means: role
--     help: "name or ARN; every one when left out"
--   access_key:
--     type: list of text
--     optional: true
--     means: access_key
--     help: "the key that asked, or that was handed out; any key when left out"
-- chart: timeline
-- next: [identity/access-key, identity/cross-account, privilege/role-trust]
-- false_positives: |
--   Services, pipelines and people assume roles all day. New is what matters: a caller,
--   an address or a session name that the role did not see before.
-- cannot_show: |
--   Who could have assumed the role: read its trust policy. Keys of the console, of the
--   access portal and of `aws login` are issued without a record.
-- notes: |
--   To follow a chain put `issued_key` back in as `access_key`, hop by hop; or ask
--   `case.trace(issued_key)`, which follows every kind of credential over all hops. A
--   switch of roles in the console shows no key; it stands beside the AssumeRole that
--   AWS made.
--   A refused AssumeRole names the role in its message only, and the account that owns
--   the role has no record of it: only the caller's account does.
--   GetSessionToken and GetFederationToken hand out keys without a role.
--   AWS records AssumeRole as read-only. A call that two accounts recorded is one row,
--   with the copy that knows the caller; `copies` says how many there are. Records that
--   share an id and say different things are a row each.
with assumptions as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        access_key, identity_id, session_id, source_identity, caller_account,
        via, user_agent, error_code, error_message, issued_key, issued_session,
        asked_role as role,
        coalesce(
            json_extract_scalar(request, '$.roleSessionName'),
            case when action = 'SwitchRole' then session_name end
        ) as role_session,
        json_extract_scalar(additional_data, '$.SwitchFrom') as switched_from,
        -- The owner's copy says nothing that the caller's record does not say too.
        coalesce(
            identity_type = 'AWSAccount'
            and count_if(identity_type is distinct from 'AWSAccount') over same > 0
            and (
                issued_key is null
                or issued_key = max(
                    if(identity_type is distinct from 'AWSAccount', issued_key)
                ) over same
            ),
            false
        ) as is_copy,
        count(*) over same as copies
    from events
    where
        (
            service = 'sts'
            and action in (
                'AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity',
                'AssumeRoot', 'GetFederationToken', 'GetSessionToken'
            )
        )
        or (service = 'signin' and action = 'SwitchRole')
    window same as (partition by action_id, identity_id, source_ip, asked_role)
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    role, role_session, issued_key, issued_session, access_key, identity_id, session_id,
    source_identity, caller_account, switched_from, via, user_agent,
    error_code, error_message, copies
from assumptions
where
    not is_copy
    and (
        :role is null
        or contains(:role, role)
        or contains(:role, regexp_extract(role, '[^/]+$'))
        or (role is null and any_match(:role, part -> strpos(error_message, part) > 0))
    )
    and (
        :access_key is null
        or contains(:access_key, access_key)
        or contains(:access_key, issued_key)
    )
order by time, event_id
