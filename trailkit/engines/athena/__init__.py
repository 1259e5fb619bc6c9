"""Athena as an engine; PyAthena is imported here and nowhere else."""

from trailkit.engines.athena.athena_engine import AthenaEngine

__all__ = ["AthenaEngine"]
