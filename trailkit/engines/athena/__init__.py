"""Athena as an engine; boto3 and PyAthena are imported here and nowhere else."""

from trailkit.engines.athena.engine import AthenaEngine

__all__ = ["AthenaEngine"]
