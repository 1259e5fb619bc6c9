"""The shop's own traffic: data events, keys and secrets, calls through an endpoint."""

from dataclasses import replace
from datetime import timedelta

from tools.practice_case import s3
from tools.practice_case.callers import Caller, by_service, by_session, stranger
from tools.practice_case.organization import (
    DATABASE_SECRET,
    ORDER_FUNCTION,
    ORDER_TABLE,
    ORDER_WORKER,
    ORDERS,
    PRODUCTION,
    REPORT_BUILDER,
    SHOP_ASSETS,
    SHOP_KEY,
    SHOP_WEB,
)
from tools.practice_case.record_writer import Fault, Record, RecordWriter, resource
from tools.practice_case.routine import days
from tools.practice_case.routine.services import INSTANCES
from tools.practice_case.sts import run_function

ENDPOINT = "vpce-0d1e2c3b4aexample"
WEB_AGENT = "aws-sdk-go-v2/1.41.1 os/linux lang/go#1.25.6 md/GOARCH#arm64"
NOT_THROUGH_HERE = Fault(
    "VpceAccessDenied", "The request was denied due to a VPC endpoint policy"
)
TABLE_CALLS = ("Query", "GetItem", "GetItem", "PutItem")


def flow(writer: RecordWriter) -> None:
    """Tell the traffic of the shop: little at night, much in the evening."""
    for when in days.every(30, offset=1):
        writer.at(when)
        worker = run_function(writer, ORDER_WORKER, "order-worker")
        for _ in range(1 + days.traffic(when)):
            _take_order(writer, worker)
        if when.minute < 30:
            _fetch_secret(writer, worker)
    for when in days.every(60, offset=56):
        for number, instance in enumerate(INSTANCES):
            writer.at(when, seconds=number)
            _serve(writer, instance, days.traffic(when))
    for when in days.every(11 * 60, offset=95):
        writer.at(when)
        _turn_away(writer)


def _take_order(writer: RecordWriter, worker: Caller) -> None:
    """Take an order: the function is invoked, the table asked, at times an invoice."""
    writer.call(
        by_service("apigateway", PRODUCTION),
        "lambda:Invoke",
        {"functionName": ORDER_FUNCTION, "invocationType": "RequestResponse"},
        resources=[resource(ORDER_FUNCTION, PRODUCTION, "AWS::Lambda::Function")],
        additionalEventData={"functionVersion": f"{ORDER_FUNCTION}:$LATEST"},
    )
    writer.call(
        worker,
        f"dynamodb:{writer.chance.pick(TABLE_CALLS)}",
        {"tableName": "orders", "key": {"order": "HIDDEN_DUE_TO_SECURITY_REASONS"}},
        resources=[resource(ORDER_TABLE, PRODUCTION, "AWS::DynamoDB::Table")],
    )
    if writer.chance.happens(0.2):
        name = f"invoices/{writer.now:%Y/%m/%d}/{writer.chance.text(8)}.pdf"
        received = writer.chance.between(20_000, 90_000)
        s3.object_call(writer, worker, "PutObject", ORDERS, name, received=received)


def _fetch_secret(writer: RecordWriter, worker: Caller) -> None:
    """Read the database's password, which KMS decrypts on the worker's behalf."""
    secret = {"secretId": DATABASE_SECRET}
    writer.call(worker, "secretsmanager:GetSecretValue", secret)
    writer.call(
        worker.through("secretsmanager"),
        "kms:Decrypt",
        {"encryptionContext": {"SecretARN": DATABASE_SECRET}},
        resources=[resource(SHOP_KEY, PRODUCTION, "AWS::KMS::Key")],
    )


def _serve(writer: RecordWriter, instance: str, traffic: int) -> None:
    """Serve pages from an instance, whose calls pass through the VPC endpoint."""
    caller = _web_server(writer, instance)
    writer.call(caller, "ssm:UpdateInstanceInformation", {"instanceId": instance})
    for number in range(1 + traffic // 4):
        sent = writer.chance.between(10_000, 300_000)
        name = f"covers/{writer.chance.between(1000, 9999)}-{number}.webp"
        record = s3.object_call(
            writer, caller, "GetObject", SHOP_ASSETS, name, sent=sent
        )
        _network_copy(writer, record)


def _web_server(writer: RecordWriter, instance: str) -> Caller:
    """Call as a web server; its keys come from the instance's metadata, version 2."""
    caller = by_session(
        SHOP_WEB,
        instance,
        writer.chance.key(),
        writer.now - timedelta(minutes=writer.chance.between(1, 300)),
        address=f"10.20.{INSTANCES.index(instance)}.25",
        agent=WEB_AGENT,
        ec2RoleDelivery="2.0",
    )
    return replace(caller, endpoint=ENDPOINT)


def _network_copy(writer: RecordWriter, record: Record) -> Record:
    """Write what the endpoint's owner sees of a call: it lacks what was asked."""
    left_out = {
        "userAgent", "requestParameters", "responseElements", "readOnly",
        "additionalEventData", "resources", "tlsDetails", "managementEvent",
    }  # fmt: skip
    record["sharedEventID"] = writer.chance.uuid()
    kept = {name: value for name, value in record.items() if name not in left_out}
    changed = {
        "eventID": writer.chance.uuid(),
        "eventType": "AwsVpceEvent",
        "eventCategory": "NetworkActivity",
    }
    return writer.write(kept | changed)


def _turn_away(writer: RecordWriter) -> None:
    """Turn away a caller of another account, who has no name here."""
    visitor = by_session(
        REPORT_BUILDER,
        "report-builder",
        writer.chance.key(),
        writer.now,
        address="10.20.9.77",
        agent=WEB_AGENT,
    )
    here = replace(
        visitor,
        identity=stranger(visitor),
        account=PRODUCTION,
        region=PRODUCTION.region,
        endpoint=ENDPOINT,
    )
    _network_copy(writer, writer.call(here, "s3:GetObject", fault=NOT_THROUGH_HERE))
    del writer.records[-2]
