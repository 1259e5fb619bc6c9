"""What the doctor found, as a page: a card in Jupyter, plain text in a terminal."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from itertools import groupby

import pandas as pd

from trailkit.admin.doctor.lines import Line, Standing
from trailkit.display.card import Card, Part

OPEN = ("a usual question",)
"""The areas that are shown unfolded in a notebook: what it costs is worth a look."""

_ARN = re.compile(r"arn:aws[a-z-]*:[^\s\"',;]+")
_ACCOUNT = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
_ORGANIZATION = re.compile(r"\bo-[a-z0-9]{10,32}\b")
_PLACE = re.compile(r"s3://[^\s\"',;]+")


@dataclass(frozen=True, slots=True, repr=False)
class Diagnosis:
    """What the doctor found of a table, its workgroup and its log files.

    ``frame`` has a row for each line: area, about, state (good, look, stop), said,
    remedy. ``to_json()`` is what may be handed to someone else: accounts, buckets and
    names are replaced by numbers in it.
    """

    table: str
    workgroup: str
    region: str
    time: datetime
    lines: tuple[Line, ...]
    names: tuple[str, ...] = ()

    @property
    def worst(self) -> Standing:
        """The worst state of any line."""
        found = {each.state for each in self.lines}
        return next(
            (s for s in (Standing.STOP, Standing.LOOK) if s in found), Standing.GOOD
        )

    @property
    def frame(self) -> pd.DataFrame:
        """Every line as a row."""
        columns = [each.name for each in fields(Line)]
        rows = [[str(getattr(each, name)) for name in columns] for each in self.lines]
        return pd.DataFrame(rows, columns=columns)

    def to_json(self) -> str:
        """Return the lines as JSON, without names of yours: for someone else to read.

        The same account, bucket or name has the same number wherever it stands.
        """
        hide = _Hidden(
            (self.table, *self.table.split("."), self.workgroup, *self.names)
        )
        lines = [
            {name: hide(str(value)) for name, value in asdict(each).items()}
            for each in self.lines
        ]
        about = {"region": self.region, "time": f"{self.time:%Y-%m-%dT%H:%M:%SZ}"}
        return json.dumps({**about, "worst": str(self.worst), "lines": lines}, indent=2)

    def _repr_html_(self) -> str:
        """Show what is to be mended and looked at; the areas unfold below."""
        pressing = [
            _as_pair(each)
            for state in (Standing.STOP, Standing.LOOK)
            for each in self.lines
            if each.state is state
        ]
        parts = [
            Part(_said_of(area, lines), Card("", [*map(_as_pair, lines)]), area in OPEN)
            for area, lines in self._areas()
        ]
        return Card(self._title, [self.summary, *pressing], parts).html()

    def __str__(self) -> str:
        """Return the page as plain text."""
        return str(self._card())

    __repr__ = __str__

    def _card(self) -> Card:
        return Card(self._title, [self.summary, *self._page()])

    @property
    def _title(self) -> str:
        return f"Doctor: {self.table}, workgroup {self.workgroup}, {self.region}"

    def _areas(self) -> Iterator[tuple[str, list[Line]]]:
        for area, lines in groupby(self.lines, key=lambda each: each.area):
            yield area, [*lines]

    @property
    def summary(self) -> str:
        """Return in one line when it was, and how many lines are in each state."""
        counts = [sum(each.state is state for each in self.lines) for state in Standing]
        good, look, stop = counts
        return (
            f"{self.time:%Y-%m-%d %H:%M} UTC: {good} good, {look} to look at, "
            f"{stop} to mend first."
        )

    def _page(self) -> Iterator[str | tuple[str, object]]:
        for area, lines in self._areas():
            yield area.capitalize()
            yield from map(_as_pair, lines)


def _as_pair(line: Line) -> tuple[str, object]:
    remedy = f" → {line.remedy}" if line.remedy else ""
    return f"{line.state} · {line.about}", f"{line.said}{remedy}"


def _said_of(area: str, lines: list[Line]) -> str:
    """Name an area, and how many of its lines are in each state."""
    counts = Counter(str(each.state) for each in lines)
    said = ", ".join(f"{count} {state}" for state, count in counts.items())
    return f"{area.capitalize()}: {said}"


class _Hidden:
    """Names replaced by numbers, the same name by the same one."""

    def __init__(self, names: Iterable[str]) -> None:
        self._numbers: dict[str, str] = {}
        known = sorted({name for name in names if name}, key=len, reverse=True)
        every = "|".join(rf"(?<![\w-]){re.escape(name)}(?![\w-])" for name in known)
        self._names = re.compile(every) if known else None

    def __call__(self, text: str) -> str:
        for pattern, word in ((_ARN, "arn"), (_PLACE, "place")):
            text = pattern.sub(lambda at, word=word: self._number(word, at[0]), text)
        if self._names:
            text = self._names.sub(lambda at: self._number("name", at[0]), text)
        text = _ORGANIZATION.sub(lambda at: self._number("organization", at[0]), text)
        return _ACCOUNT.sub(lambda at: self._number("account", at[0]), text)

    def _number(self, word: str, found: str) -> str:
        if found not in self._numbers:
            self._numbers[found] = f"<{word} {len(self._numbers) + 1}>"
        return self._numbers[found]
