"""The files of the lens, as columns; and which version of them this is."""

import hashlib
from dataclasses import replace
from functools import cache
from importlib import metadata, resources

from trailkit.dialect.sql_files import sql_folder
from trailkit.lens import families, lateral_aliases
from trailkit.record import every_column


@cache
def columns_of(file: str) -> lateral_aliases.Columns:
    """Read the columns of a file of the lens in ``sql/``."""
    sql = (sql_folder() / file).read_text(encoding="utf-8")
    found = lateral_aliases.columns(sql, every_column())
    return {
        name: replace(column, text=families.expand(column.text))
        for name, column in found.items()
    }


@cache
def version() -> str:
    """Return the version of the lens, which changes with whatever it depends on.

    That is its SQL, the list of families, how SQL is written for DuckDB, and DuckDB:
    another one of these might work out another value.
    """
    digest = hashlib.sha256(metadata.version("duckdb").encode())
    rooms = [resources.files(f"trailkit.{name}") for name in ("dialect", "lens")]
    for folder in (sql_folder(), *rooms):
        files = (each for each in folder.iterdir() if each.name.endswith(_ENDINGS))
        for file in sorted(files, key=lambda each: each.name):
            digest.update(b"\0" + file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


_ENDINGS = (".py", ".sql", ".csv")
