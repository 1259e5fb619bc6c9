"""A matrix of situations: what an empty answer says in each, and what it must not say.

The cells stand in ``coverage_matrix.yaml``, under the engine, then the logs that there
are (``coverage_situations.py``): question, scope, sentence. Only a sentence that ends
in "and this is not among them" lets someone conclude that nothing happened.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import trailkit as tk
from tests.support.athena_server import AthenaServer
from tests.support.coverage_on_athena import KNOWN, on_athena
from tests.support.coverage_situations import HERE, HOME, SITUATIONS, B, write
from tests.support.sampled import some
from trailkit.case import Case

MATRIX = yaml.safe_load((Path(__file__).parent / "coverage_matrix.yaml").read_text())
CONCLUDES = "and this is not among them"
VALUES = {"s3/objects-read": {"bucket": "payroll"}}
NINE = ("2026-03-09 09:00", "2026-03-09 13:00")

SCOPES: dict[str, Callable[[Case], Case]] = {
    "all": lambda case: case.window(*NINE),
    "here": lambda case: case.window(*NINE).regions(HERE),
    "both": lambda case: case.window(*NINE).regions(HERE, HOME),
    "account B": lambda case: case.window(*NINE).accounts(B).regions(HERE),
    "ap-south-1": lambda case: case.window(*NINE).regions("ap-south-1"),
    "before ten": lambda case: case.window(NINE[0], "2026-03-09 10:00").regions(HERE),
    "while off": lambda case: case.window(
        "2026-03-09 10:10", "2026-03-09 11:50"
    ).regions(HERE),
    "until half past eleven": lambda case: case.window(
        NINE[0], "2026-03-09 11:30"
    ).regions(HERE),
    "two days": lambda case: case.window("2026-03-09", "2026-03-11").regions(
        HERE, HOME
    ),
}


def cells(engine: str) -> Iterator[Any]:
    """Yield the cells of an engine, each with its name."""
    for logs, rows in MATRIX[engine].items():
        for ask, scope, says in rows:
            yield pytest.param(logs, ask, scope, says, id=f"{logs}, {ask}, {scope}")


def answered(case: Case, question: str, scope: str) -> str:
    """Ask, and return what the empty frame says beside what was searched."""
    frame = SCOPES[scope](case).ask(question, **VALUES.get(question, {}))
    assert frame.empty, question
    return tk.provenance(frame).notes[-1].partition(". Searched ")[2].partition(". ")[2]


def require(said: str, says: str) -> None:
    """Require the sentence, and no conclusion where the cell has none."""
    assert said == says
    assert (CONCLUDES in said) != ("does not show that nothing happened" in said)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Case]:
    """Return a way to open each situation's files, once."""
    known: dict[str, Case] = {}

    def opened(logs: str) -> Case:
        if logs not in known:
            folder = tmp_path_factory.mktemp("situation")
            write(SITUATIONS[logs](), folder / "logs")
            known[logs] = tk.local(
                folder / "logs", store=folder / "store", progress=False
            )
        return known[logs]

    return opened


@pytest.mark.parametrize(("logs", "ask", "scope", "says"), [*cells("local")])
def test_local_silence_says_no_more_than_it_can_prove(
    logs: str, ask: str, scope: str, says: str, opened: Callable[[str], Case]
) -> None:
    require(answered(opened(logs), ask, scope), says)


@pytest.mark.parametrize(("logs", "ask", "scope", "says"), some(cells("athena"), 2))
def test_silence_on_athena_says_no_more_than_it_can_prove(
    logs: str, ask: str, scope: str, says: str, athena: AthenaServer
) -> None:
    require(answered(on_athena(athena, logs), ask, scope), says)


def test_the_matrix_is_large_and_each_situation_stands_in_it() -> None:
    count = sum(len(rows) for each in MATRIX.values() for rows in each.values())
    assert count >= 90
    used = {logs for each in MATRIX.values() for logs in each}
    through = {each.logs for name, each in KNOWN.items() if name in used}
    assert used | through == set(SITUATIONS) | set(KNOWN)
