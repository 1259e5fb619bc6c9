"""The workgroup of Athena: whether it runs a question, and where its answer goes.

Facts: Athena API Reference, "WorkGroupConfiguration"; Athena User Guide, "Encrypt query
results", "Use IAM Identity Center enabled workgroups", "Service quotas".
"""

from typing import Any

from trailkit.admin.doctor.lines import Lines, absent
from trailkit.aws.failures import AnsweredError, UnansweredError, is_refusal
from trailkit.aws.prices import say_bytes
from trailkit.engines.athena import AthenaEngine

AREA = "workgroup"
DEFAULT_MINUTES = 30
"""How long a SELECT may run unless AWS has raised the quota."""

_QUOTA = "DML query timeout"


def look_at(engine: AthenaEngine) -> tuple[Lines, dict[str, Any]]:
    """Look at the workgroup; return its settings as well, empty without any."""
    lines, name = Lines(AREA), engine.workgroup
    group = _group(lines, engine)
    if group is None:
        return lines, {}
    settings: dict[str, Any] = group.get("Configuration") or {}
    if group.get("State") == "DISABLED":
        lines.stop("state", f'"{name}" is disabled.', "Enable it, or name another.")
    else:
        lines.good("state", f'"{name}" is there and enabled.')
    _engine_version(lines, settings)
    _identity_center(lines, name, settings)
    _encryption(lines, name, settings)
    _place(lines, engine, name, settings)
    _limits(lines, settings)
    if reservation := engine.reservation:
        lines.look(
            "capacity",
            f'it uses the capacity reservation "{reservation}", billed by the hour.',
            "Prices below are those without it.",
        )
    return lines, settings


def _group(lines: Lines, engine: AthenaEngine) -> dict[str, Any] | None:
    athena, name = engine.client("athena"), engine.workgroup

    def ask() -> dict[str, Any]:
        return athena.get_work_group(WorkGroup=name)["WorkGroup"]

    try:
        return lines.asked("settings", ask)
    except AnsweredError as error:
        if not absent(error, "InvalidRequestException"):
            raise
        lines.stop(
            "state",
            f'there is no workgroup "{name}" in {engine.region}.',
            f"Name one that is there: {_listed(athena)}.",
        )
        return None


def _listed(athena: Any) -> str:
    try:
        found = athena.list_work_groups().get("WorkGroups", ())
    except (UnansweredError, AnsweredError):
        return "aws athena list-work-groups lists them"
    return ", ".join(f'"{each["Name"]}"' for each in found) or "there are none"


def _engine_version(lines: Lines, settings: dict[str, Any]) -> None:
    version = settings.get("EngineVersion") or {}
    name = version.get("EffectiveEngineVersion") or version.get("SelectedEngineVersion")
    if name is None or name in ("AUTO", "Athena engine version 3"):
        lines.good("engine", name or "AUTO")
        return
    lines.stop(
        "engine",
        f'"{name}" does not run trailkit\'s SQL.',
        "Name a workgroup of Athena engine version 3, or set this one to AUTO.",
    )


def _identity_center(lines: Lines, name: str, settings: dict[str, Any]) -> None:
    center = settings.get("IdentityCenterConfiguration") or {}
    if center.get("EnableIdentityCenter"):
        lines.stop(
            "sign-in",
            f'"{name}" takes IAM Identity Center identities only.',
            "Name a workgroup that takes IAM credentials: trailkit signs with those.",
        )


def _encryption(lines: Lines, name: str, settings: dict[str, Any]) -> None:
    results = settings.get("ResultConfiguration") or {}
    encryption = results.get("EncryptionConfiguration") or {}
    match encryption.get("EncryptionOption"):
        case "CSE_KMS":
            lines.stop(
                "encryption",
                f'"{name}" has results encrypted by Athena (CSE_KMS): they come as '
                "ciphertext that trailkit cannot read.",
                "Set SSE_KMS or SSE_S3 in the workgroup, or name another.",
            )
        case "SSE_KMS":
            key = encryption.get("KmsKey", "its key")
            lines.good("encryption", f"results: SSE_KMS with {key}.")
        case option:
            lines.good("encryption", f"results: {option or 'as their bucket has it'}.")


def _place(
    lines: Lines, engine: AthenaEngine, name: str, settings: dict[str, Any]
) -> None:
    own = settings.get("ResultConfiguration") or {}
    managed = settings.get("ManagedQueryResultsConfiguration") or {}
    if managed.get("Enabled"):
        lines.good("results", "Athena keeps them for 24 hours; they are read by pages.")
        return
    location = own.get("OutputLocation")
    if not settings.get("EnforceWorkGroupConfiguration"):
        location = engine.results or location
    if not location:
        lines.stop(
            "results",
            f'"{name}" has no place for results.',
            'Set one in it, or name one: results="s3://bucket/prefix/".',
        )
        return
    bucket = location.removeprefix("s3://").partition("/")[0]
    owner = engine.bucket_owner or own.get("ExpectedBucketOwner") or _account(engine)
    _owned(lines, engine, bucket, owner, location)


def _owned(
    lines: Lines, engine: AthenaEngine, bucket: str, owner: str, location: str
) -> None:
    try:
        answer = engine.client("s3").get_bucket_location(
            Bucket=bucket, ExpectedBucketOwner=owner
        )
    except AnsweredError as error:
        if is_refusal(error):
            lines.stop(
                "results",
                f"{bucket} does not belong to account {owner}, or you lack "
                "s3:GetBucketLocation on it.",
                "If you trust its owner, name that account: bucket_owner=…",
            )
        elif absent(error, "NoSuchBucket", "404"):
            lines.stop(
                "results", f"there is no bucket {bucket}.", "Make it, or name another."
            )
        else:
            raise
        return
    region = answer.get("LocationConstraint") or "us-east-1"
    if region not in (engine.region, "EU"):
        lines.stop(
            "results",
            f"{bucket} lies in {region}, and Athena writes in {engine.region}.",
            "Name a bucket of the same Region.",
        )
        return
    lines.good("results", f"{location}, of account {owner}.")


def _account(engine: AthenaEngine) -> str:
    return engine.client("sts").get_caller_identity()["Account"]


def _limits(lines: Lines, settings: dict[str, Any]) -> None:
    if cutoff := settings.get("BytesScannedCutoffPerQuery"):
        lines.good("cut-off", f"a query is stopped at {say_bytes(cutoff)}.")
    else:
        lines.good("cut-off", "none: case.budget(usd=…) is the limit.")


def timeout_minutes(engine: AthenaEngine) -> tuple[int, bool]:
    """Return how long a SELECT may run, and whether the quota itself said so."""
    try:
        asked = engine.client("service-quotas").list_service_quotas(
            ServiceCode="athena"
        )
    except (UnansweredError, AnsweredError):
        return DEFAULT_MINUTES, False
    for quota in asked.get("Quotas", ()):
        if quota.get("QuotaName", "").startswith(_QUOTA):
            return round(quota["Value"]), True
    return DEFAULT_MINUTES, False
