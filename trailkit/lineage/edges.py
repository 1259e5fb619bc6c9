"""An edge of a lineage: who handed what on to whom, and how sure that is."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from trailkit.lineage.gathered import Row


@dataclass(frozen=True, slots=True)
class Edge:
    """One hand-over from node to node; ``hand`` is the call, None for what needs none.

    ``certainty`` is certain, strong or inferred; ``backward`` says whether a walk may
    go from its end back to its beginning.
    """

    origin: str
    target: str
    kind: str
    certainty: str
    hand: Row | None
    reason: str = ""
    backward: bool = True

    @property
    def done(self) -> bool:
        """Whether it came about."""
        return self.hand is None or self.hand["outcome"] == "success"

    @property
    def sure(self) -> bool:
        """Whether a walk may follow it: a candidate stays one."""
        return self.done and self.certainty != "inferred"

    @property
    def when(self) -> str:
        """Return what to sort by: edges without a call come first."""
        return "" if self.hand is None else str(self.hand["time"])


def agreed(
    edges: list[Edge], reason: str = "one of several that began in the same second"
) -> list[Edge]:
    """Keep edges strong that come from one node; several are candidates."""
    if len({edge.origin for edge in edges}) <= 1:
        return edges
    return [replace(each, certainty="inferred", reason=reason) for each in edges]


def entered(edges: Iterable[Edge]) -> set[str]:
    """Return the nodes to which an edge of another leads that a walk may follow back.

    What a session does as itself, as in CloudShell, does not tell who began it.
    """
    return {
        edge.target
        for edge in edges
        if edge.sure and edge.backward and edge.origin != edge.target
    }
