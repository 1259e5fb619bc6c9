"""The ways in which an answer comes from Athena.

By the CSV file that every SELECT leaves, whole or in pieces; by pages of rows where
Athena keeps its results itself; by the Parquet files of an UNLOAD.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import pyarrow as pa

from trailkit.engines import Answer
from trailkit.engines.athena import results, unload
from trailkit.engines.athena.cursor import PatientCursor
from trailkit.engines.athena.query import Query
from trailkit.engines.athena.result_files import ResultFiles, still_there
from trailkit.engines.athena.results import ResultColumn

_LARGEST_PAGE = 1_000
_PAGES = 10
"""So many pages make a piece."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A SELECT as it is sent, and where its results go.

    ``location`` is None where Athena keeps them; ``reuse`` is the greatest age of an
    answer that it may give again.
    """

    select: str
    location: str | None
    reuse: timedelta | None = None

    def run(self, query: Query) -> tuple[PatientCursor, list[ResultColumn]]:
        """Run it to its end, and read its columns."""
        page = 1 if self.location else _LARGEST_PAGE
        cursor = query.run(self.select, page, self.reuse)
        return cursor, results.columns(cursor.description or [])


def whole(sent: Sent, query: Query, files: ResultFiles) -> Answer:
    """Read the CSV file that Athena wrote, or the rows that it keeps."""
    cursor, described = sent.run(query)
    if cursor.output_location is None:
        table = results.from_rows(cursor.fetchall(), described)
    else:
        place = _kept(cursor.output_location, query, files)
        content = files.read(place, query.figures)
        with results.readable(query.figures):
            table = results.from_csv(content, described)
    query.figures.require_rows(table.num_rows)
    return Answer(table, _types(described), query.facts(), query.notes())


def in_pieces(
    sent: Sent, query: Query, files: ResultFiles
) -> tuple[Answer, Iterator[pa.Table]]:
    """Run a SELECT; give its answer without the rows, and these piece by piece."""
    cursor, described = sent.run(query)
    empty = results.from_rows([], described)
    if cursor.output_location is None:
        page = partial(cursor.fetchmany, _LARGEST_PAGE * _PAGES)
        pieces = (results.from_rows(rows, described) for rows in iter(page, []))
    else:
        place = _kept(cursor.output_location, query, files)
        blocks = files.blocks(place, query.figures)
        pieces = results.from_blocks(blocks, described, query.figures)
    pieces = query.figures.counted(pieces)
    return Answer(empty, _types(described), query.facts(), query.notes()), pieces


def by_unload(
    sent: Sent, order: unload.Order, ask: Callable[[], Query], files: ResultFiles
) -> Answer:
    """Read the Parquet files that Athena wrote, and delete them.

    ``ask`` makes a query: of no rows UNLOAD leaves no file, and a second query, which
    scans nothing, must tell their columns.
    """
    query, target = ask(), f"{sent.location}unload/{uuid.uuid4()}/"
    with files.passing(target, lambda: _own(query.manifest, sent)) as left:
        query.run(unload.statement(sent.select, target))
        named = _named(query, target, files)
        with results.readable(query.figures):
            tables = results.from_parquet(
                files.read(url, query.figures) for url in named
            )
        query.figures.require_written(tables[0].num_rows if tables else 0)
        facts = query.facts()
    if tables is None:
        empty = whole(Sent(unload.only_types(sent.select), sent.location), ask(), files)
        return Answer(empty.table, empty.types, _both(facts, empty))
    table, described = tables
    facts |= {"output": target, "format": "Parquet", "deleted": left.deleted}
    notes = () if left.deleted else (still_there(target),)
    return Answer(unload.sort(table, order), _types(described), facts, notes)


def _kept(url: str, query: Query, files: ResultFiles) -> str:
    """Make sure that the file of an answer's columns is as Athena wrote it."""
    files.require_unchanged(f"{url}.metadata", query.figures)
    return url


def _own(manifest: str | None, sent: Sent) -> str | None:
    """Return the list of an UNLOAD's files, only where it lies among the results."""
    place = sent.location
    return manifest if manifest and place and manifest.startswith(place) else None


def _named(query: Query, target: str, files: ResultFiles) -> list[str]:
    """Read which files an UNLOAD wrote: all that lie in its place, and no others."""
    there = list(files.below(target))
    if query.manifest is None:
        return there
    named = files.read(query.manifest, query.figures).decode(errors="replace").split()
    if sorted(named) == sorted(there):
        return named
    elsewhere = [url for url in named if not url.startswith(target)]
    raise query.figures.changed(
        f"their list names {elsewhere[0]}, outside the query's own place {target}"
        if elsewhere
        else f"their list names {len(named):,} files, in {target} lie {len(there):,}"
    )


def _both(facts: dict[str, Any], second: Answer) -> dict[str, Any]:
    """Add the bill of a second query to the facts of the first."""
    bills = facts["dollars"], second.facts["dollars"]
    return facts | {
        "bytes": facts["bytes"] + second.facts["bytes"],
        "dollars": None if None in bills else sum(bills),
    }


def _types(described: Iterable[ResultColumn]) -> dict[str, str]:
    return {column.name: column.type for column in described}
