"""Credentials followed over every hand-over, backwards and forwards."""

from trailkit.lineage.compare import compare
from trailkit.lineage.traced import Lineage, trace

__all__ = ["Lineage", "compare", "trace"]
