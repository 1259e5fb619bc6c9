"""What the doctor says of one thing: good, look or stop, and the remedy."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from trailkit.aws.failures import (
    AnsweredError,
    UnansweredError,
    code,
    explain,
    is_refusal,
)

_Answer = TypeVar("_Answer")


class Standing(StrEnum):
    """How a thing stands: as it must, worth a look, or in the way of everything.

    >>> str(Standing.LOOK)
    'look'
    """

    GOOD = "good"
    LOOK = "look"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the page: what it is about, how it stands, what to do about it."""

    area: str
    about: str
    state: Standing
    said: str
    remedy: str = ""

    def __str__(self) -> str:
        """Write it for a terminal."""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{self.state:<4}  {self.about}: {self.said}{remedy}"


class Lines(list[Line]):
    """The lines of one area, in the order in which they were found."""

    def __init__(self, area: str) -> None:
        """Begin without any."""
        super().__init__()
        self._area = area

    def good(self, about: str, said: str) -> None:
        """Add what is as it must be."""
        self.append(Line(self._area, about, Standing.GOOD, said))

    def look(self, about: str, said: str, remedy: str) -> None:
        """Add what costs, misleads or lacks something."""
        self.append(Line(self._area, about, Standing.LOOK, said, remedy))

    def stop(self, about: str, said: str, remedy: str) -> None:
        """Add what no question gets past."""
        self.append(Line(self._area, about, Standing.STOP, said, remedy))

    def asked(self, about: str, call: Callable[[], _Answer]) -> _Answer | None:
        """Return what AWS answers; a missing right is a line, and None."""
        try:
            return call()
        except AnsweredError as error:
            if not is_refusal(error):
                raise
            self.look(about, "could not be looked at.", str(explain(error)))
        except UnansweredError as error:
            self.look(about, "could not be looked at.", str(explain(error)))
        return None


def absent(error: AnsweredError, *codes: str) -> bool:
    """Return whether AWS said that a thing is not there."""
    return code(error) in codes
