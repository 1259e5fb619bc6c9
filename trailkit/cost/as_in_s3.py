"""What a question over local log files would read on Athena, were they in S3.

Their folders say account, Region and day, as a trail's bucket does. The table is the
one that ``tk.ddl`` writes for their accounts: a query lists each of its folders.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date

from trailkit.cost.count_files import add
from trailkit.cost.estimate import Estimate
from trailkit.cost.s3_listing import KEYS_A_PAGE, Size, Sizes
from trailkit.lens.compose import RELATIONS
from trailkit.record import Kind
from trailkit.scope import Scope
from trailkit.source import Source
from trailkit.tables.days import days_between
from trailkit.tables.layout import LogKey, parse
from trailkit.tables.pruning import delivery_days, regions_apart
from trailkit.tables.regions import REGIONS

Files = list[tuple[LogKey, int]]
"""Log files by the place that their path says, each with its size."""


def as_in_s3(
    title: str, reads: Mapping[str, int], source: Source, scope: Scope
) -> Estimate:
    """Return what is read of each relation, so many times, within a scope.

    Nothing is billed for it here: it has no prices until ``in_region`` gives them.
    """
    found, elsewhere = _files(source)
    sizes = Sizes()
    for relation, times in reads.items():
        kind = RELATIONS[relation].kind
        add(sizes, _of_kind(found, kind, scope), times)
    days = dict(sorted(sizes.items(), key=lambda of: of[0] or date.min))
    return Estimate(title, scope, days=days, notes=_notes(elsewhere))


def _files(source: Source) -> tuple[Files, int]:
    """Return the log files in a trail's folders, and how many lie elsewhere."""
    listed = source.files()
    paths = listed["file"].astype(str).str.replace("\\", "/")
    places = [*map(parse, paths)]
    sizes = listed["size"].tolist()
    found = [
        (place, int(size)) for place, size in zip(places, sizes, strict=True) if place
    ]
    return found, len(places) - len(found)


def _of_kind(files: Files, kind: Kind, scope: Scope) -> Sizes:
    """Count the files that a query reads, and the folders in which it looks."""
    accounts = scope.folders or scope.accounts
    there = [
        (key, size)
        for key, size in files
        if key.kind is kind and (not accounts or key.account in accounts)
    ]
    regions = scope.regions if regions_apart(scope) else ()
    sizes = Sizes(dict.fromkeys(_days([key.day for key, _ in there], scope), Size()))
    folders = Counter[str]()
    for key, size in there:
        if key.day in sizes and (not regions or key.region in regions):
            at = str(key).removesuffix(key.name)
            folders[at] += 1
            full = folders[at] > 1 and folders[at] % KEYS_A_PAGE == 1
            add(sizes, {key.day: Size(1, size, gets=1, lists=int(full))})
    trails = {(key.prefix, key.organization, key.account) for key, _ in there}
    looked = len(trails) * len(regions or REGIONS["aws"])
    add(sizes, dict.fromkeys(sizes, Size(lists=looked)))
    return sizes


def _days(seen: list[date], scope: Scope) -> list[date]:
    """Return the days of delivery that are searched; without a window, those seen."""
    if scope.bounded:
        return [*days_between(*delivery_days(scope))]
    return [*days_between(min(seen), max(seen))] if seen else []


def _notes(elsewhere: int) -> tuple[str, ...]:
    if not elsewhere:
        return ()
    lie = "files do not lie" if elsewhere > 1 else "file does not lie"
    return (
        f"{elsewhere:,} {lie} in a trail's folders (AWSLogs/account/CloudTrail/region/"
        "day): a table does not find what lies elsewhere, and it is not counted.",
    )
