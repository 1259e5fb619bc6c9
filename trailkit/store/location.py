"""Where a store lies: in the user's cache folder, and never in the evidence."""

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

import platformdirs

from trailkit.errors import StoreError
from trailkit.store.manifest import LOCK

CACHE = "TRAILKIT_CACHE"
"""The environment variable that names another folder than the user's cache."""

_GLOB = "*?[]"


def store_folder(evidence: Sequence[Path], folder: Path | None) -> Path:
    """Make the folder of the store, and give it.

    Without ``folder``, the same evidence has the same store every time. Raises
    StoreError for a folder in the evidence, for one that holds other things, and for
    one that cannot be made.
    """
    there = (folder or _default(evidence)).expanduser().resolve()
    _outside(there, evidence)
    if set(_GLOB) & set(str(there)):
        raise StoreError(
            f'The store cannot lie in "{there}": DuckDB takes {" ".join(_GLOB)} in a '
            f"path as a pattern. {ADVICE}"
        )
    try:
        there.mkdir(parents=True, exist_ok=True)
        names = {entry.name for entry in there.iterdir()}
    except OSError as error:
        raise StoreError(
            f'The store cannot lie in "{there}": {error.strerror}. {ADVICE}'
        ) from error
    if names and LOCK not in names:
        raise StoreError(
            f'The folder "{there}" is not empty, and no store of trailkit. {ADVICE}'
        )
    return there


ADVICE = (
    'Name another folder: tk.local(…, store="…"), or set the environment variable '
    f"{CACHE} to one."
)


def _default(evidence: Sequence[Path]) -> Path:
    cache = os.environ.get(CACHE)
    above = (
        Path(cache)
        if cache
        else platformdirs.user_cache_path("trailkit", appauthor=False)
    )
    name = json.dumps([str(path) for path in evidence])
    return above / "stores" / hashlib.sha256(name.encode()).hexdigest()[:16]


def _outside(there: Path, evidence: Sequence[Path]) -> None:
    for path in evidence:
        if there.is_relative_to(path):
            raise StoreError(
                f'The store cannot lie in "{there}": that is inside the evidence '
                f'"{path}", into which nothing is ever written. {ADVICE}'
            )
