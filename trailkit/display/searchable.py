"""A table to search and sort in, for frames with too many rows to read."""

from typing import Any

import pandas as pd

from trailkit.charts.once import wanted
from trailkit.display import cells
from trailkit.display.columns import TableColumn, columns_of
from trailkit.display.reading_table import footer
from trailkit.display.style import CLASSES
from trailkit.errors import MissingExtra, typed
from trailkit.visible import visible

_LEFT = "<style>.tk table.dataTable :is(th,td){text-align:left!important}</style>"

_MOST = 10_000
"""So many rows a browser searches with ease; the rest is for a question."""


class SearchableTable:
    """A frame as a table with a search box, a page at a time; nothing is fetched."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame

    def _repr_html_(self) -> str:
        itables = _itables()
        shown = self.frame.head(_MOST)
        html = itables.to_html_datatable(
            _texts(shown, columns_of(self.frame)),
            caption=footer(self.frame, len(shown)),
            connected=False,
            classes="display compact nowrap",
            maxBytes=0,
            showIndex=False,
            columnDefs=[{"className": "dt-left", "targets": "_all"}],
        )
        script = _script() if wanted("itables") else ""
        return f'{script}{_LEFT}<div class="{CLASSES}">{html}</div>'

    def __repr__(self) -> str:
        return f"{footer(self.frame, len(self.frame))}; shown in a notebook"


@typed
def table(frame: pd.DataFrame) -> SearchableTable:
    """Return a frame as a table to search and sort in.

    Needs the extra ``tables`` (itables); raises MissingExtra without it. Everything
    stands in the notebook itself, so that it works offline.
    """
    _itables()
    return SearchableTable(frame)


def _itables() -> Any:
    try:
        import itables
    except ImportError:
        raise MissingExtra(
            "tk.table needs itables, which is not installed. Install it with: "
            "pip install 'trailkit[tables]'"
        ) from None
    return itables


def _script() -> str:
    from itables.javascript import generate_init_offline_itables_html
    from itables.options import dt_bundle

    return generate_init_offline_itables_html(dt_bundle)


def _texts(shown: pd.DataFrame, columns: list[TableColumn]) -> pd.DataFrame:
    """Return values as they are searched and sorted: numbers stay, times are ISO."""
    made = {
        f"{visible(column.name)} (UTC)"
        if column.kind == "time"
        else visible(column.name): _column(shown[column.name], column)
        for column in columns
    }
    return pd.DataFrame(made, shown.index)


def _column(values: pd.Series, column: TableColumn) -> pd.Series:
    if column.kind in ("number", "bytes"):
        return pd.to_numeric(values, errors="coerce").astype(float)
    texts = [_text(value, column) for value in values.tolist()]
    return pd.Series(texts, values.index, object)


def _text(value: Any, column: TableColumn) -> str:
    if cells.missing(value):
        return cells.MISSING
    if column.kind in ("time", "outcome"):
        return cells.plain(value, column.kind)
    return visible(str(value))
