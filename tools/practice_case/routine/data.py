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
from tools.practice_case.routine import days
from tools.practice_case.routine.services import INSTANCES
from tools.practice_case.scribe import Fault, Record, Scribe, resource
from tools.practice_case.sts import run_function

ENDPOINT = "vpce-0d1e2c3b4aexample"
WEB_AGENT = "aws-sdk-go-v2/1.41.1 os/linux lang/go#1.25.6 md/GOARCH#arm64"
NOT_THROUGH_HERE = Fault(
    "VpceAccessDenied", "The request was denied due to a VPC endpoint policy"
)
TABLE_CALLS = ("Query", "GetItem", "GetItem", "PutItem")


def flow(scribe: Scribe) -> None:
    """Tell the traffic of the shop: little at night, much in the evening."""
    for when in days.every(30, offset=1):
        scribe.at(when)
        worker = run_function(scribe, ORDER_WORKER, "order-worker")
        for _ in range(1 + days.traffic(when)):
            _take_order(scribe, worker)
        if when.minute < 30:
            _fetch_secret(scribe, worker)
    for when in days.every(60, offset=56):
        for number, instance in enumerate(INSTANCES):
            scribe.at(when, seconds=number)
            _serve(scribe, instance, days.traffic(when))
    for when in days.every(11 * 60, offset=95):
        scribe.at(when)
        _turn_away(scribe)


def _take_order(scribe: Scribe, worker: Caller) -> None:
    """Take an order: the function is invoked, the table asked, at times an invoice."""
    scribe.call(
        by_service("apigateway", PRODUCTION),
        "lambda:Invoke",
        {"functionName": ORDER_FUNCTION, "invocationType": "RequestResponse"},
        resources=[resource(ORDER_FUNCTION, PRODUCTION, "AWS::Lambda::Function")],
        additionalEventData={"functionVersion": f"{ORDER_FUNCTION}:$LATEST"},
    )
    scribe.call(
        worker,
        f"dynamodb:{scribe.chance.pick(TABLE_CALLS)}",
        {"tableName": "orders", "key": {"order": "HIDDEN_DUE_TO_SECURITY_REASONS"}},
        resources=[resource(ORDER_TABLE, PRODUCTION, "AWS::DynamoDB::Table")],
    )
    if scribe.chance.happens(0.2):
        name = f"invoices/{scribe.now:%Y/%m/%d}/{scribe.chance.text(8)}.pdf"
        received = scribe.chance.between(20_000, 90_000)
        s3.object_call(scribe, worker, "PutObject", ORDERS, name, received=received)


def _fetch_secret(scribe: Scribe, worker: Caller) -> None:
    """Read the database's password, which KMS decrypts on the worker's behalf."""
    secret = {"secretId": DATABASE_SECRET}
    scribe.call(worker, "secretsmanager:GetSecretValue", secret)
    scribe.call(
        worker.through("secretsmanager"),
        "kms:Decrypt",
        {"encryptionContext": {"SecretARN": DATABASE_SECRET}},
        resources=[resource(SHOP_KEY, PRODUCTION, "AWS::KMS::Key")],
    )


def _serve(scribe: Scribe, instance: str, traffic: int) -> None:
    """Serve pages from an instance, whose calls pass through the VPC endpoint."""
    caller = _web_server(scribe, instance)
    scribe.call(caller, "ssm:UpdateInstanceInformation", {"instanceId": instance})
    for number in range(1 + traffic // 4):
        sent = scribe.chance.between(10_000, 300_000)
        name = f"covers/{scribe.chance.between(1000, 9999)}-{number}.webp"
        record = s3.object_call(
            scribe, caller, "GetObject", SHOP_ASSETS, name, sent=sent
        )
        _network_copy(scribe, record)


def _web_server(scribe: Scribe, instance: str) -> Caller:
    """Call as a web server; its keys come from the instance's metadata, version 2."""
    caller = by_session(
        SHOP_WEB,
        instance,
        scribe.chance.key(),
        scribe.now - timedelta(minutes=scribe.chance.between(1, 300)),
        address=f"10.20.{INSTANCES.index(instance)}.25",
        agent=WEB_AGENT,
        ec2RoleDelivery="2.0",
    )
    return replace(caller, endpoint=ENDPOINT)


def _network_copy(scribe: Scribe, record: Record) -> Record:
    """Write what the endpoint's owner sees of a call: it lacks what was asked."""
    left_out = {
        "userAgent", "requestParameters", "responseElements", "readOnly",
        "additionalEventData", "resources", "tlsDetails", "managementEvent",
    }  # fmt: skip
    record["sharedEventID"] = scribe.chance.uuid()
    kept = {name: value for name, value in record.items() if name not in left_out}
    changed = {
        "eventID": scribe.chance.uuid(),
        "eventType": "AwsVpceEvent",
        "eventCategory": "NetworkActivity",
    }
    return scribe.write(kept | changed)


def _turn_away(scribe: Scribe) -> None:
    """Turn away a caller of another account, who has no name here."""
    visitor = by_session(
        REPORT_BUILDER,
        "report-builder",
        scribe.chance.key(),
        scribe.now,
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
    _network_copy(scribe, scribe.call(here, "s3:GetObject", fault=NOT_THROUGH_HERE))
    del scribe.records[-2]
