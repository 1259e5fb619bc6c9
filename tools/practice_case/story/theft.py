"""What was taken: secrets and parameters of the shop, objects of the payroll."""

from tools.practice_case import s3
from tools.practice_case.callers import Caller
from tools.practice_case.organization import PAYROLL, PRODUCTION, SHOP_KEY
from tools.practice_case.record_writer import Record, RecordWriter, denied, resource
from tools.practice_case.story.answers import Reading, reading
from tools.practice_case.story.cast import (
    ARCHIVE,
    GUARDED_SECRET,
    PARAMETERS,
    PAYSLIPS,
    SECRETS,
    parameter_arn,
    secret_arn,
)

WANTED = 0.7
"""The share of the payslips that is read."""


def read_secrets(writer: RecordWriter, caller: Caller) -> None:
    """Read secrets one by one; one is guarded by a policy of its own."""
    writer.call(caller, "secretsmanager:ListSecrets", {"maxResults": 100})
    for name in SECRETS:
        arn = secret_arn(name)
        writer.call(caller, "secretsmanager:GetSecretValue", {"secretId": arn})
        _decrypt(writer, caller.through("secretsmanager"), "SecretARN", arn)
        writer.wait(2, 12)
    action = "secretsmanager:GetSecretValue"
    fault = denied(caller, action, secret_arn(GUARDED_SECRET))
    writer.call(caller, action, fault=fault)


def read_parameters(writer: RecordWriter, caller: Caller) -> None:
    """Read parameters, ten a call, and have them decrypted."""
    writer.call(caller, "ssm:DescribeParameters", {"maxResults": 50})
    for start in range(0, len(PARAMETERS), 10):
        names = PARAMETERS[start : start + 10]
        writer.call(
            caller,
            "ssm:GetParameters",
            {"names": list(names), "withDecryption": True},
            resources=[
                {"accountId": PRODUCTION.id, "ARN": parameter_arn(name)}
                for name in names
            ],
        )
        for name in names:
            arn = parameter_arn(name)
            _decrypt(writer, caller.through("ssm"), "PARAMETER_ARN", arn)
        writer.wait(5, 20)


def _decrypt(writer: RecordWriter, caller: Caller, subject: str, arn: str) -> None:
    """Let KMS decrypt on the caller's behalf."""
    writer.call(
        caller,
        "kms:Decrypt",
        {
            "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
            "encryptionContext": {subject: arn},
        },
        resources=[resource(SHOP_KEY, PRODUCTION, "AWS::KMS::Key")],
    )


def read_objects(writer: RecordWriter, caller: Caller) -> Reading:
    """Read most payslips; the minutes of the board are denied."""
    writer.call(s3.in_brackets(caller), "s3:ListBuckets", {"Host": "s3.amazonaws.com"})
    s3.bucket_call(writer, caller, "GetBucketLocation", PAYROLL)
    s3.list_objects(writer, caller, PAYROLL)
    read: list[Record] = []
    for key in writer.chance.some(PAYSLIPS, WANTED):
        sent = writer.chance.between(180_000, 2_400_000)
        call = s3.object_call(writer, caller, "GetObject", PAYROLL, key, sent=sent)
        read.append(call)
        writer.wait(0, 3)
    for key in ARCHIVE[len(PAYSLIPS) :]:
        fault = denied(caller, "s3:GetObject", f"{PAYROLL.arn}/{key}")
        s3.object_call(writer, caller, "GetObject", PAYROLL, key, fault=fault, sent=243)
    return reading(PAYROLL.name, read)


def fail_to_delete(writer: RecordWriter, caller: Caller) -> Record:
    """Try to delete the bucket: denied, so that only the message names it."""
    fault = denied(caller, "s3:DeleteBucket", PAYROLL.arn)
    return writer.call(
        s3.in_brackets(caller),
        "s3:DeleteBucket",
        region=PAYROLL.account.region,
        fault=fault,
    )
