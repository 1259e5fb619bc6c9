"""Frames as an Excel workbook, with every text a text: no formula, no link."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from trailkit.display.cells import missing
from trailkit.errors import ExportError, MissingExtra, typed
from trailkit.report.export import written
from trailkit.visible import visible

_ROWS, _TEXT = 1_048_575, 32_767
"""What a sheet of Excel holds: rows below the heading, characters in a cell."""

_FIRST_YEAR = 1900
"""Excel counts days from this year on; times before March of it read differently."""


@typed
def to_excel(
    frames: pd.DataFrame | Mapping[str, pd.DataFrame], target: str | Path
) -> None:
    """Write a frame as an Excel workbook, or several as its sheets by name.

    Texts are written as texts and marked as such, so that none is run as a formula or
    opened as a link, also when it is edited. Times are in UTC, as Excel's own. Needs
    the extra ``excel`` (xlsxwriter). Raises MissingExtra without it, ExportError for
    more than a sheet holds.
    """
    sheets = {"frame": frames} if isinstance(frames, pd.DataFrame) else dict(frames)
    if not sheets:
        raise ExportError("There is no frame to write: tk.to_excel(frame, path).")
    for name, frame in sheets.items():
        if not isinstance(name, str) or not isinstance(frame, pd.DataFrame):
            raise ExportError(
                f"A sheet is a frame under a name, not {type(frame).__name__} under "
                f'{name!r}: tk.to_excel({{"deletions": frame}}, path).'
            )
        if len(frame) > _ROWS:
            raise ExportError(
                f'"{name}" has {len(frame):,} rows; a sheet of Excel holds {_ROWS:,}. '
                "Write CSV or Parquet: tk.to_csv(frame, path)."
            )
    with written(target, *sheets.values()), _workbook(Path(target)) as book:
        looks = {
            "text": book.add_format({"num_format": "@", "quote_prefix": True}),
            "head": book.add_format({"bold": True, "num_format": "@"}),
            "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }
        for number, (name, frame) in enumerate(sheets.items(), 1):
            _sheet(book, _title(name, number), frame, looks)


def _workbook(path: Path) -> Any:
    try:
        import xlsxwriter
    except ImportError:
        raise MissingExtra(
            "tk.to_excel needs xlsxwriter, which is not installed. Install it with: "
            "pip install 'trailkit[excel]'"
        ) from None
    told = {f"strings_to_{each}": False for each in ("formulas", "urls", "numbers")}
    return xlsxwriter.Workbook(path, {**told, "remove_timezone": True})


def _title(name: str, number: int) -> str:
    """Return a name that Excel takes for a sheet."""
    kept = "".join("_" if each in "[]:*?/\\'" else each for each in visible(name))
    return f"{number} {kept}"[:31]


def _sheet(book: Any, name: str, frame: pd.DataFrame, looks: dict[str, Any]) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for column, title in enumerate(frame.columns):
        dated = pd.api.types.is_datetime64_any_dtype(frame.iloc[:, column])
        said = f"{visible(str(title))}{' (UTC)' if dated else ''}"
        sheet.write_string(0, column, said, looks["head"])
        sheet.set_column(column, column, 20)
        for row, value in enumerate(frame.iloc[:, column], 1):
            _cell(sheet, row, column, value, looks)


def _cell(sheet: Any, row: int, column: int, value: Any, looks: dict[str, Any]) -> None:
    if missing(value):
        return
    match value:
        case pd.Timestamp() if value.year > _FIRST_YEAR:
            when = value if value.tz is None else value.tz_convert("UTC")
            sheet.write_datetime(row, column, when.tz_localize(None), looks["time"])
        case bool():
            sheet.write_boolean(row, column, value)
        case int() | float() if abs(value) < 1e15:
            sheet.write_number(row, column, value)
        case _:
            text = visible(str(value))
            cut = text if len(text) <= _TEXT else f"{text[: _TEXT - 1]}…"
            sheet.write_string(row, column, cut, looks["text"])
