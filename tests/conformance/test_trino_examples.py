"""A question gives the same frame of all examples on a real Trino as on DuckDB."""

import contextlib
import gzip
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import trailkit as tk
from tests.conformance.practice_asked import on_trino
from tests.conformance.trino_server import TrinoServer
from tests.support import examples_read
from tests.support.records_made import Record
from tests.support.sampled import sampled, some
from tests.support.tables_over_logs import publish
from trailkit.case import Case
from trailkit.questions.library import load
from trailkit.questions.question import Question

LIBRARY = {question.name: question for question in load()}
NAMES = [
    name for name in examples_read.names() if LIBRARY[name].reads.keys() == {"events"}
]
ASKED = [each.name for each in sampled() if each.name in NAMES]
CHOSEN = {question.name for question in sampled(a_topic=0)}
"""The questions whose other parameters are tried as well."""

WINDOW = ("2026-03-01", "2026-04-01")

VALUES: dict[str, Any] = {"text": "alice", "integer": 1, "boolean": True}
"""What is tried for a parameter that an example leaves out."""


def records() -> list[Record]:
    """Return what the questions of events must find."""
    return [found for name in NAMES for found in examples_read.read(name).finds]


def write(folder: Path, made: list[Record]) -> None:
    """Write log files that lie as an organization trail's bucket does."""
    files: dict[tuple[str, str, str], list[Record]] = {}
    for each in made:
        key = each["recipientAccountId"], each["awsRegion"], each["eventTime"][:10]
        files.setdefault(key, []).append(each)
    for (account, region, day), of_day in files.items():
        place = f"AWSLogs/o-exampleorgid/{account}/CloudTrail/{region}"
        path = folder / place / day.replace("-", "/")
        path.mkdir(parents=True)
        name = f"{account}_CloudTrail_{region}_{day.replace('-', '')}T2355Z_examples"
        text = json.dumps({"Records": of_day}, ensure_ascii=False)
        (path / f"{name}.json.gz").write_bytes(gzip.compress(text.encode()))


def values(question: Question) -> list[dict[str, Any]]:
    """List the example's own values, and each other parameter in turn beside them."""
    own = examples_read.read(question.name).ask
    others = [
        {**own, each.name: VALUES[each.type]}
        for each in question.parameters
        if each.name not in own and each.type in VALUES and each.means is None
    ]
    return [own, *others]


@pytest.fixture(scope="module")
def cases(
    trino: TrinoServer, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Case, Case]:
    """Open the records of all examples from files, and on Trino."""
    folder = tmp_path_factory.mktemp("examples")
    made = records()
    write(folder / "logs", made)
    accounts = tuple(sorted({each["recipientAccountId"] for each in made}))
    publish(trino, folder / "logs", accounts, "examples")
    local = tk.local(folder / "logs", store=folder / "store", progress=False)
    return local.window(*WINDOW), on_trino(trino, "examples").window(*WINDOW)


def plain(text: Any) -> Any:
    """Return the value of a JSON object, which an engine may write anew."""
    with contextlib.suppress(ValueError):
        if isinstance(text, str) and text.startswith("{"):
            return json.loads(text)
    return text


@pytest.mark.parametrize("name", some(ASKED, 4))
def test_the_examples_are_equal(name: str, cases: tuple[Case, Case]) -> None:
    own, *others = values(LIBRARY[name])
    others = others if name in CHOSEN else []
    for number, asked in enumerate([own, *others]):
        first, other = (case.ask(name, **asked) for case in cases)
        assert len(first) > 0 or number > 0
        pd.testing.assert_frame_equal(other.map(plain), first.map(plain))
