"""The Athena SQL that we allow, and its DuckDB form.

Athena's engine version 3 is Trino's; a question is written in it, and DuckDB must give
the same answer. So syntax is translated (``translate``), what functions mean is kept by
macros (``macros.sql``), and everything outside a closed table is refused (``check``).
"""

from trailkit.dialect.bound import Bound, shape_of, without_lists
from trailkit.dialect.check import check, check_query
from trailkit.dialect.conditions import row_condition
from trailkit.dialect.flat import flat
from trailkit.dialect.grammar import tokens
from trailkit.dialect.lint import check_habits, order_columns
from trailkit.dialect.relations import (
    columns_used,
    only_told_apart,
    output_columns,
    relations_used,
    with_relations,
)
from trailkit.dialect.required import required_values
from trailkit.dialect.resolving import resolve
from trailkit.dialect.rewording import reworded
from trailkit.dialect.shape import lists
from trailkit.dialect.translate import macros, settings, to_duckdb

__all__ = [
    "Bound",
    "check",
    "check_habits",
    "check_query",
    "columns_used",
    "flat",
    "lists",
    "macros",
    "only_told_apart",
    "order_columns",
    "output_columns",
    "relations_used",
    "required_values",
    "resolve",
    "reworded",
    "row_condition",
    "settings",
    "shape_of",
    "to_duckdb",
    "tokens",
    "with_relations",
    "without_lists",
]
