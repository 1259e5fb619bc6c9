"""Whatever goes in at the edges, what comes out is a sentence of trailkit's own."""

import inspect
import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import trailkit as tk
from tests.support.evidence_made import log
from tests.support.records_made import record
from trailkit.__main__ import main
from trailkit.case import Case
from trailkit.errors import TrailkitError

DIGITS = "9" * 5_000


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("boundaries")
    (folder / "evidence").mkdir()
    (folder / "evidence" / "log.json").write_bytes(log(record()))
    return tk.local(folder / "evidence", store=folder / "store")


Try = Callable[[Case], object]

TIMES: dict[str, Try] = {
    "a long time": lambda case: case.last("99999999999d"),
    "very many digits": lambda case: case.last(DIGITS + "d"),
    "the longest": lambda case: case.last(timedelta.max),
    "other digits": lambda case: case.last("\u0663d"),
    "a comment": lambda case: case.window("2026-03-09 -- x", "2026-03-10"),
    "a block": lambda case: case.window("2026-03-09 /* x */", "2026-03-10"),
    "a quote": lambda case: case.window("2026-03-09'", "2026-03-10"),
    "before the calendar": lambda case: case.window("0001-01-01T00:00+14:00", "2026"),
    "after the calendar": lambda case: case.around("9999-12-31T23:59-14:00", "1h"),
    "around its beginning": lambda case: case.around("0001-01-01", "12h"),
}
PLACES: dict[str, Try] = {
    "full width": lambda case: case.accounts("\uff11" * 12),
    "Arabic digits": lambda case: case.accounts("\u0661" * 12),
    "a line break": lambda case: case.accounts("111122223333\n4"),
    "a region": lambda case: case.regions("eu-west-1'"),
    "its digit": lambda case: case.regions("eu-west-\uff11"),
    "a table": lambda case: tk.athena("a.b'", workgroup="x"),
    "a table of Trino": lambda case: tk.trino('a.b.c"', host="x"),
    "one part": lambda case: tk.athena("a", workgroup="x"),
    "a workgroup": lambda case: tk.athena("a.b", workgroup="x' or"),
    "results": lambda case: tk.athena("a.b", results="s3://bucket/' --"),
    "a line in them": lambda case: tk.athena("a.b", results="s3://bucket/a\nb"),
    "a blank in them": lambda case: tk.athena("a.b", results="s3://bucket/a b"),
    "two slashes": lambda case: tk.athena("a.b", results="s3://bucket/a//b"),
    "a path with NUL": lambda case: tk.local("/nowhere\0"),
    "a long path": lambda case: tk.local("x" * 5_000),
}
QUERIES: dict[str, Try] = {
    "no text": lambda case: case.query(5),  # type: ignore[arg-type]
    "no number": lambda case: case.query("select cast('x' as bigint) as a from events"),
    "by zero": lambda case: case.query("select 1 / 0 as a from events"),
    "overflow": lambda case: case.query(
        "select 9223372036854775807 + 1 as a from events"
    ),
    "half a character": lambda case: case.query("select '\ud800' as a from events"),
    "unknown column": lambda case: case.query("select nothing from events"),
    "deep": lambda case: case.query("(" * 3_000 + "select 1" + ")" * 3_000),
    "a value": lambda case: case.ask("s3/bucket-deletions", bucket=object()),
    "no network": lambda case: case.ask("identity/address", address="/*array["),
    "half a value": lambda case: case.ask("s3/bucket-deletions", bucket="\ud800"),
    "a file": lambda case: tk.to_csv(case.query("select time from events"), "x\0.csv"),
    "a folder": lambda case: tk.to_csv(
        case.query("select time from events"), "/nowhere/x.csv"
    ),
    "an id": lambda case: case.original("x"),
    "a budget": lambda case: case.budget(usd=float("nan")),
    "a folder of questions": lambda case: case.with_questions(Path("/nowhere")),
}


ODD: dict[str, Any] = {
    "nothing": None,
    "a number": 12.5,
    "no number": float("nan"),
    "bytes": b"x",
    "a list": [None],
    "NUL": "\0",
    "half a character": "\ud800",
    "a long text": "x" * 5_000,
    "a set": {1},
    "a class": dict,
    "a row of numbers": pd.Series([1]),
}
ASIDE = {"demo", "discover", "event_history", "acquire", "digests", "pack"}
"""They take none of these or ask AWS first; ``bundle`` alone calls ``pack``."""


def filled(function: Callable[..., Any], odd: Any) -> tuple[list[Any], dict[str, Any]]:
    """Return a value for each argument that a function cannot do without."""
    places, names = list[Any](), dict[str, Any]()
    for each in inspect.signature(function).parameters.values():
        if each.kind is each.VAR_POSITIONAL:
            places.append(odd)
        elif each.default is each.empty and each.kind is each.KEYWORD_ONLY:
            names[each.name] = odd
        elif each.default is each.empty and each.kind is not each.VAR_KEYWORD:
            places.append(odd)
    return places, names


def face(case: Case) -> Iterator[tuple[str, Callable[..., Any]]]:
    """List the public functions that take something."""
    for place in (tk, case, case.evidence, case.table):
        for name in tk.__all__ if place is tk else dir(place):
            if name in ASIDE or name.startswith("_"):
                continue
            each = getattr(place, name)
            if callable(each) and not inspect.isclass(each) and any(filled(each, 0)):
                yield f"{type(place).__name__}.{name}", each


@pytest.mark.parametrize("odd", ODD)
def test_nothing_on_the_face_fails_with_an_error_of_a_library(
    case: Case, odd: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    raw = dict[str, str]()
    for name, function in face(case):
        places, names = filled(function, ODD[odd])
        try:
            function(*places, **names)
        except TrailkitError:
            continue
        except Exception as error:  # noqa: BLE001 - these are what is looked for
            raw[name] = repr(error)
    assert not raw


LINES = (
    "ask {odd} {logs}",
    "ask s3/bucket-deletions bucket={odd} {logs}",
    "ask s3/bucket-deletions {odd} {logs}",
    "ask overview/volume {odd}",
    "ask overview/volume --table {odd} --workgroup x",
    "ask overview/volume --table a.b --workgroup {odd} --last 1d",
    "ask overview/volume --table a.b --results {odd} --last 1d",
    "ask overview/volume --profile {odd} --table a.b --workgroup x --last 1d",
    "ask overview/volume --window {odd} {odd} {logs}",
    "ask overview/volume --last {odd} {logs}",
    "ask overview/volume --late {odd} {logs}",
    "ask overview/volume --account {odd} {logs}",
    "ask overview/volume --region {odd} {logs}",
    "ask overview/volume --csv {odd}/x.csv {logs}",
    "query {odd} {logs}",
    "triage {odd}",
    "ddl {odd} --bucket b --start 2024-01-01",
    "ddl a.b --bucket {odd} --start 2024-01-01",
    "ddl a.b --bucket b --prefix {odd} --start {odd}",
    "doctor {odd} --workgroup x",
    "new question {odd}",
    "report {odd}",
    "verify {odd}",
    "{odd}",
)
"""Lines of the command line, with one word that is odd."""


@pytest.mark.parametrize(
    "odd",
    ["", "\0", "\udcff", "x" * 5_000, "\x1b[2J\u202e", "-", "--", "@", "{0}", "*"],
)
def test_no_word_of_the_command_line_ends_in_an_error_of_a_library(
    case: Case,
    odd: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRAILKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("sys.stdin", io.StringIO(odd))
    raw = dict[str, str]()
    for line in LINES:
        words = [each.format(odd=odd, logs=case.source.title) for each in line.split()]
        try:
            status = main(words)
        except SystemExit as ended:
            status = ended.code
        except Exception as error:  # noqa: BLE001 - these are what is looked for
            raw[line] = repr(error)
        else:
            said = capsys.readouterr().err
            if status not in (0, 1, 2) or "Traceback" in said or "\x1b" in said:
                raw[line] = f"{status}: {said}"
    assert not raw


@pytest.mark.parametrize("name", [*TIMES, *PLACES, *QUERIES])
def test_every_edge_answers_with_a_sentence_of_its_own(case: Case, name: str) -> None:
    ask = (TIMES | PLACES | QUERIES)[name]
    with pytest.raises(TrailkitError) as caught:
        ask(case)
    assert 0 < len(str(caught.value)) < 6_500


def test_an_error_shows_what_a_log_would_hide_in_it() -> None:
    error = TrailkitError("a\x1b[2J\u202eb\nc é")
    assert str(error) == "a\\x1b[2J\\u202eb\nc é"
    assert "\x1b" not in "".join(error._render_traceback_())
