"""What a lineage needs of a case."""

from functools import cached_property
from typing import Protocol

from trailkit.cost.estimate import Estimate
from trailkit.questions.library import Ask, Library
from trailkit.scope import Moment, Scope
from trailkit.source import Source


class Askable(Protocol):
    """Something that answers questions within a scope, as a ``Case`` does."""

    @cached_property
    def ask(self) -> Ask:
        """Ask a question of the library."""
        ...

    @property
    def questions(self) -> Library:
        """The questions that it answers, by name."""
        ...

    @property
    def source(self) -> Source:
        """The logs that it reads."""
        ...

    @property
    def scope(self) -> Scope:
        """How far it looks."""
        ...

    def window(self, start: Moment, end: Moment) -> "Askable":
        """Narrow to a window."""
        ...

    def estimate(self, name: str = "", /) -> Estimate:
        """Return what any question would read and cost."""
        ...
