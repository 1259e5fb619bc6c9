"""What real logs hold as well: empty texts, odd codes, records that came later."""

from datetime import timedelta

from tools.practice_case import s3
from tools.practice_case.callers import Caller, by_service, by_session
from tools.practice_case.chance import Chance
from tools.practice_case.organization import (
    ANALYTICS,
    COMMAND_LINE,
    DATABASE_SECRET,
    OFFICE,
    PEOPLE,
    PRODUCTION,
    REPORTS,
    SHOP_ASSETS,
    SHOP_KEY,
)
from tools.practice_case.record_writer import Fault, RecordWriter, resource
from tools.practice_case.routine import days

DRY_RUN = Fault(
    "Client.DryRunOperation",
    "Request would have succeeded, but DryRun flag is set.",
)
ODD_SUCCESS = Fault("200", "")
NOT_FOUND = Fault("NoSuchKey", "The specified key does not exist.")


def happen(writer: RecordWriter) -> None:
    """Spread the oddities over the working days."""
    for day in days.WORKING:
        writer.at(day, 13, writer.chance.between(0, 50))
        _anonymous(writer)
        _without_agent(writer)
        _rotate(writer)
    for day in days.WORKING[::3]:
        writer.at(day, 15, writer.chance.between(0, 50))
        _dry_run(writer)
        _dashboard(writer)
        _corrected(writer)


def _anonymous(writer: RecordWriter) -> None:
    """Let a crawler ask for a file that is not there, with no identity at all."""
    identity = {
        "type": "AWSAccount",
        "principalId": "",
        "accountId": "ANONYMOUS_PRINCIPAL",
    }
    crawler = Caller(identity, PRODUCTION, "192.0.2.250", "", PRODUCTION.region)
    s3.object_call(
        writer, crawler, "GetObject", SHOP_ASSETS, "robots.txt", fault=NOT_FOUND
    )


def _engineer(writer: RecordWriter, agent: str) -> Caller:
    person = PEOPLE[4]
    return by_session(
        person.roles[0],
        person.login,
        writer.chance.key(),
        writer.now - timedelta(minutes=writer.chance.between(5, 90)),
        address=OFFICE,
        agent=agent,
    )


def _without_agent(writer: RecordWriter) -> None:
    """Make a call whose user agent and access key are empty texts."""
    caller = _engineer(writer, "").with_key("")
    writer.call(caller, "athena:GetWorkGroup", {"workGroup": "primary"})


def _rotate(writer: RecordWriter) -> None:
    """Rotate a secret: the caller has neither type nor ARN, only who invoked."""
    service = by_service("secretsmanager", PRODUCTION)
    identity = {"accountId": PRODUCTION.id, "invokedBy": service.address}
    for name in ("RotationStarted", "RotationSucceeded"):
        writer.event(
            service,
            f"secretsmanager:{name}",
            "AwsServiceEvent",
            userIdentity=identity,
            additionalEventData={"SecretId": DATABASE_SECRET},
        )
        writer.wait(2, 9)


def _dry_run(writer: RecordWriter) -> None:
    """Ask whether a call would be allowed: recorded as an error, yet nothing failed."""
    caller = _engineer(writer, COMMAND_LINE)
    writer.call(
        caller, "ec2:RunInstances", {"instanceType": "t4g.small"}, fault=DRY_RUN
    )


def _dashboard(writer: RecordWriter) -> None:
    """Sign in to Managed Grafana, which writes the code 200 on success."""
    caller = _engineer(writer, PEOPLE[4].agent)
    writer.call(caller, "grafana:login_auth_sso", fault=ODD_SUCCESS)


def _corrected(writer: RecordWriter) -> None:
    """Correct a record later: a new one, which names the one that it replaces."""
    writer.call(
        by_service("kms", ANALYTICS),
        "kms:RotateKey",
        resources=[resource(SHOP_KEY, PRODUCTION, "AWS::KMS::Key")],
        eventType="AwsServiceEvent",
        addendum={
            "reason": "UPDATED_DATA",
            "updatedFields": "responseElements",
            "originalRequestID": Chance(f"{writer.now}").uuid(),
            "originalEventID": Chance(f"{writer.now} event").uuid(),
        },
    )
    s3.list_objects(writer, _engineer(writer, COMMAND_LINE), REPORTS)
