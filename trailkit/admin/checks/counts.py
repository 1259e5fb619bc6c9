"""The look itself: one SELECT that counts every claim, and what its answer says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trailkit import dialect
from trailkit.admin.checks import deviations
from trailkit.admin.checks.deviations import Finding
from trailkit.admin.checks.expectations import Expectation, expectations
from trailkit.engines import Answer, Engine
from trailkit.errors import QueryFailed
from trailkit.record import Kind, columns, every_column, relation_columns
from trailkit.scope import Scope
from trailkit.source import Source
from trailkit.tables.column_expressions import null
from trailkit.tables.text import select_text

_TOTALS = {
    "records": "count(*)",
    "repeats": "count(event_id) - count(distinct event_id)",
    "unnamed": "count_if(event_id is null)",
}
_FILES = {"files": "count(distinct file)"}
_PATH = "$path"


@dataclass(frozen=True, slots=True)
class CheckedPlace:
    """Where one looks: the kind of record, the cell, and of what it is a part.

    It is ``copied`` in a copy, and ``formed`` in OCSF or an export of CloudTrail Lake.
    """

    kind: Kind
    cell: Scope
    copied: bool = False
    formed: bool = False

    @property
    def in_folders(self) -> bool:
        """Whether its records lie in the log files of a trail's folders."""
        return not (self.copied or self.formed)


@dataclass(frozen=True, slots=True)
class Look:
    """Claims, and the SELECT that counts them in one scan of ``records``.

    ``absent`` are those that cannot even be asked; ``undeclared`` are the names of
    those about a column that the table does not have.
    """

    claims: tuple[Expectation, ...]
    absent: tuple[Expectation, ...]
    undeclared: frozenset[str]
    sql: str


def compose(source: Source, place: CheckedPlace, path: bool = True) -> Look:
    """Write the look into a place; without ``path`` it does not read ``"$path"``.

    Raises what ``source.records`` raises.
    """
    every = expectations(place.kind, place.copied, place.formed)
    asked = tuple(each for each in every if path or "file" not in each.reads)
    counts = _TOTALS | (_FILES if path else {})
    for claim in asked:
        counts |= claim.counts()
    select = select_text(
        [f"{text} as {name}" for name, text in counts.items()], "records"
    )
    records = source.records(place.kind, place.cell, read_by(select), True)
    return Look(
        asked,
        tuple(each for each in every if each not in asked),
        frozenset(each.name for each in asked if _is_null(each.column, records)),
        dialect.with_relations(select, {"records": records}),
    )


def count_again(source: Source, place: CheckedPlace) -> str:
    """Write the SELECT that counts the rows of a copy that are there again.

    Only those are compared, column by column, whose event id is there again: a query
    that holds every record of a busy day in memory would fail.
    """
    content = [*columns(place.kind)]
    records = source.records(place.kind, place.cell, content, True)
    return dialect.with_relations(
        _AGAIN.format(", ".join(content)), {"records": records}
    )


_AGAIN = """select coalesce(sum(copies - 1), 0) as again
from (
    select count(*) as copies
    from records
    where coalesce(event_id, '') in (
        select coalesce(event_id, '') from records group by 1 having count(*) > 1
    )
    group by {}
) as alike
"""


AGAIN = 2
"""How often that SELECT reads the records: once for their ids, once for the rest."""


def read_by(select: str) -> list[str]:
    """Return the columns of ``records`` that a SELECT over it reads."""
    used = dialect.columns_used(select) or ()
    return [name for name in every_column() if name in used]


def _is_null(column: str | None, records: str) -> bool:
    """Look whether the SELECT of ``records`` gives a column as nothing but nulls."""
    if column is None:
        return False
    lines = (line.strip(" ,") for line in records.splitlines())
    return f"{null(relation_columns()[column])} as {column}" in lines


def take(
    source: Source, engine: Engine, place: CheckedPlace, look: Look
) -> tuple[Look, Answer]:
    """Run a look; where Athena gives no ``"$path"``, another one that does without."""
    try:
        return look, engine.run(look.sql)
    except QueryFailed as error:
        if _PATH not in str(error):
            raise
    again = compose(source, place, path=False)
    return again, engine.run(again.sql)


def judged(
    look: Look, counts: Mapping[str, Any], files: int | None
) -> Iterator[Finding]:
    """Judge every claim; ``files`` is how many log files were listed, if they were."""
    if files is not None and "files" in counts:
        yield deviations.files_read(files, counts["files"])
    for claim in look.absent:
        yield deviations.absent(claim, counts["records"])
    for claim in look.claims:
        if claim.name in look.undeclared:
            yield deviations.undeclared(claim, counts["records"])
        else:
            yield deviations.judge(claim, counts)
