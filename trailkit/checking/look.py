"""The look itself: one SELECT that counts every claim, and what its answer says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trailkit import dialect
from trailkit.checking import finding
from trailkit.checking.claims import Claim, claims
from trailkit.checking.finding import Finding
from trailkit.engines import Answer, Engine
from trailkit.errors import QueryFailed
from trailkit.record import Kind, every_column, relation_columns
from trailkit.scope import Scope
from trailkit.source import Source
from trailkit.tables.reading import null
from trailkit.tables.text import select_text

_TOTALS = {
    "records": "count(*)",
    "repeats": "count(event_id) - count(distinct event_id)",
}
_FILES = {"files": "count(distinct file)"}
_PATH = "$path"


@dataclass(frozen=True, slots=True)
class Look:
    """Claims, and the SELECT that counts them in one scan of ``records``.

    ``undeclared`` are the names of those about a column that the table does not have.
    """

    claims: tuple[Claim, ...]
    undeclared: frozenset[str]
    sql: str


def compose(source: Source, cell: Scope, path: bool = True) -> Look:
    """Write the look into a cell; without ``path`` it does not read ``"$path"``.

    Raises what ``source.records`` raises.
    """
    asked = tuple(each for each in claims() if path or "file" not in each.reads)
    counts = _TOTALS | (_FILES if path else {})
    for claim in asked:
        counts |= claim.counts()
    select = select_text(
        [f"{text} as {name}" for name, text in counts.items()], "records"
    )
    records = source.records(Kind.EVENT, cell, read_by(select), True)
    undeclared = frozenset(each.name for each in asked if _is_null(each.name, records))
    return Look(asked, undeclared, dialect.with_relations(select, {"records": records}))


def read_by(select: str) -> list[str]:
    """Give the columns of ``records`` that a SELECT over it reads."""
    used = dialect.columns_used(select) or ()
    return [name for name in every_column() if name in used]


def _is_null(name: str, records: str) -> bool:
    """Look whether the SELECT of ``records`` gives a column as nothing but nulls."""
    kind = relation_columns().get(name)
    lines = (line.strip(" ,") for line in records.splitlines())
    return kind is not None and f"{null(kind)} as {name}" in lines


def take(
    source: Source, engine: Engine, cell: Scope, look: Look
) -> tuple[Look, Answer]:
    """Run a look; where Athena gives no ``"$path"``, another one that does without."""
    try:
        return look, engine.run(look.sql)
    except QueryFailed as error:
        if _PATH not in str(error):
            raise
    again = compose(source, cell, path=False)
    return again, engine.run(again.sql)


def judged(
    look: Look, counts: Mapping[str, Any], files: int | None
) -> Iterator[Finding]:
    """Judge every claim; ``files`` is how many log files were listed, if they were."""
    if files is not None and "files" in counts:
        yield finding.files_read(files, counts["files"])
    asked = {each.name for each in look.claims}
    for claim in claims():
        if claim.name not in asked:
            yield finding.absent(claim, counts["records"])
        elif claim.name in look.undeclared:
            yield finding.undeclared(claim, counts["records"])
        else:
            yield finding.judge(claim, counts)
