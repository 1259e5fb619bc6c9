"""Values that a query is to be about, each within its own span of time."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

FIRST = datetime(1970, 1, 1, tzinfo=UTC)
LAST = datetime(9000, 1, 1, tzinfo=UTC)
"""The ends of an open span."""

NONE: dict[str, Any] = defaultdict(lambda: "-", starts=FIRST)
"""What a list holds of which nothing is wanted, by its parameter."""

Span = tuple[datetime, datetime]


@dataclass
class WantList:
    """Values by the parameter of a question that takes them, each with its span."""

    spans: dict[tuple[str, Any], Span] = field(
        default_factory=dict[tuple[str, Any], Span]
    )

    def add(self, name: str, values: Iterable[Any], span: Span) -> None:
        """Want values within a span; a value that is wanted twice gets both spans."""
        for value in values:
            if value is not None:
                old = self.spans.get((name, value), span)
                self.spans[name, value] = min(old[0], span[0]), max(old[1], span[1])

    def also(self, other: "WantList") -> None:
        """Add what another wants."""
        for (name, value), span in other.spans.items():
            self.add(name, [value], span)

    def without(self, asked: "WantList") -> "WantList":
        """Return what was not asked within as wide a span."""
        return WantList(
            {at: span for at, span in self.spans.items() if not asked._covers(at, span)}
        )

    def _covers(self, at: tuple[str, Any], span: Span) -> bool:
        known = self.spans.get(at)
        return known is not None and known[0] <= span[0] and known[1] >= span[1]

    def first(self, most: int) -> "WantList":
        """Return so many of a kind: the rest waits for the next query."""
        counts, kept = dict[str, int](), dict[tuple[str, Any], Span]()
        for (name, value), span in self.spans.items():
            counts[name] = counts.get(name, 0) + 1
            if counts[name] <= most:
                kept[name, value] = span
        return WantList(kept)

    def parameters(self) -> dict[str, list[Any]]:
        """Return the lists of values that a question takes."""
        found = dict[str, list[Any]]()
        for name, value in self.spans:
            found.setdefault(name, []).append(value)
        return {name: sorted(values) for name, values in found.items()}

    def of_every(self, names: Iterable[str]) -> dict[str, list[Any]]:
        """Return a list for each of some parameters, of two values at least.

        So all hops ask SQL of one shape, which is read and translated once.

        >>> WantList().of_every(["keys"])
        {'keys': ['-', '-']}
        """
        wanted = self.parameters()
        lists = {name: wanted.get(name, [NONE[name]]) for name in names}
        return {
            name: values if len(values) > 1 else values * 2
            for name, values in lists.items()
        }

    @property
    def span(self) -> Span:
        """The span over all spans."""
        starts, ends = zip(*self.spans.values(), strict=True)
        return min(starts), max(ends)
