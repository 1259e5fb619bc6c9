"""A lineage as lines of text, each node below the one that it came from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from trailkit.charts.lineage_tree import identity_of
from trailkit.lineage.edges import Edge
from trailkit.lineage.gathered import KEY, SESSION, Row
from trailkit.visible import visible

_MOST_LINES = 200

_ALIKE = 5
"""More credentials alike than so many fold into the first few and a count."""

_FEW = 3

_Line = tuple[str, bool]
"""A line, and whether it is on the way to the start: such a line is never left out."""


@dataclass
class TreeText:
    """Writes a tree: by labels of nodes, the start, how deep, and what leads to it."""

    labels: Mapping[str, str]
    starts: set[str]
    hops: int
    way: set[str] = field(default_factory=set[str])
    _children: dict[str, list[Edge]] = field(default_factory=dict[str, list[Edge]])
    _seen: set[str] = field(default_factory=set[str])

    def written(
        self, edges: Iterable[Edge], before: Sequence[str], ends: Iterable[Row]
    ) -> str:
        """Return the lines; what has no edge stands at the end, with its reason."""
        targets = set[str]()
        for edge in edges:
            self._children.setdefault(edge.origin, []).append(edge)
            targets |= {edge.target} - {edge.origin}
        roots = [each for each in self._children if each not in targets]
        roots = roots or [*before][-1:]
        why = {row["id"]: row for row in ends}
        lines = list[_Line]()
        for root in roots:
            lines.append((self._name(root) + _because(why.get(root)), root in self.way))
            lines += self._below(root, 1)
        rest = [at for at in why if at not in roots]
        lines += [(f"{self._name(at)}{_because(why[at])}", True) for at in rest]
        return "\n".join(_cut(lines))

    def _below(self, at: str, depth: int) -> list[_Line]:
        if at in self._seen or depth > 2 * self.hops:
            return []
        self._seen.add(at)
        lines, space = list[_Line](), "  " * depth
        for alike in self._groups(at):
            shown = alike[:_FEW] if len(alike) > _ALIKE else alike
            for edge in shown:
                way = edge.sure and edge.target in self.way
                lines.append((space + self._step(edge), way))
                if edge.sure:
                    lines += self._below(edge.target, depth + 1)
            if left := alike[len(shown) :]:
                lines.append((space + self._more(left), False))
        return lines

    def _groups(self, at: str) -> list[list[Edge]]:
        """Put edges together that lead to ends alike, each where its first one is."""
        found = dict[Any, list[Edge]]()
        for number, edge in enumerate(self._children.get(at, [])):
            one = KEY.fullmatch(edge.target) or SESSION.fullmatch(edge.target)
            ends = not self._children.get(edge.target) or not edge.sure
            name = identity_of(self.labels.get(edge.target, edge.target))
            outcome = edge.hand["outcome"] if edge.hand else ""
            start = edge.target in self.starts
            alike = (edge.kind, edge.certainty, outcome, start, name)
            found.setdefault(alike if one and ends else number, []).append(edge)
        return [*found.values()]

    def _more(self, left: list[Edge]) -> str:
        """Count what is folded, and say how it came about."""
        edge = left[0]
        name = visible(identity_of(self.labels.get(edge.target, edge.target)))
        mark = "> " if edge.target in self.starts else ""
        how = [edge.kind, "" if edge.certainty == "certain" else edge.certainty]
        if edge.hand and left[-1].hand:
            times = [each["time"] for each in (edge.hand, left[-1].hand)]
            how.insert(0, " to ".join(f"{time:%Y-%m-%d %H:%M:%S}" for time in times))
        if not edge.done and edge.hand:
            how.append(edge.hand["outcome"].upper())
        said = ", ".join(filter(None, how))
        return f"{mark}… and {len(left):,} more of {name} ({said}): see .edges"

    def _step(self, edge: Edge) -> str:
        name = self._name(edge.target)
        if edge.hand is None:
            return f"{name} ({edge.kind}, {edge.certainty})"
        hand = edge.hand
        how = [
            f"{hand['time']:%Y-%m-%d %H:%M:%S}",
            edge.kind,
            hand["source_ip"],
            "" if hand["outcome"] == "success" else hand["outcome"].upper(),
            "" if edge.certainty == "certain" else edge.certainty,
        ]
        return f"{name} ({', '.join(visible(str(part)) for part in how if part)})"

    def _name(self, at: str) -> str:
        name = visible(str(self.labels.get(at, at)))
        return f"> {name}" if at in self.starts else name


def _because(row: Row | None) -> str:
    if row is None:
        return ""
    detail = f": {visible(str(row['detail']))}" if row["detail"] else ""
    return f" [{row['reason']}{detail}]"


def _cut(lines: list[_Line]) -> list[str]:
    """Return the first lines, and of the rest those on the way to the start."""
    shown = [text for text, _ in lines[:_MOST_LINES]]
    kept = [text for text, way in lines[_MOST_LINES:] if way][:_MOST_LINES]
    left = len(lines) - len(shown) - len(kept)
    return [*shown, *kept, f"… and {left:,} more: see .edges"] if left else shown + kept
