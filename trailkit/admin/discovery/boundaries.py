"""The first and the last day of each folder: found where one folder ends.

Keys come in order, so the last days of one region stand right before the first of the
next. One request that begins a month ago in the one, and groups the files of a day at
the ``_`` behind the account in their names, shows both: for n regions of an account
that is n + 1 requests, however long it has had logs.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from trailkit import clock
from trailkit.admin.discovery.key_listing import Listing, NotSeen
from trailkit.admin.discovery.log_folders import Folder
from trailkit.record import Kind
from trailkit.tables.layout import CLOUDTRAIL_BEGAN, KINDS, parse
from trailkit.tables.regions import HOME

_MONTH = timedelta(days=31)

_LONGEST = _MONTH.days + 1
"""The most days from a month ago until today, both included."""

_MOST_KEYS = _LONGEST + 8
"""Some more: the first of the next folder, and what others have put beside them."""


class Boundary(NamedTuple):
    """Where one of an account's folders ends and the next begins, by their numbers.

    None before the account's first folder, and behind its last.
    """

    before: int | None
    after: int | None

    @property
    def beside(self) -> Iterator[int]:
        """The folders on its sides."""
        return (each for each in self if each is not None)


class DaySpan(NamedTuple):
    """The last day before an edge, the first behind it; None where there is none."""

    last: date | None
    first: date | None


def edges(folders: Sequence[Folder]) -> list[Boundary]:
    """Return the edges of folders that stand in the order of their keys.

    Those that tell most come first: of each account the region in which most happens,
    then all that hold events, then the rest.
    """
    found: list[Boundary] = []
    rank: dict[int, int] = {}
    numbers = range(len(folders))
    for _, each in groupby(numbers, lambda number: folders[number][:2]):
        own = [*each]
        found += map(Boundary, [None, *own], [*own, None])
        rank |= _ranked(folders, own)
    return sorted(found, key=lambda edge: min(rank[each] for each in edge.beside))


def _ranked(folders: Sequence[Folder], own: Iterable[int]) -> dict[int, int]:
    """Rank an account's folders: 0 for its main one, 1 for events, 2 for others."""
    kinds = {number: KINDS.get(folders[number].folder) for number in own}
    rank = {number: 1 if kind is Kind.EVENT else 2 for number, kind in kinds.items()}
    events = [number for number, kind in kinds.items() if kind is Kind.EVENT]
    if events:
        rank[max(events, key=lambda number: folders[number].region == HOME)] = 0
    return rank


class EdgeSearch:
    """Looks at edges, each with one request: more only where delivery has ended."""

    def __init__(self, listing: Listing, folders: Sequence[Folder]) -> None:
        """Take the folders that the edges number."""
        self._listing, self._folders = listing, folders

    def look(self, edge: Boundary) -> DaySpan | None:
        """Return the days on both sides of an edge; None where one could not look."""
        before, after = (
            None if number is None else self._folders[number] for number in edge
        )
        try:
            return self._days(before, after)
        except NotSeen:
            return None

    def _days(self, before: Folder | None, after: Folder | None) -> DaySpan:
        today = clock.today()
        keys, is_end = self._keys(before, after, today)
        last = first = None
        if before:
            last = _last(before, keys, is_end, today) or self._going_down(
                before, newest=True
            )
        if after:
            first = _first(after, keys) or self._first_day(after)
        return DaySpan(last, first)

    def _keys(
        self, before: Folder | None, after: Folder | None, today: date
    ) -> tuple[list[str], bool]:
        """List keys over an edge, those of a day as one, and whether these were all."""
        account = (before or after or self._folders[0])._replace(folder="", region="")
        # All kinds of logs begin so; other services' logs of the account do not.
        asked = {"Prefix": f"{account.key}CloudTrail", "Delimiter": "_"}
        if before:
            asked["StartAfter"] = f"{before.key}{today - _MONTH:%Y/%m/%d}"
        page = self._listing.page(account.layout.bucket, MaxKeys=_MOST_KEYS, **asked)
        keys = [each["Key"] for each in page.get("Contents", ())]
        keys += [each["Prefix"] for each in page.get("CommonPrefixes", ())]
        return sorted(keys), not page.get("IsTruncated")

    def _first_day(self, folder: Folder) -> date | None:
        """Look at the folder's own first key, where other things lie before it."""
        page = self._listing.page(folder.layout.bucket, Prefix=folder.key, MaxKeys=1)
        keys = [each["Key"] for each in page.get("Contents", ())]
        return _first(folder, keys) or self._going_down(folder, newest=False)

    def _going_down(self, folder: Folder, *, newest: bool) -> date | None:
        """Go down by years, months and days to the first, or the last, that is one."""
        return next(self._below(folder, folder.key, newest), None)

    def _below(self, folder: Folder, key: str, newest: bool) -> Iterator[date]:
        if day := _day(key.removeprefix(folder.key)):
            yield day
            return
        today = f"{folder.key}{clock.now():%Y/%m/%d}"
        names = self._listing.names(folder.layout.bucket, key)
        past = [each for each in names if each.isdecimal() and key + each <= today]
        for name in sorted(past, reverse=newest):
            if key.count("/") < folder.key.count("/") + 3:
                yield from self._below(folder, f"{key}{name}/", newest)


def _last(
    folder: Folder, keys: Sequence[str], is_end: bool, today: date
) -> date | None:
    """Read a folder's last day, if the keys go beyond it; none can be to come."""
    own = {key: parse(key) for key in keys if key.startswith(folder.key)}
    days = [each.day for each in own.values() if each and each.day <= today]
    if not days:
        return None
    beyond = is_end or today in days or keys[-1] not in own
    return max(days) if beyond else None


def _first(folder: Folder, keys: Iterable[str]) -> date | None:
    """Read a folder's first day, where the keys reach into it."""
    own = (parse(key) for key in keys if key.startswith(folder.key))
    return next((each.day for each in own if each and _is_possible(each.day)), None)


def _day(path: str) -> date | None:
    """Read a day as folders say it."""
    try:
        day = date.fromisoformat(path.strip("/").replace("/", "-"))
    except ValueError:
        return None
    return day if path.count("/") == 3 and _is_possible(day) else None


def _is_possible(day: date) -> bool:
    return day >= CLOUDTRAIL_BEGAN
