"""The public face: what a notebook can say is pinned here, and changes on purpose."""

import inspect
from pathlib import Path

import pandas as pd
import pytest

import trailkit as tk
from trailkit.commands.new_question import write_question
from trailkit.errors import InvalidQuestion, TableError

FACE = [
    "Case",
    "Provenance",
    "Scope",
    "Setup",
    "TableCopy",
    "TrailkitError",
    "account_of",
    "acquire",
    "acquisition_policy",
    "amount",
    "athena",
    "chart",
    "charts",
    "ddl",
    "demo",
    "digests",
    "discover",
    "earliest",
    "enrich",
    "event_history",
    "explore",
    "finding",
    "latest",
    "local",
    "provenance",
    "show",
    "table",
    "tell",
    "to_csv",
    "to_excel",
    "to_navigator",
    "to_ocsf",
    "to_stix",
    "to_timesketch",
    "trino",
]

CASE = [
    "accounts",
    "around",
    "ask",
    "ask_all",
    "budget",
    "bundle",
    "checked",
    "checks",
    "chunks",
    "columns",
    "compare",
    "coverage",
    "custody",
    "engine",
    "estimate",
    "everything",
    "evidence",
    "find",
    "inventory",
    "investigated_by",
    "journal",
    "known",
    "known_good",
    "last",
    "late",
    "library",
    "mark",
    "original",
    "own",
    "own_traces",
    "people",
    "query",
    "query_chunks",
    "questions",
    "recorded_by",
    "regions",
    "report",
    "scope",
    "source",
    "spending",
    "sql",
    "story",
    "table",
    "trace",
    "trails",
    "triage",
    "window",
    "with_questions",
]


def test_the_exported_members_are_these() -> None:
    assert sorted(FACE) == tk.__all__


def test_a_case_has_these_members() -> None:
    assert sorted(name for name in dir(example()) if not name.startswith("_")) == CASE


def example() -> tk.Case:
    """Make a case of nothing: only its names are looked at."""
    fields = dict.fromkeys(("source", "engine", "questions"))
    return tk.Case(**fields)  # type: ignore[arg-type]


def test_all_exported_members_show_up_for_completion() -> None:
    assert set(tk.__all__) <= set(dir(tk))


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Cases'"):
        tk.Cases  # noqa: B018


@pytest.mark.parametrize("way", ["local", "athena", "trino", "demo"])
def test_every_way_to_a_case_takes_questions_of_ones_own(way: str) -> None:
    taken = inspect.signature(getattr(tk, way)).parameters["questions"]
    assert taken.kind is inspect.Parameter.KEYWORD_ONLY
    assert taken.default is None


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """Begin a question of one's own, and return its folder."""
    write_question("mine/first", tmp_path / "mine")
    return tmp_path / "mine"


def test_a_case_answers_questions_of_ones_own(
    practice_case: tk.Case, mine: Path
) -> None:
    case = practice_case.with_questions(mine)
    frame = case.ask.mine.first(action="DeleteBucket", most=3)
    assert len(frame) == 3
    assert tk.provenance(frame).question == "mine/first"
    assert "mine/first" in case.library("calls")["name"].tolist()
    assert not hasattr(practice_case.ask, "mine")


def test_questions_of_ones_own_go_with_a_table_too(mine: Path) -> None:
    case = tk.athena("a.b", workgroup="dfir", region="eu-west-1", questions=mine)
    assert case.questions["mine/first"].title == "Who made which calls?"


def test_a_mistake_in_ones_own_question_names_its_line(
    practice_case: tk.Case, mine: Path
) -> None:
    file = mine / "mine" / "first.sql"
    file.write_text(file.read_text().replace("chart: timeline", "chart: pie"))
    with pytest.raises(InvalidQuestion, match=r"first\.sql: Line \d+: .*pie"):
        practice_case.with_questions(mine)


def test_a_table_is_made_from_parameters() -> None:
    text = tk.ddl(
        "security.cloudtrail",
        bucket="central-logs",
        prefix="trail",
        organization="o-a1b2c3d4e5",
        start="2024-01-01",
        accounts=["111122223333"],
        regions="eu-west-1",
        kind="insight",
    )
    place = "s3://central-logs/trail/AWSLogs/o-a1b2c3d4e5/"
    assert f"location '{place}'" in text
    assert f"{place}${{account}}/CloudTrail-Insight/${{region}}/${{day}}/" in text
    assert "'projection.region.values' = 'eu-west-1'" in text


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"start": "soon"}, '"soon" is not a day'),
        ({"kind": "digest"}, "Use one of"),
        ({"accounts": []}, "empty"),
        ({"prefix": "AWSLogs"}, "AWSLogs"),
        ({"bucket": "b'; drop"}, "bucket"),
    ],
)
def test_what_makes_no_table_is_refused(
    changed: dict[str, object], sentence: str
) -> None:
    given: dict[str, object] = {"bucket": "logs", "start": "2024-01-01", **changed}
    with pytest.raises(TableError, match=sentence):
        tk.ddl("a.b", **given)  # type: ignore[arg-type]


def test_a_frame_becomes_a_csv(tmp_path: Path) -> None:
    tk.to_csv(pd.DataFrame({"agent": ["=cmd()"]}), tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_text() == "agent\n'=cmd()\n"
