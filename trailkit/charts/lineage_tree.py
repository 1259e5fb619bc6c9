"""A lineage as rows: each identity below the one that it came from."""

import re
from dataclasses import dataclass

import pandas as pd

from trailkit.charts.reading import times

_ONE = re.compile(r"( since \S+| A(KIA|SIA)[A-Z0-9]{8,})\Z")
"""What tells one credential of an identity from the next."""


@dataclass(frozen=True, slots=True)
class Tree:
    """The nodes in the order of their rows, the edges, and how many nodes were left.

    ``starts`` are the nodes where the lineage was asked for.

    ``nodes`` has id, label, row, depth, alike (how many ends of the same name came from
    the same one), and edge: the number of the edge by which the node was first reached,
    -1 for a beginning. ``edges`` has from_id, to_id, kind,
    certainty, time, last, outcome, times, and what else the frame tells.
    """

    nodes: pd.DataFrame
    edges: pd.DataFrame
    left: int
    starts: set[object]

    def longest(self) -> list[int]:
        """Return the rows of the longest chain, from its beginning."""
        if self.nodes.empty:
            return []
        ids: list[object] = self.nodes["id"].tolist()
        rows = {node: row for row, node in enumerate(ids)}
        origins: list[object] = self.edges["from_id"].tolist()
        chain = [int(self.nodes["depth"].to_numpy().argmax())]
        while (edge := int(self.nodes["edge"].iloc[chain[0]])) >= 0:
            chain.insert(0, rows[origins[edge]])
        return chain


def identity_of(label: str) -> str:
    """Return whose credential a label names: a role without its session, or a user.

    >>> identity_of("role/ci/build-7 ASIAIOSFODNN7EXAMPLE")
    'role/ci'
    >>> identity_of("sso/alice since 2026-03-11T23:39:40Z")
    'sso/alice'
    """
    name, found = _ONE.subn("", label)
    return "/".join(name.split("/")[:2]) if found and name[:5] == "role/" else name


def _starts_of(frame: pd.DataFrame) -> set[object]:
    """Return the nodes where a lineage was asked for, as its edges tell."""
    told = frame.get("start", pd.Series(None, frame.index, object))
    return {
        node
        for side in ("from", "to")
        for node in frame[f"{side}_id"][told.isin([side, "both"])]
    }


def tree_of(frame: pd.DataFrame, most: int) -> Tree:
    """Arrange edges: beginnings first, longest lineage on top, circles cut."""
    edges = _edges(frame)
    labels = _labels(frame)
    starts = _starts_of(frame)
    reached: list[object] = edges["to_id"].tolist()
    origins: list[object] = edges["from_id"].tolist()
    first = {to: at for at, to in reversed([*enumerate(reached)])}
    parent = {to: origins[at] for to, at in first.items()}
    children: dict[object, list[object]] = {}
    for to in sorted(first, key=first.__getitem__):
        children.setdefault(parent[to], []).append(to)
    alike = _leaves_alike(edges, labels, children, starts)
    order = _walk(_beginnings(labels, parent), children)
    kept = order[:most]
    nodes = pd.DataFrame(
        {
            "id": pd.Series([node for node, _ in kept], dtype=object),
            "label": pd.Series([labels[node] for node, _ in kept], dtype=object),
            "row": range(len(kept)),
            "depth": [depth for _, depth in kept],
            "edge": [first.get(node, -1) if depth else -1 for node, depth in kept],
            "alike": [alike.get(node, 1) for node, _ in kept],
        }
    )
    return Tree(nodes, edges, len(order) - len(kept), starts)


def _edges(frame: pd.DataFrame) -> pd.DataFrame:
    """Sum equal hand-overs; in the order of time."""
    edges = frame.reset_index(drop=True)
    given = edges.get("time", pd.Series(pd.NaT, edges.index))
    edges["time"] = times(given)
    for name in ("kind", "certainty", "outcome", "source_ip", "account", "event_id"):
        column = edges.get(name, pd.Series(None, edges.index, object))
        edges[name] = column.astype(object)
    edges = edges.dropna(subset=["from_id", "to_id"])
    # A role that assumes itself leads nowhere else.
    edges = edges[edges["from_id"] != edges["to_id"]]
    edges = edges.sort_values("time", kind="stable")
    alike = ["from_id", "to_id", "kind", "certainty", "outcome"]
    groups = edges.groupby(alike, sort=False, dropna=False)
    summed = groups.agg(
        time=("time", "min"),
        last=("time", "max"),
        times=("to_id", "size"),
        source_ip=("source_ip", "first"),
        account=("account", "first"),
        event_id=("event_id", "first"),
    )
    return summed.reset_index()


def _labels(frame: pd.DataFrame) -> dict[object, object]:
    """Return each node's label, in the order in which the frame names them."""
    found: dict[object, object] = {}
    for side in ("from", "to"):
        ids = frame[f"{side}_id"].astype(object)
        names = frame.get(f"{side}_label", ids).astype(object)
        for node, name in zip(ids, names.where(names.notna(), ids), strict=True):
            if pd.notna(node):
                found.setdefault(node, name)
    return found


def _leaves_alike(
    edges: pd.DataFrame,
    labels: dict[object, object],
    children: dict[object, list[object]],
    starts: set[object],
) -> dict[object, int]:
    """Fold ends of one identity that came from the same one; return how many each is.

    What was refused, what only may be, and where a lineage was asked for stand apart.
    """
    refused = {*edges["to_id"][edges["outcome"].isin(["denied", "failed"])]}
    maybe = {*edges["to_id"][edges["certainty"] == "inferred"]}
    counts: dict[object, int] = {}
    for own in children.values():
        first: dict[tuple[object, ...], object] = {}
        for node in [*own]:
            if node in children:
                continue
            name = identity_of(str(labels[node]))
            apart = (node in refused, node in maybe, node in starts)
            known = first.setdefault((name, *apart), node)
            counts[known] = counts.get(known, 0) + 1
            if known is not node:
                own.remove(node)
    return counts


def _beginnings(
    labels: dict[object, object], parent: dict[object, object]
) -> list[object]:
    """List the nodes that nothing leads to, and one of each circle."""
    roots = [node for node in labels if node not in parent]
    seen = {*roots}
    for node in labels:
        trail: set[object] = set()
        at = node
        while at not in seen and at not in trail:
            trail.add(at)
            at = parent.get(at, at)
        if at not in seen:
            roots.append(at)
        seen |= trail
    return roots


def _walk(
    roots: list[object], children: dict[object, list[object]]
) -> list[tuple[object, int]]:
    """Return nodes with their depth, each below the one that it came from."""
    trees = [_descend(root, children) for root in dict.fromkeys(roots)]
    # The deepest lineage first: a hundred machines that assume one role come last.
    trees.sort(key=lambda tree: -max(depth for _, depth in tree))
    placed: dict[object, int] = {}
    for tree in trees:
        for node, depth in tree:
            placed.setdefault(node, depth)
    return [*placed.items()]


def _descend(
    root: object, children: dict[object, list[object]]
) -> list[tuple[object, int]]:
    stack, seen, out = [(root, 0)], {root}, []
    while stack:
        node, depth = stack.pop()
        out.append((node, depth))
        # What goes on stands above what ends.
        own = sorted(children.get(node, []), key=lambda child: child not in children)
        for child in reversed(own):
            if child not in seen:
                seen.add(child)
                stack.append((child, depth + 1))
    return out
