"""Trino as an engine; its client is imported here and nowhere else."""

from importlib.util import find_spec

from trailkit.errors import NotConfigured

if find_spec("trino") is None:
    raise NotConfigured(
        'Trino\'s client is not installed. Type: pip install "trailkit[trino]"'
    )

from trailkit.engines.trino.trino_engine import TrinoEngine

__all__ = ["TrinoEngine"]
