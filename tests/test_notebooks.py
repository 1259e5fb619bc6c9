"""The notebooks: their shape, and that each runs from top to bottom, offline."""

import ast
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest

from trailkit.questions import library

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
LONGEST_CELL = 8

Cell = Any

every_notebook = pytest.mark.parametrize(
    "path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem
)


def cells(path: Path, kind: str | None = None) -> list[Cell]:
    found = nbformat.read(path, as_version=4).cells
    return [cell for cell in found if kind in (None, cell.cell_type)]


@every_notebook
def test_name_sorts_and_says_what_is_done(path: Path) -> None:
    assert re.fullmatch(r"\d{2}(_[a-z]+)+", path.stem)


@every_notebook
def test_title_comes_first_and_is_the_only_one(path: Path) -> None:
    titles = [
        number
        for number, cell in enumerate(cells(path))
        if cell.cell_type == "markdown" and cell.source.startswith("# ")
    ]
    assert titles == [0]


@every_notebook
def test_one_cell_holds_the_parameters_as_plain_values(path: Path) -> None:
    [cell] = [c for c in cells(path) if "parameters" in c.metadata.get("tags", [])]
    for statement in ast.parse(cell.source).body:
        assert isinstance(statement, ast.Assign)
        ast.literal_eval(statement.value)


@every_notebook
def test_words_come_before_each_piece_of_code(path: Path) -> None:
    kinds = [cell.cell_type for cell in cells(path)]
    assert all(
        before == "markdown" for before, kind in pairwise(kinds) if kind == "code"
    )
    assert kinds[-1] == "markdown", "the last cell says where to go next"


@every_notebook
def test_code_is_short_and_calls_the_kit(path: Path) -> None:
    for cell in cells(path, "code"):
        assert len(cell.source.splitlines()) <= LONGEST_CELL, cell.source
        statements = ast.walk(ast.parse(cell.source))
        assert not [s for s in statements if isinstance(s, FORBIDDEN)], cell.source


FORBIDDEN = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.Try)
"""What belongs into the kit, not into a notebook."""


@every_notebook
def test_sql_is_only_what_a_person_asks_ad_hoc(path: Path) -> None:
    for cell in cells(path, "code"):
        if re.search(r"\bselect\b", cell.source):
            assert ".query(" in cell.source


@every_notebook
def test_questions_that_it_names_are_in_the_library(path: Path) -> None:
    names = {question.name for question in library.load()}
    source = "\n".join(cell.source for cell in cells(path))
    assert set(re.findall(r"""(?:ask|sql)\(\s*"([^"]+)""", source)) <= names


@every_notebook
def test_it_is_kept_without_outputs_for_any_python(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.kernelspec.language == "python"
    for cell in cells(path, "code"):
        assert cell.outputs == []
        assert cell.execution_count is None
