"""Calls to S3, which spell hosts, agents and sizes in a way of their own.

Shapes: Amazon S3 User Guide, "CloudTrail log file entries for Amazon S3".
"""

from dataclasses import replace
from typing import Any

from tools.practice_case.callers import Caller
from tools.practice_case.organization import Bucket
from tools.practice_case.record_writer import Fault, Record, RecordWriter, resource

NOT_EMPTY = Fault("BucketNotEmpty", "The bucket you tried to delete is not empty")


def in_brackets(caller: Caller) -> Caller:
    """S3 puts the user agent in square brackets, except for services."""
    if caller.is_service:
        return caller
    return replace(caller, agent=f"[{caller.agent}]")


def _transfer(writer: RecordWriter, received: int, sent: int) -> dict[str, Any]:
    return {
        "SignatureVersion": "SigV4",
        "CipherSuite": "TLS_AES_128_GCM_SHA256",
        "bytesTransferredIn": received,
        "AuthenticationMethod": "AuthHeader",
        "x-amz-id-2": f"{writer.chance.text(43)}=",
        "bytesTransferredOut": sent,
    }


def bucket_call(
    writer: RecordWriter,
    caller: Caller,
    name: str,
    bucket: Bucket,
    request: dict[str, Any] | None = None,
    *,
    received: int = 0,
    sent: int = 0,
    **more: Any,
) -> Record:
    """Write a call that is about a bucket."""
    region = bucket.account.region
    host = f"{bucket.name}.s3.{region}.amazonaws.com"
    itself = [resource(bucket.arn, bucket.account, "AWS::S3::Bucket")]
    more.setdefault("resources", itself)
    return writer.call(
        in_brackets(caller),
        f"s3:{name}",
        {"bucketName": bucket.name, "Host": host, **(request or {})},
        additionalEventData=_transfer(writer, received, sent),
        host=host,
        region=region,
        **more,
    )


def object_call(
    writer: RecordWriter,
    caller: Caller,
    name: str,
    bucket: Bucket,
    key: str,
    **more: Any,
) -> Record:
    """Write a call that is about one object: a data event."""
    return bucket_call(
        writer,
        caller,
        name,
        bucket,
        {"key": key},
        resources=[
            {"type": "AWS::S3::Object", "ARN": f"{bucket.arn}/{key}"},
            resource(bucket.arn, bucket.account, "AWS::S3::Bucket"),
        ],
        **more,
    )


def under(bucket: Bucket, prefix: str = "") -> list[dict[str, str]]:
    """Write objects as a resource: a prefix of ARNs, and no ARN."""
    return [
        {"type": "AWS::S3::Object", "ARNPrefix": f"{bucket.arn}/{prefix}"},
        resource(bucket.arn, bucket.account, "AWS::S3::Bucket"),
    ]


def list_objects(
    writer: RecordWriter, caller: Caller, bucket: Bucket, prefix: str = "", **more: Any
) -> Record:
    """List the objects of a bucket."""
    return bucket_call(
        writer,
        caller,
        "ListObjects",
        bucket,
        {"list-type": "2", "prefix": prefix, "encoding-type": "url"},
        resources=under(bucket, prefix),
        **{"sent": writer.chance.between(800, 90_000)} | more,
    )
