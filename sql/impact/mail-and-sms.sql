-- title: "Was mail or SMS set up, opened up or sent, and by whom?"
-- answers: [Q211]
-- attack: [T1496.004, T1567]
-- needs: [management:write, data:ses, data:sns]
-- severity: medium
-- keywords: [SES, SNS, phishing, spam, smishing, sandbox, Pinpoint, toll fraud]
-- parameters:
--   target:
--     type: list of text
--     optional: true
--     means: resource
--     help: "an address, domain, topic or phone number, or a part of it"
-- chart: ranking
-- next: [exfiltration/subscriptions, impact/compute, identity/activity]
-- notes: |
--   One row for each action, thing, identity and address, by first time. The usual
--   order: quota and account looked at, VerifyEmailIdentity or CreateEmailIdentity,
--   UpdateAccountSendingEnabled or PutAccountDetails (which asks to leave the sandbox),
--   then sending, then DeleteIdentity to clean up.
-- false_positives: |
--   Applications and marketing that send mail: the setting up is rare, the sending is
--   not.
-- cannot_show: |
--   Recipients and text. Sending (SendEmail, Publish) is a data event, off by default,
--   and mail through SMTP is recorded as such an event at most.
with calls as (
    select
        time, action, outcome, actor, identity_id, account, region, source_ip, service,
        action_id,
        coalesce(
            json_extract_scalar(request, '$.emailIdentity'),
            json_extract_scalar(request, '$.identity'),
            json_extract_scalar(request, '$.emailAddress'),
            json_extract_scalar(request, '$.domain'),
            json_extract_scalar(request, '$.source'),
            json_extract_scalar(request, '$.fromEmailAddress'),
            json_extract_scalar(request, '$.topicArn'),
            coalesce(
                json_extract_scalar(request, '$.phoneNumber'),
                json_extract_scalar(request, '$.destinationPhoneNumber'),
                json_extract_scalar(request, '$.mailType'),
                json_extract_scalar(request, '$.enabled'),
                json_extract_scalar(request, '$.serviceCode'),
                regexp_extract(error_message, 'on resource: "?([^ "]+)', 1)
            )
        ) as target
    from events
    where
        (
            service = 'ses'
            and regexp_like(
                action,
                '^(Send|Verify|Create|Update|Put|Delete|Set|TestRender|Reorder)'
            )
        )
        or (
            service = 'sns'
            and action in (
                'CreateSMSSandboxPhoneNumber', 'Publish', 'PublishBatch',
                'SetSMSAttributes', 'VerifySMSSandboxPhoneNumber'
            )
        )
        or (
            service in ('mobiletargeting', 'sms-voice', 'workmail')
            and read_only is distinct from true
        )
)

select
    service,
    action,
    target,
    regexp_replace(actor, '^(role/[^/]+)/.*$', '$1') as identity,
    identity_id,
    account,
    region,
    source_ip,
    count(distinct action_id) filter (where outcome = 'success') as calls,
    count(distinct action_id) filter (where outcome = 'denied') as denied,
    count(distinct action_id) filter (where outcome = 'failed') as failed,
    min(time) as first_seen,
    max(time) as last_seen
from calls
where :target is null or any_match(:target, part -> strpos(target, part) > 0)
group by
    service, action, target, regexp_replace(actor, '^(role/[^/]+)/.*$', '$1'),
    identity_id, account, region, source_ip
order by
    first_seen asc, service asc, action asc, target asc, identity asc, identity_id asc,
    account asc, region asc, source_ip asc
