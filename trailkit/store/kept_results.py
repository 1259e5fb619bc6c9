"""What was worked out of some evidence beside its tables, kept until a file changes.

It lies in the folder of the store, with the hash of the list of files that it was
worked out of, and its own.
"""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from trailkit.store.store import Store

_PRIVATE = 0o600


class KeptResults:
    """Results by name, in the folder of a store; one that cannot be kept is not."""

    def __init__(self, store: Store) -> None:
        """Stand beside an open store."""
        self._folder = store.folder
        parts = sorted(store.manifest.parts["files"])
        hashes = "".join(str(store.manifest.hashes[each]) for each in parts)
        self._files = hashlib.sha256(hashes.encode()).hexdigest()

    def keep(self, name: str, content: bytes) -> None:
        """Keep a result in place of an earlier one of that name."""
        new = self._path(name).with_suffix(f".{os.getpid()}.new")
        with suppress(OSError):  # a store that is read-only, or a full disk
            new.touch(_PRIVATE)
            new.write_bytes(self._head(content) + content)
            new.replace(self._path(name))

    def find(self, name: str) -> bytes | None:
        """Return a result; None where a file has changed since, or there is none.

        Raises ValueError for one that is not what was kept.
        """
        try:
            kept = self._path(name).read_bytes()
        except OSError:
            return None
        size = len(self._head(b""))
        head, content = kept[:size], kept[size:]
        if head != self._head(content):
            if head[-65:] != self._head(content)[-65:]:
                raise ValueError(self._path(name))
            return None
        return content

    def _head(self, content: bytes) -> bytes:
        return f"{self._files}\n{hashlib.sha256(content).hexdigest()}\n".encode()

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.kept"
