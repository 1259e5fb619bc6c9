"""How a scope is cut into slices: by account, and what is still too large by day."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from trailkit.cost.by_account import ByAccount, by_account
from trailkit.cost.count_files import total_of
from trailkit.cost.estimate import Billing
from trailkit.cost.s3_listing import Sizes
from trailkit.lens import compose
from trailkit.scope import Scope
from trailkit.source import Apart, Source
from trailkit.tables.days import midnight

MOST_FILES = 200_000
"""As many log files a slice reads, about: four minutes, at 800 files a second."""


def cut(
    source: Source, relation: str, scope: Scope, engine: Billing, apart: Apart
) -> list[Scope]:
    """Cut a scope so that each part reads log files of its own, and not too many.

    Folders of Regions without any log file are left out. Raises what listing raises.
    """
    kind = compose.RELATIONS[relation].kind
    found = by_account(source, kind, scope, engine, apart.accounts)
    seen = replace(scope, region_folders=_seen(apart, found))
    if apart.accounts:
        return list(_by_accounts(seen, found, apart))
    return list(_by_days(seen, found.of(""), apart))


def _seen(apart: Apart, found: ByAccount) -> tuple[str, ...]:
    """Return the Regions that have log files, where that is fewer than the table's."""
    seen = [each for each in apart.regions if each in (found.regions or apart.regions)]
    return tuple(seen) if len(seen) < len(apart.regions) else ()


def _by_accounts(scope: Scope, found: ByAccount, apart: Apart) -> Iterator[Scope]:
    together: list[str] = []
    held = 0
    for account in apart.accounts:
        sizes = found.of(account)
        files = total_of(sizes).files
        if files > MOST_FILES:
            yield from _by_days(replace(scope, folders=(account,)), sizes, apart)
            continue
        if together and held + files > MOST_FILES:
            yield replace(scope, folders=tuple(together))
            together, held = [], 0
        together.append(account)
        held += files
    if together:
        yield replace(scope, folders=tuple(together))


def _by_days(scope: Scope, sizes: Sizes, apart: Apart) -> Iterator[Scope]:
    """Cut a window at midnights; each part also reads what was delivered late."""
    if not apart.days or scope.start is None or scope.end is None:
        yield scope
        return
    start, held = scope.start, 0
    day: date = start.date()
    while midnight(day) < scope.end:
        size = sizes.get(day)
        files = size.files if size else 0
        if held and held + files > MOST_FILES:
            yield replace(scope, start=start, end=midnight(day))
            start, held = midnight(day), 0
        held += files
        day += timedelta(days=1)
    yield replace(scope, start=start)
