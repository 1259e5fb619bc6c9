"""The log files: whether the table looks where they lie, and how they lie.

Facts: S3 User Guide, "Using Requester Pays buckets"; Athena User Guide, "Partition
projection" (empty partitions), "Query restored Amazon S3 Glacier objects".
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from trailkit import clock
from trailkit.admin.doctor.lines import Lines
from trailkit.aws.failures import AnsweredError
from trailkit.aws.in_parallel import in_order
from trailkit.aws.prices import say_bytes
from trailkit.cost.estimate import Estimate
from trailkit.engines.athena import AthenaEngine
from trailkit.record import FOLDERS
from trailkit.tables.layout import bucket_and_key
from trailkit.tables.log_scope import LogScope

AREA = "log files"

_ARCHIVE = ("GLACIER", "DEEP_ARCHIVE")
_MOST_ACCOUNTS = 50
"""The folders of so many accounts are looked into."""

_MOST_MONTHS = 24
_A_DAY = 3
"""The day of a month whose files are looked at."""

_NAMED = 5


def look_at(
    engine: AthenaEngine,
    where: LogScope | None,
    estimate: Estimate,
    settings: dict[str, Any],
    formed: bool,
) -> Lines:
    """Look at the log files behind a table, and at those of the estimate's days.

    What is ``formed`` by AWS itself lies in no trail's folders, and need not.
    """
    lines = Lines(AREA)
    if where is not None:
        _requester_pays(lines, engine, where, settings)
        seen = list(_folders(engine, where))
        _compare(lines, "accounts", {a for a, _ in seen}, where.accounts)
        _compare(lines, "Regions", {r for _, r in seen}, where.regions)
        _empty(lines, seen, where)
        _classes(lines, engine, where, seen)
    elif not formed:
        lines.look(
            "place",
            "the table does not lie in a trail's folders.",
            "Which accounts and Regions it lacks cannot be told: compare it with "
            "tk.discover().",
        )
    _sizes(lines, estimate)
    _encryption(lines, estimate)
    return lines


def _requester_pays(
    lines: Lines, engine: AthenaEngine, where: LogScope, settings: dict[str, Any]
) -> None:
    bucket, s3 = where.layout.bucket, engine.client("s3")
    try:
        payer = s3.get_bucket_request_payment(Bucket=bucket).get("Payer")
    except AnsweredError:
        return  # the right is rarely given, and the list above worked
    if payer != "Requester":
        return
    if settings.get("RequesterPaysEnabled"):
        lines.good("Requester Pays", f"{bucket}: your account pays its requests.")
        return
    lines.stop(
        "Requester Pays",
        f"{bucket} lets those pay who read it, and the workgroup does not agree.",
        "Turn on RequesterPaysEnabled in the workgroup.",
    )


def _folders(engine: AthenaEngine, where: LogScope) -> Iterator[tuple[str, str]]:
    """List the accounts and Regions that have a folder of log files."""
    bucket, key = bucket_and_key(where.layout.root)
    below = _below(engine, bucket, f"{key}/")
    accounts = [each for each in below if each.isdigit() and len(each) == 12]
    kind = FOLDERS[where.kind]

    def regions(account: str) -> tuple[str, list[str]]:
        prefix = f"{key}/{account}/{kind}/"
        return account, _below(engine, bucket, prefix)

    for account, found in in_order(regions, accounts[:_MOST_ACCOUNTS]):
        yield from ((account, region) for region in found)


def _below(engine: AthenaEngine, bucket: str, prefix: str) -> list[str]:
    """Name the folders right below one."""
    asked = {"Bucket": bucket, "Prefix": prefix, "Delimiter": "/"}
    found: list[str] = []
    while True:
        page = engine.objects(**asked)
        found += [
            each["Prefix"][len(prefix) : -1] for each in page.get("CommonPrefixes", ())
        ]
        if not page.get("IsTruncated"):
            return found
        asked["ContinuationToken"] = page["NextContinuationToken"]


def _compare(lines: Lines, what: str, there: set[str], listed: tuple[str, ...]) -> None:
    """Compare what has a folder with what the table lists; empty: it lists all."""
    if not listed:
        lines.good(what, f"{len(there):,} have log files; the table leaves none out.")
        return
    missed, gone = sorted(there - {*listed}), sorted({*listed} - there)
    if missed:
        lines.look(
            what,
            f"the table leaves out {len(missed):,} with log files: {_some(missed)}.",
            "Write its DDL anew with all of them: tk.ddl(…).",
        )
    elif what == "accounts" and gone:
        lines.look(
            what,
            f"{len(gone):,} of the table's list have no folder: {_some(gone)}.",
            "Check that their trail delivers here: tk.discover().",
        )
    else:
        lines.good(what, f"the table lists all {len(there):,} that have log files.")


def _empty(lines: Lines, seen: list[tuple[str, str]], where: LogScope) -> None:
    """Return which share of the table's folders has nothing in it."""
    accounts = {account for account, _ in seen}
    regions = where.regions or {region for _, region in seen}
    looked, filled = len(accounts) * len(regions), len({*seen})
    if not looked or looked <= 2 * filled:
        lines.good("empty partitions", "fewer than half.")
        return
    lines.look(
        "empty partitions",
        f"of {looked:,} accounts and Regions {looked - filled:,} have no log file, "
        "and each costs a LIST a day.",
        "Leave Regions out of the table that no one uses, or name them: "
        "case.regions(…).",
    )


def _classes(
    lines: Lines,
    engine: AthenaEngine,
    where: LogScope,
    seen: list[tuple[str, str]],
) -> None:
    """Return in which storage classes the months lie, from a day of each."""
    if not seen:
        return
    account, region = seen[0]

    def classes(month: date) -> tuple[date, Counter[str]]:
        folder = where.layout.folder(where.kind, account, region, month)
        bucket, key = bucket_and_key(folder)
        page = engine.objects(Bucket=bucket, Prefix=f"{key}/")
        kept = (
            each.get("StorageClass", "STANDARD") for each in page.get("Contents", ())
        )
        return month, Counter(kept)

    months = {month: found for month, found in in_order(classes, _months()) if found}
    archived = [
        f"{month:%Y-%m}" for month, found in months.items() if {*found} & {*_ARCHIVE}
    ]
    every = sum(months.values(), Counter[str]())
    if archived:
        lines.look(
            "storage classes",
            f"log files of {_some(archived)} lie in S3 Glacier, and Athena passes over "
            "them in silence.",
            "Restore them and copy them to S3 Standard; or restore them and set the "
            "table's property read_restored_glacier_objects to true.",
        )
    elif every:
        named = ", ".join(sorted(every))
        lines.good("storage classes", f"a day of each month looked at: {named}.")


def _months() -> Iterator[date]:
    """Name a day of each month, back from this one."""
    today = clock.today()
    for back in range(_MOST_MONTHS):
        year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
        yield date(year, month + 1, _A_DAY)


def _sizes(lines: Lines, estimate: Estimate) -> None:
    days = max(1, sum(1 for size in estimate.days.values() if size.files))
    if not estimate.files and estimate.archived:
        lines.look(
            "archived",
            f"all {estimate.archived:,} log files of {estimate.scope} lie in Glacier.",
            "Athena passes over them in silence: restore them.",
        )
        return
    if not estimate.files:
        lines.look(
            "days",
            f"there is no log file in {estimate.scope}.",
            "Take a window in which there are some: case.window(…).table.doctor().",
        )
        return
    mean = estimate.bytes // estimate.files
    known = any(day and size.files for day, size in estimate.days.items())
    many = f"{estimate.files // days if known else estimate.files:,} files"
    when = "a day" if known else "for every window, as none says its day"
    lines.good("days", f"{many} {when}, {say_bytes(mean)} each on average.")
    if missing := estimate.days_without_files:
        lines.look(
            "gaps",
            f"{len(missing):,} days without any log file: "
            f"{_some([str(day) for day in missing])}.",
            "Nothing can be concluded of them: tk.discover() tells whether the trail "
            "was stopped.",
        )
    if estimate.archived:
        lines.look(
            "archived",
            f"{estimate.archived:,} files of these days lie in S3 Glacier.",
            "Athena passes over them in silence: restore them.",
        )


def _encryption(lines: Lines, estimate: Estimate) -> None:
    found = estimate.encryption
    if found.unknown:
        lines.stop("reading", "the files cannot be looked at.", str(found.unknown))
        return
    if found.archived:
        lines.look(
            "Intelligent-Tiering",
            f"of {found.looked:,} files looked at {found.archived:,} are in an archive "
            "tier, which a list does not show.",
            "Athena does not read them until they are restored.",
        )
    own = found.encrypted - found.bucket_keys
    if own:
        lines.look(
            "KMS",
            f"{own:,} of {found.looked:,} files looked at take a KMS Decrypt each.",
            "Turn on S3 Bucket Keys for the bucket: files to come take a hundredth.",
        )
    elif found.looked:
        kind = "KMS with Bucket Keys" if found.encrypted else "by S3"
        lines.good("encryption", f"{kind}, of {found.looked:,} files looked at.")


def _some(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")
