"""Log files counted by account and day, in one listing, with the Regions that have any.

A trail's folders are named for account, Region and day: so one pass through them tells
which account is too large for one query, and which Regions no one uses.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, cast

from trailkit.cost.count_files import measure
from trailkit.cost.estimate import Billing
from trailkit.cost.s3_listing import Sizes
from trailkit.progress import line
from trailkit.record import Kind
from trailkit.scope import Scope
from trailkit.source import ReadPlan, Source
from trailkit.tables.folders import LogFolder
from trailkit.tables.layout import parse


@dataclass(slots=True)
class ByAccount:
    """What lies in the folders of each account, by day; ``""`` where none is told.

    ``regions`` are those with any log file, None where a folder does not say it.
    """

    sizes: dict[str, Sizes] = field(default_factory=dict[str, Sizes])
    regions: set[str] | None = field(default_factory=set[str])

    def of(self, account: str) -> Sizes:
        """Return what lies there of an account, by day."""
        return self.sizes.get(account, {})


def by_account(
    source: Source, kind: Kind, scope: Scope, engine: Billing, accounts: Sequence[str]
) -> ByAccount:
    """List the log files of these accounts once; without accounts, of all together.

    Raises what ``source.read_plan`` raises, AccessRefused without s3:ListBucket.
    """
    places, found = list[LogFolder](), ByAccount()
    for account in accounts or ("",):
        folders = (account,) if account else ()
        plan = source.read_plan(kind, replace(scope, folders=folders))
        places += _of_account(plan, account) if plan else []

    def page(**asked: Any) -> Mapping[str, Any]:
        listed = engine.objects(**asked)
        _note_region(found, listed)
        return listed

    with line() as say:
        for told, size in measure(places, page, say).items():
            account, day = cast(tuple[str, date | None], told)
            found.sizes.setdefault(account, {})[day] = size
    return found


def _of_account(plan: ReadPlan, account: str) -> Iterator[LogFolder]:
    """Return the folders of an account, which tell it with their day."""
    shared: dict[int, Any] = {}
    for place in plan.places:
        if isinstance(place, LogFolder):
            told = {key: (account, day) for key, day in place.days.items()}
            days = shared.setdefault(id(place.days), told)
            yield replace(place, days=days)


def _note_region(found: ByAccount, listed: Mapping[str, Any]) -> None:
    """Note the Region of a page: its keys are of one folder of days."""
    first = next(iter(listed.get("Contents", ())), None)
    if first is None or found.regions is None:
        return
    key = parse(first["Key"])
    if key is None:
        found.regions = None
    else:
        found.regions.add(key.region)
