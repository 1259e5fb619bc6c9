"""How far a lineage reaches from where it starts, in both directions."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from trailkit.lineage.edges import Edge
from trailkit.lineage.gathered import KEY, SESSION, grouped
from trailkit.lineage.joining import Joined


@dataclass(frozen=True, slots=True)
class Reach:
    """The nodes before the start, those after it and its origins, and their edges.

    Candidates are in ``edges``, but the walk stops before them.
    """

    before: dict[str, int]
    after: dict[str, int]
    edges: list[Edge]


def reach(joined: Joined, starts: Iterable[str], hops: int) -> Reach:
    """Follow edges back from the starts, then forward from every credential there."""
    into = grouped(joined.edges, lambda e: e.target)
    out = grouped(joined.edges, lambda e: e.origin)
    begun = list(starts)
    before = _follow(begun, hops, into, lambda e: e.origin, lambda e: e.backward)
    roots = [each for each in before if _acts(joined, each) or each in begun]
    after = _follow(roots, hops, out, lambda e: e.target, lambda e: e.done)
    edges = [
        edge
        for edge in joined.edges
        if (edge.target in before and edge.done) or edge.origin in after
    ]
    return Reach(before, after, edges)


def _acts(joined: Joined, at: str) -> bool:
    """Whether a node is a credential: what came of it came of the start's origin."""
    return at in joined.members or bool(KEY.fullmatch(at) or SESSION.fullmatch(at))


def _follow(
    starts: Iterable[str],
    hops: int,
    edges: dict[str, list[Edge]],
    end: Callable[[Edge], str],
    allowed: Callable[[Edge], bool],
) -> dict[str, int]:
    """Return the nodes that are reached, with their distance in hops."""
    found = dict.fromkeys(starts, 0)
    queue = list(found)
    for at in queue:
        for edge in edges.get(at, []):
            new = end(edge)
            if edge.sure and allowed(edge) and new not in found and found[at] < hops:
                found[new] = found[at] + 1
                queue.append(new)
    return found
