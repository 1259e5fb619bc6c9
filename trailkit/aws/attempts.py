"""What was asked of AWS and refused: named one by one, so that the rest still works."""

from collections.abc import Callable, Collection
from typing import TypeVar

from botocore.exceptions import ClientError

from trailkit.aws.failures import code, is_refusal

_Answer = TypeVar("_Answer")


class Attempts:
    """Ask, and remember each right that is missing and each thing that was left out."""

    def __init__(self) -> None:
        """Begin with nothing refused."""
        self._missing: dict[str, None] = {}
        self._left_out: dict[str, None] = {}

    @property
    def missing(self) -> tuple[str, ...]:
        """The rights that were missing, each with what it was needed on."""
        return tuple(self._missing)

    @property
    def left_out(self) -> tuple[str, ...]:
        """What is not there, or cannot be used, with the reason."""
        return tuple(self._left_out)

    def leave_out(self, thing: str, reason: str) -> None:
        """Remember a thing that is left out."""
        self._left_out[f"{thing}: {reason}"] = None

    def ask(
        self,
        right: str,
        on: str,
        call: Callable[[], _Answer],
        absent: Collection[str] = (),
    ) -> _Answer | None:
        """Return what the call gives; None where it is refused.

        The same for AWS's codes in ``absent``, which say that a thing is not there.
        Any other error goes on.
        """
        try:
            return call()
        except ClientError as error:
            if is_refusal(error):
                self._missing[f"{right} on {on}"] = None
            elif code(error) in absent:
                self.leave_out(on, code(error))
            else:
                raise
        return None


def refusal_or_none(call: Callable[[], object], codes: Collection[str]) -> str | None:
    """Return the code with which AWS refused a call, of those given; None for success.

    Any other error goes on.
    """
    try:
        call()
    except ClientError as error:
        if code(error) in codes:
            return code(error)
        raise
    return None


def found_or_none(
    call: Callable[[], _Answer], absent: Collection[str]
) -> _Answer | None:
    """Return what a call gives; None for AWS's codes that say it is not there."""
    try:
        return call()
    except ClientError as error:
        if code(error) in absent:
            return None
        raise
