"""The kinds of findings: what each means, its base level and its technique.

``findings.csv`` is the one list; ``sql/triage/findings.sql`` finds them by number.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

from trailkit.questions.header import SEVERITIES


@dataclass(frozen=True, slots=True)
class FindingKind:
    """A kind of finding: ``level`` is its place in SEVERITIES, for a call that worked.

    Flags: ``denied``, its level is not lowered for being denied; ``service``, nor for
    a service that calls; ``always``, nor for being routine; ``new``, it is about
    something new, which raises it no more.
    """

    number: int
    title: str
    level: int
    technique: str | None
    flags: frozenset[str]
    question: str
    means: str


@cache
def kinds() -> dict[int, FindingKind]:
    """Return every kind of finding by its number.

    >>> kinds()[1].title
    'A trail was stopped'
    """
    text = (
        resources.files("trailkit.triage").joinpath("findings.csv").read_text("utf-8")
    )
    return {int(row["number"]): _kind(row) for row in csv.DictReader(text.splitlines())}


def _kind(row: dict[str, str]) -> FindingKind:
    return FindingKind(
        number=int(row["number"]),
        title=row["finding"],
        level=SEVERITIES.index(row["level"]),
        technique=row["technique"] or None,
        flags=frozenset(row["flags"].split()),
        question=row["question"],
        means=row["means"],
    )
