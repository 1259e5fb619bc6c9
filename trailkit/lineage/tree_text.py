"""A lineage as lines of text, each node below the one that it came from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from trailkit.lineage.edges import Edge
from trailkit.lineage.gathered import Row
from trailkit.visible import visible

_MOST_LINES = 200


@dataclass
class TreeText:
    """Writes a tree: by labels of nodes, the nodes of the start, and how deep."""

    labels: Mapping[str, str]
    starts: set[str]
    hops: int
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
        lines = list[str]()
        for root in roots:
            lines += [self._name(root) + _because(why.get(root)), *self._below(root, 1)]
        rest = [at for at in why if at not in roots]
        lines += [f"{self._name(at)}{_because(why[at])}" for at in rest]
        if len(lines) > _MOST_LINES:
            left = len(lines) - _MOST_LINES
            lines = [*lines[:_MOST_LINES], f"… and {left:,} more: see .edges"]
        return "\n".join(lines)

    def _below(self, at: str, depth: int) -> list[str]:
        if at in self._seen or depth > 2 * self.hops:
            return []
        self._seen.add(at)
        lines = list[str]()
        for edge in self._children.get(at, []):
            lines.append("  " * depth + self._step(edge))
            if edge.sure:
                lines += self._below(edge.target, depth + 1)
        return lines

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
