"""The files of a round, handed out to all who read."""

from collections.abc import Sequence
from threading import Condition

from trailkit.store.walk import Found

PIECE_FILES, _PIECE_BYTES = 50, 2_000_000
"""The most files, and bytes of more than one file, that are handed out at once."""

_MOMENT = 0.1


class Pieces:
    """Files to read, handed out piece by piece until a round is full; for threads.

    A file is under way from when it is handed out until what it holds is laid down for
    good. ``files`` and ``records`` count what was read, ``left`` what was not handed
    out, the next one last.
    """

    def __init__(self, files: Sequence[Found], most: int) -> None:
        """Take the files, and the records after which no more are handed out."""
        self.left, self._most = [*reversed(files)], most
        self.files = self.records = 0
        self._under_way = 0
        self._changed = Condition()

    def take(self) -> list[Found]:
        """Hand out the next files; none when there are no more, or enough is read."""
        piece: list[Found] = []
        with self._changed:
            while self._is_waiting() and self._fits(piece):
                piece.append(self.left.pop())
            self._under_way += len(piece)
        return piece

    def _is_waiting(self) -> bool:
        return bool(self.left) and self.records < self._most

    def _fits(self, piece: list[Found]) -> bool:
        size = sum(each.size for each in [*piece, self.left[-1]])
        return not piece or (len(piece) < PIECE_FILES and size <= _PIECE_BYTES)

    def read(self, files: int, records: int) -> None:
        """Count what was read."""
        with self._changed:
            self.files += files
            self.records += records

    def give_back(self, taken: Sequence[Found]) -> None:
        """Take back files whose reader has ended before they were laid down."""
        with self._changed:
            self.left += reversed(taken)

    def settle(self, files: int) -> None:
        """Let so many files be under way no more."""
        with self._changed:
            self._under_way -= files
            self._changed.notify_all()

    def are_over(self) -> bool:
        """Wait a moment for the others, and say whether there is nothing more to do."""
        with self._changed:
            return self._changed.wait_for(self._is_over, _MOMENT)

    def _is_over(self) -> bool:
        return not self._under_way and not self._is_waiting()
