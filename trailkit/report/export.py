"""Frames into files: CSV that cannot harm a spreadsheet's user, and Parquet."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import pandas as pd

from trailkit.errors import ExportError, typed
from trailkit.integrity.journal import exported

_FORMULA = re.compile(r"(^|[;\t\r\n]) *(?=[=+\-@|%\t\r\n\uff1d\uff0b\uff0d\uff20])")
"""Where a formula begins: at the beginning, and where ``;`` or a tab ends a cell.

A spreadsheet takes them for the end where that is its language's separator, and signs
of full width (U+FF1D and its like) for plain ones.
"""
_ISO_8601 = "%Y-%m-%dT%H:%M:%S.%fZ"


@typed
def to_csv(frame: pd.DataFrame, target: str | Path | TextIO) -> None:
    """Write a frame as CSV, with formulas made harmless.

    A text that a spreadsheet would run (it begins with ``=``, ``+``, ``-``, ``@``, a
    tab or a line break, or does so behind a ``;`` or a tab) gets an apostrophe in front
    of that. Times are ISO 8601 in UTC.
    Raises ExportError where the file cannot be written.

    >>> import sys
    >>> to_csv(pd.DataFrame({"user_agent": ["=cmd()", "aws-cli"]}), sys.stdout)
    user_agent
    '=cmd()
    aws-cli
    """
    safe = frame.copy()
    for name in frame.columns:
        if pd.api.types.is_string_dtype(frame[name].dtype):
            safe[name] = frame[name].map(_harmless, na_action="ignore")
    safe.columns = [_harmless(str(name)) for name in frame.columns]
    with written(target, frame):
        safe.to_csv(target, index=False, date_format=_ISO_8601, lineterminator="\n")


def to_parquet(frame: pd.DataFrame, target: str | Path) -> None:
    """Write a frame as Parquet; the file's own metadata say where it came from.

    Raises ExportError where the file cannot be written.
    """
    with written(target, frame):
        frame.to_parquet(target, index=False, compression="zstd")


def check_target(path: str | Path) -> None:
    """Raise ExportError for a file whose folder is not there, and for a folder."""
    target = Path(path)
    try:
        is_folder, has_folder = target.is_dir(), target.parent.is_dir()
    except (OSError, ValueError) as error:
        raise _unwritable(target, error) from None
    if is_folder:
        raise ExportError(f"{target} is a folder. Name a file in it.")
    if not has_folder:
        raise ExportError(
            f"There is no folder {target.parent} for {target.name}. Make it first, or"
            " name another file."
        )


@contextmanager
def written(target: str | Path | TextIO, *frames: pd.DataFrame) -> Generator[None]:
    """Check the file, turn what goes wrong with it into one sentence, and note it.

    The note goes into the journal of the case, where one is kept.
    """
    if not isinstance(target, str | Path):
        yield
        return
    check_target(target)
    try:
        yield
    except (OSError, ValueError) as error:
        raise _unwritable(target, error) from None
    for frame in frames:
        exported(frame, target)


def _unwritable(target: str | Path, error: Exception) -> ExportError:
    why = getattr(error, "strerror", None) or error
    return ExportError(f"{str(target)!r} cannot be written: {why}. Name another file.")


def _harmless(text: str) -> str:
    return _FORMULA.sub(r"\g<0>'", text)
