"""Frames into files: CSV that cannot harm a spreadsheet's user, and Parquet."""

from pathlib import Path
from typing import TextIO

import pandas as pd

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_ISO_8601 = "%Y-%m-%dT%H:%M:%S.%fZ"


def to_csv(frame: pd.DataFrame, target: str | Path | TextIO) -> None:
    """Write a frame as CSV, with formulas made harmless.

    A text that a spreadsheet would run (it begins with ``=``, ``+``, ``-``, ``@``, a
    tab or a line break) gets an apostrophe in front. Times are ISO 8601 in UTC.

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
    safe.to_csv(target, index=False, date_format=_ISO_8601, lineterminator="\n")


def to_parquet(frame: pd.DataFrame, target: str | Path) -> None:
    """Write a frame as Parquet; the file's own metadata say where it came from."""
    frame.to_parquet(target, index=False, compression="zstd")


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
