"""No name that a query gives its parts reaches more than the lens, however it folds."""

import random
from collections.abc import Iterator

import pandas as pd
import pytest

from trailkit.case import Case
from trailkit.errors import TrailkitError

CATALOG = (
    *("duckdb_views", "duckdb_tables", "duckdb_settings", "duckdb_functions"),
    *("duckdb_columns", "duckdb_secrets", "duckdb_logs", "sqlite_master", "pg_tables"),
    *("pg_views", "pg_settings", "pg_class", "pragma_database_list", "tables", "views"),
    *("columns", "schemata", "records", "events", "network_records"),
)
FOLDS = {
    "k": "\u212a",
    "s": "\u017f",
    "i": "\u0130\u0131",
    "a": "\uff41\u0430\u00e5",
    "e": "\u0435\u00e9",
    "_": "\uff3f",
    "n": "\U0001d4c3",
}
"""Letters that some engine folds to another."""

MARK = "only-this"


def hostile_names(count: int, seed: int) -> Iterator[tuple[str, str]]:
    """Return pairs of a CTE's name and the name by which it is read."""
    dice = random.Random(seed)
    for _ in range(count):
        name = dice.choice(CATALOG)
        yield changed(name, dice), dice.choice([name, changed(name, dice)])


def changed(name: str, dice: random.Random) -> str:
    letters = [
        dice.choice(FOLDS[each]) if each in FOLDS and dice.random() < 0.5 else each
        for each in name
    ]
    text = "".join(letters)
    match dice.randrange(9):
        case 0:
            return text.upper()
        case 1:
            return f'"{text}"'
        case 2:
            return f'"{text.title()}"'
        case 3:
            return f'"{text}\u200b"'
        case 4:
            return f'"/etc/{text}.parquet"'
        case 5:
            return f'"main"."{text}"'
        case 6:
            return f'"{text} "'
        case 7:
            return f'"{text}""; drop view events; --"'
        case _:
            return text


SHAPES = (
    "with {cte} as (select '{mark}' as a) select * from {read}",
    "with {cte} as (select '{mark}' as a), b as (select * from {read}) select * from b",
    "with b as (select * from {read}), {cte} as (select '{mark}' as a) select * from b",
    "select * from (with {cte} as (select '{mark}' as a) select * from {read}) as t",
    "select * from (with {cte} as (select '{mark}' as a) select * from {cte}) as t"
    " cross join {read}",
    "with recursive {cte} (a) as (select '{mark}' union all select a from {read}"
    " where false) select * from {cte}",
)


def reached(case: Case, cte: str, read: str, shape: str) -> pd.DataFrame | None:
    try:
        return case.query(shape.format(cte=cte, read=read, mark=MARK))
    except TrailkitError:
        return None


def held(case: Case, count: int, seed: int) -> None:
    dice = random.Random(seed)
    for cte, read in hostile_names(count, seed):
        frame = reached(case, cte, read, dice.choice(SHAPES))
        if frame is not None:
            texts = frame.astype("string").fillna(MARK).to_numpy().ravel().tolist()
            assert set(texts) <= {MARK}, (cte, read)


def test_a_name_that_folds_to_another_reaches_nothing(practice_case: Case) -> None:
    held(practice_case, 100, 1)


@pytest.mark.soak
def test_two_thousand_hostile_names_reach_nothing(practice_case: Case) -> None:
    held(practice_case, 2_000, 2)


@pytest.mark.parametrize("name", ["duc\u212adb_views", "pg_table\u017f", "größe"])
def test_a_name_outside_ascii_is_refused(practice_case: Case, name: str) -> None:
    with pytest.raises(TrailkitError, match="outside ASCII"):
        practice_case.query(f'with "{name}" as (select 1 as a) select a from "{name}"')


@pytest.mark.parametrize("name", ["duckdb_views", "sqlite_master", "pg_views"])
def test_whatever_passes_the_check_finds_no_catalog(
    practice_case: Case, name: str
) -> None:
    answer = practice_case.engine.run_duckdb(f"select * from {name}")
    assert answer.table.num_rows == 0
