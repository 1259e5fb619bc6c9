"""Read files and lay their records down, as they arrive, in two files."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import pyarrow as pa

from trailkit.store.batches import KEYS, TEXTS, Arrivals, Remark
from trailkit.store.reader import Reading, read_all, take_apart
from trailkit.store.spool import Pile
from trailkit.store.walk import Found


@dataclass(frozen=True, slots=True)
class Laid:
    """What a station laid down: where, from which files, with what remarks.

    Files count from zero, in the order of ``readings``.
    """

    keys: Path
    texts: Path
    readings: list[Reading]
    remarks: list[Remark]


class Station:
    """Two piles of records in a folder: what is short of them, and the rest."""

    def __init__(self, work: Path, name: str, limit: int) -> None:
        """Begin the piles; a file is unpacked up to ``limit`` bytes."""
        self._limit = limit
        self._arrivals = Arrivals()
        self.laid = Laid(
            work / f"{name}-keys.arrows",
            work / f"{name}-texts.arrows",
            [],
            self._arrivals.remarks,
        )
        self._piles = Pile(self.laid.keys, KEYS), Pile(self.laid.texts, TEXTS)

    @property
    def count(self) -> int:
        """The records that are laid down, but for the last few thousand."""
        return self._arrivals.count

    def __enter__(self) -> "Station":
        """Read files there; at the end the piles are whole."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Lay down the rest, and close the piles."""
        keys, texts = self._piles
        with keys, texts:
            if error is None:
                self._lay_down(self._arrivals.rest())

    def read(self, files: Iterable[Found]) -> int:
        """Read files in their order; gives the records in them."""
        records = 0
        for reading in read_all(files, self._limit):
            items = take_apart(reading)
            reading.records = len(items.texts)
            self._lay_down(self._arrivals.add(len(self.laid.readings), items))
            self.laid.readings.append(reading)
            records += reading.records
        return records

    def _lay_down(self, batches: Iterable[pa.Table]) -> None:
        for batch in batches:
            for pile in self._piles:
                pile.write(batch)
