-- title: "Which reads of buckets came from outside, or not through the endpoint?"
-- answers: [Q183]
-- attack: [T1530, T1567.002]
-- needs: [data:s3]
-- severity: low
-- keywords: [data perimeter, VPC endpoint, exfil, outside AWS, presigned URL]
-- parameters:
--   bucket:
--     type: list of text
--     optional: true
--     means: bucket
--     help: "one bucket; every one when left out"
--   endpoint:
--     type: list of text
--     means: resource
--     optional: true
--     help: "the endpoint that reads should use; any one when left out"
-- chart: timeline
-- next: [s3/bucket-access, exfiltration/endpoint-denials, identity/address]
-- notes: |
--   Reads and lists that came over no VPC endpoint, or over another than the one you
--   name. Calls that an AWS service made for someone are left out. `signed_by`
--   QueryString is a presigned URL, used by whoever had it. `caller_account` is the
--   account of the caller.
-- false_positives: |
--   People at work, and machines in networks without an endpoint, whose addresses
--   belong to AWS: compare addresses with the ranges that AWS publishes.
-- cannot_show: |
--   Calls for objects are data events, which are off unless turned on for the bucket.
--   An empty answer then says nothing.
with calls as (
    select
        time, action, actor, source_ip, account, region, outcome, event_id,
        principal_arn, access_key, user_agent, via, error_code, error_message,
        vpc_endpoint, ip_kind, caller_account, category, resources, request,
        json_extract_scalar(additional_data, '$.AuthenticationMethod') as signed_by,
        coalesce(
            json_extract_scalar(request, '$.bucketName'),
            regexp_extract(
                error_message, 'on resource: "?arn:[^:]*:s3:[^:]*:[^:]*:([^ "/]+)', 1
            )
        ) as bucket,
        coalesce(
            json_extract_scalar(request, '$.key'),
            json_extract_scalar(request, '$.prefix'),
            regexp_extract(
                error_message,
                'on resource: "?arn:[^:]*:s3:[^:]*:[^:]*:[^ "/]+/([^ "]+)',
                1
            )
        ) as object,
        try_cast(
            json_extract_scalar(additional_data, '$.bytesTransferredOut') as bigint
        ) as bytes_out
    from events
    where
        family = 's3'
        and category = 'Data'
        and read_only is distinct from false
)

select
    time, action, actor, source_ip, account, region, outcome, event_id,
    bucket as target, object,
    vpc_endpoint, ip_kind, caller_account, signed_by, bytes_out,
    principal_arn, access_key, user_agent, via, error_code, error_message
from calls
where
    (
        :bucket is null
        or contains(:bucket, bucket)
        or (
            bucket is null
            and any_match(:bucket, part -> strpos(error_message, part) > 0)
        )
    )
    and (
        case
            when :endpoint is not null
                then not coalesce(contains(:endpoint, vpc_endpoint), false)
            else vpc_endpoint is null
        end
    )
    and ip_kind in ('public', 'private')
order by time, event_id
