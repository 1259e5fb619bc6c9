"""The ways to a case: local files, the practice case, Athena."""

from collections.abc import Sequence
from pathlib import Path

from trailkit.case import Case
from trailkit.library import load


def local(
    evidence: str | Path | Sequence[str | Path],
    *,
    store: str | Path | None = None,
    progress: bool = True,
) -> Case:
    """Open log files as a case; no AWS account is needed.

    ``evidence`` is a folder, a file or a list of them, in any form that CloudTrail
    records come in. The files are read once into a Parquet store in your cache folder
    (or in ``store``) and never changed; the next time the case opens at once.

    Raises NoSuchEvidence, NoRecords, HostilePath or StoreError.
    """
    from trailkit.engines.local import LocalEngine
    from trailkit.evidence.source import StoreSource
    from trailkit.evidence.store import open_store

    folder = Path(store) if store is not None else None
    opened = open_store(evidence, folder=folder, progress=progress)
    source = StoreSource(opened)
    return Case(source, LocalEngine(opened.folder, source.views()), load())


def demo() -> Case:
    """Open the practice case: a generated trail of an organization, with a story in it.

    It is written to your cache folder the first time, in a few seconds.
    """
    from trailkit.demo import practice

    return local(practice.folder())
