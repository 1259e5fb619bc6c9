"""The practice case: a generated trail with a known answer."""

from pathlib import Path


def folder(base: Path | None = None) -> Path:
    """Give the folder of the practice case; the first time it is generated there.

    ``base`` is your cache folder when left out.
    """
    from trailkit.demo import practice

    return practice.folder(base)
