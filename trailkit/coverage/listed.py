"""Log files in S3 behind a scope, by account, Region and day: there, archived, or none.

Facts: Amazon Athena User Guide, "Considerations and limitations" (objects in S3 Glacier
classes are passed over in silence), "Partition projection" (only the values that the
table lists are looked into).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from threading import Lock
from typing import Any, NamedTuple

from trailkit import clock
from trailkit.cost.count_files import measure
from trailkit.cost.estimate import Billing
from trailkit.cost.s3_listing import NEVER_READ, Place, is_data
from trailkit.engines import Engine
from trailkit.lens import compose
from trailkit.progress import line
from trailkit.record import FOLDERS, Kind
from trailkit.scope import Scope
from trailkit.source import Source
from trailkit.tables.layout import LogKey, parse
from trailkit.tables.log_scope import LogScope

_MOST_ACCOUNTS = 200
"""Of so many accounts the Regions are looked for, a request each."""


class Day(NamedTuple):
    """An account, Region and day of delivery."""

    account: str
    region: str
    day: date


class Files(NamedTuple):
    """Log files that a query reads, and those in an archive, which it passes over."""

    read: int = 0
    archived: int = 0


@dataclass(frozen=True, slots=True)
class ListedFiles:
    """What lies in S3 of a scope, and beside what the table looks into.

    ``days`` are those in scope up to today; ``files`` has those with any. ``beside``
    names accounts and Regions that lie there and are in no list of the table.
    """

    days: tuple[date, ...]
    files: Mapping[Day, Files] = field(default_factory=dict)
    beside: tuple[tuple[str, str], ...] = ()
    listed_accounts: tuple[str, ...] = ()

    @property
    def accounts(self) -> list[str]:
        """The accounts with any file in scope, and those that the table lists."""
        return sorted({*self.listed_accounts, *(each.account for each in self.files)})

    @property
    def places(self) -> list[tuple[str, str]]:
        """The accounts and Regions with any file in scope."""
        return sorted({(each.account, each.region) for each in self.files})

    def of(self, account: str, region: str, day: date) -> Files:
        """Return the files of an account, Region and day."""
        return self.files.get(Day(account, region, day), Files())


def listed(
    source: Source,
    engine: Engine,
    scope: Scope,
    kind: Kind,
    log_scope: LogScope | None,
    most: int | None = None,
) -> ListedFiles | None:
    """List the log files in scope; None where the engine lists none, or of a copy.

    Nor do other tables whose days are those of events lie in a trail's folders.

    Takes LIST requests, as an estimate does: not where that would be more than ``most``
    folders of an account and Region. Raises what ``source.read_plan`` raises, and
    AccessRefused without s3:ListBucket.
    """
    if not isinstance(engine, Billing) or source.by_event(kind):
        return None
    plan = source.read_plan(kind, scope)
    if plan is None:
        return None
    places: list[Place] = [*plan.places]
    if most is not None and len(places) > most:
        return None
    noted = _Noting(engine, kind)
    with line() as say:
        measure(places, noted, say)
    today = clock.today()
    days = tuple(day for day in plan.days if day <= today)
    found = {at: files for at, files in noted.found.items() if at.day in set(days)}
    beside = tuple(_beside(engine, log_scope, scope)) if log_scope else ()
    return ListedFiles(days, found, beside, log_scope.accounts if log_scope else ())


class _Noting:
    """Pages of objects, and how many of them lie where; several threads ask."""

    def __init__(self, engine: Billing, kind: Kind) -> None:
        self._engine, self._kind, self._lock = engine, kind, Lock()
        self.found: dict[Day, Files] = {}

    def __call__(self, **asked: Any) -> Mapping[str, Any]:
        page = self._engine.objects(**asked)
        with self._lock:
            for item in page.get("Contents", ()):
                self._note(item)
        return page

    def _note(self, item: Mapping[str, Any]) -> None:
        key = _key_of(item["Key"].rpartition("/")[0])
        if key is None or key.kind is not self._kind or not is_data(item["Key"]):
            return
        at = Day(key.account, key.region, key.day)
        old, archived = self.found.get(at, Files()), item.get("StorageClass")
        more = (0, 1) if archived in NEVER_READ else (1, 0)
        self.found[at] = Files(old.read + more[0], old.archived + more[1])


@lru_cache(maxsize=4096)
def _key_of(folder: str) -> LogKey | None:
    return parse(f"{folder}/x")


def _beside(
    engine: Billing, log_scope: LogScope, scope: Scope
) -> Iterator[tuple[str, str]]:
    """Name the accounts and Regions that lie in S3 where the table does not look."""
    layout = log_scope.layout
    bucket, root = layout.bucket, layout.root.partition(f"s3://{layout.bucket}/")[2]
    there = [name for name in _below(engine, bucket, root) if len(name) == 12]
    for account in there:
        if (
            log_scope.accounts
            and account not in log_scope.accounts
            and not scope.accounts
        ):
            yield account, "all Regions"
    if not log_scope.regions or scope.regions:
        return
    for account in [each for each in there if each in log_scope.accounts][
        :_MOST_ACCOUNTS
    ]:
        folder = f"{root}{account}/{FOLDERS[log_scope.kind]}/"
        for region in _below(engine, bucket, folder):
            if region not in log_scope.regions:
                yield account, region


def _below(engine: Billing, bucket: str, folder: str) -> list[str]:
    """List the names of the folders right below one."""
    names: list[str] = []
    asked: dict[str, Any] = {"Bucket": bucket, "Prefix": folder, "Delimiter": "/"}
    while True:
        page = engine.objects(**asked)
        names += [
            each["Prefix"].removeprefix(folder).rstrip("/")
            for each in page.get("CommonPrefixes", ())
        ]
        if not page.get("IsTruncated"):
            return names
        asked["ContinuationToken"] = page["NextContinuationToken"]


def kind_of(need: str) -> Kind:
    """Return the kind of record in which events of a need are."""
    relation = {"network": "network", "insight": "insights", "aggregated": "aggregated"}
    return compose.RELATIONS[relation.get(need.partition(":")[0], "events")].kind
