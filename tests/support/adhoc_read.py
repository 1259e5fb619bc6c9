"""The ad hoc queries in ``tests/adhoc/``, as someone types them at a case.

A query ends in a semicolon at the end of a line. ``refused.sql`` has what Athena
refuses, ``not_shared.sql`` what it would answer otherwise than another engine; there a
comment says, for the queries below it, what the refusal must say.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "adhoc"
_REFUSED = ("refused", "not_shared")
_REMEDY = "-- remedy: "


def runs() -> list[Any]:
    """Return every query that runs, named by its file and place."""
    files = (path for path in sorted(FOLDER.glob("*.sql")) if path.stem not in _REFUSED)
    return [
        pytest.param(query, id=f"{path.stem}-{place}")
        for path in files
        for place, (query, _) in enumerate(_read(path), start=1)
    ]


def refused() -> list[Any]:
    """Return every query that Athena refuses, with a word of the remedy."""
    return _with_remedies("refused")


def not_shared() -> list[Any]:
    """Return every query that only trailkit refuses, with a word of the remedy."""
    return _with_remedies("not_shared")


def _with_remedies(stem: str) -> list[Any]:
    found = enumerate(_read(FOLDER / f"{stem}.sql"), start=1)
    return [pytest.param(*each, id=f"{stem}-{place}") for place, each in found]


def _read(path: Path) -> Iterator[tuple[str, str]]:
    lines: list[str] = []
    remedy = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith(_REMEDY):
            remedy = line.removeprefix(_REMEDY)
        elif lines or (line and not line.startswith("--")):
            lines.append(line)
            if line.endswith(";"):
                yield "\n".join(lines), remedy
                lines = []
