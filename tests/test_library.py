"""The library finds questions, and makes callables of them that a notebook can show."""

import inspect
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from trailkit.dialect.sql_files import sql_folder
from trailkit.errors import InvalidQuestion, UnknownQuestion
from trailkit.questions.library import Ask, Library, load
from trailkit.questions.question import Question, take_apart

OWN = """\
-- title: "Which of them?"
-- parameters:
--   since: {type: time, help: from when}
--   names: {type: list of text, optional: true, help: which ones}
--   most: {type: integer, default: 5, help: at most}
-- attack: [T1485]
-- chart: ranking
-- limit: most
-- next: [s3/bucket-deletions]
select action, count(*) as oddity, min(time) as first_seen, max(time) as last_seen
from events
where time > :since and (:names is null or contains(:names, action))
group by action
order by action
limit :most
"""


def own(folder: Path, text: str = OWN, name: str = "my-topic/which-ones") -> Path:
    path = folder / f"{name}.sql"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def library() -> Library:
    return load()


@pytest.fixture
def mine(library: Library, tmp_path: Path) -> Library:
    return library.with_folder(own(tmp_path))


def test_questions_come_by_name_and_in_order(library: Library) -> None:
    names = [question.name for question in library]
    assert names == sorted(names)
    assert len(names) == len(library) == len(set(names))
    assert library["s3/bucket-deletions"].title == "Who deleted an S3 bucket?"


def test_the_relations_of_the_lens_are_no_questions(library: Library) -> None:
    assert (sql_folder() / "events.sql").is_file()
    assert all("/" in question.name for question in library)


def test_a_question_is_read_when_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[str] = []

    def noted(path: Path, folder: Path) -> Question:
        read.append(path.stem)
        return take_apart(path, folder)

    monkeypatch.setattr("trailkit.questions.library.take_apart", noted)
    Ask(load(), lambda question, _: question.name)("s3/bucket-deletions")
    assert read == ["bucket-deletions"]


def test_a_wrong_name_gives_the_nearest(library: Library) -> None:
    with pytest.raises(UnknownQuestion, match=r'Did you mean "s3/bucket-deletions"'):
        library["s3/bucket-deletion"]


def test_every_next_question_is_there(library: Library) -> None:
    for question in library:
        for name in question.next:
            assert name != question.name
            assert library[name]


@pytest.mark.parametrize(
    "about",
    [
        "my-topic",
        "which of",
        "WHICH them",
        "T1485 which-ones",
        "oddity",
        "at most",
        "names which",
    ],
)
def test_search_looks_at_all_that_is_said(mine: Library, about: str) -> None:
    assert "my-topic/which-ones" in mine.search(about)["name"].tolist()


def test_a_search_is_a_frame(mine: Library) -> None:
    found = mine.search("oddity")
    assert found.to_dict("records") == [
        {
            "name": "my-topic/which-ones",
            "title": "Which of them?",
            "topic": "my-topic",
            "parameters": "since, names, most",
            "attack": "T1485",
            "chart": "ranking",
            "needs": "",
        }
    ]
    nothing = mine.search("zebra-crossing")
    assert list(nothing.columns) == list(found.columns)
    assert len(nothing) == 0
    assert len(mine.search()) == len(mine)


def test_a_folder_of_ones_own_is_checked(library: Library, tmp_path: Path) -> None:
    wrong = OWN.replace("count(*)", "approx_distinct(actor)")
    with pytest.raises(InvalidQuestion, match=r"which-ones\.sql: Line 10: approx_dist"):
        library.with_folder(own(tmp_path, wrong))


def test_a_next_that_is_not_there_is_refused(library: Library, tmp_path: Path) -> None:
    for other in ("s3/bucket-deletion", "my-topic/which-ones"):
        wrong = OWN.replace("s3/bucket-deletions", other)
        with pytest.raises(InvalidQuestion, match=f'next names "{other}"'):
            library.with_folder(own(tmp_path, wrong))


def test_a_name_that_stands_twice_is_refused(library: Library, tmp_path: Path) -> None:
    with pytest.raises(InvalidQuestion, match=r"already, in .*bucket-deletions\.sql"):
        library.with_folder(own(tmp_path, name="s3/bucket-deletions"))


def test_a_folder_without_questions_is_refused(
    library: Library, tmp_path: Path
) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(InvalidQuestion, match="There is no question in"):
            library.with_folder(folder)


@pytest.fixture
def ask(mine: Library) -> Ask:
    def put(question: Question, given: Mapping[str, Any]) -> Any:
        return question.name, dict(given)

    return Ask(mine, put)


def test_by_name_and_by_attribute_are_the_same(ask: Ask) -> None:
    by_name = ask("my-topic/which-ones", since="2023-07-10", names=["a"])
    by_attribute = vars(ask)["my_topic"].which_ones(since="2023-07-10", names=["a"])
    assert by_name == by_attribute
    assert by_name[1] == {"since": "2023-07-10", "names": ["a"]}


def test_a_parameter_may_be_called_name_or_self(ask: Ask) -> None:
    """The question says what is wrong with it, not Python."""
    assert ask("my-topic/which-ones", name="x")[1] == {"name": "x"}
    assert vars(ask)["my_topic"].which_ones(self="x")[1] == {"self": "x"}


def test_the_signature_is_the_headers(ask: Ask) -> None:
    asked = vars(ask)["my_topic"].which_ones
    signature = inspect.signature(asked)
    assert {
        name: (each.kind.name, each.default, each.annotation)
        for name, each in signature.parameters.items()
    } == {
        "since": ("KEYWORD_ONLY", inspect.Parameter.empty, str | datetime | date),
        "names": ("KEYWORD_ONLY", None, str | list[str] | None),
        "most": ("KEYWORD_ONLY", 5, int),
    }
    assert signature.return_annotation is pd.DataFrame


def test_help_says_what_the_header_says(ask: Ask) -> None:
    asked = vars(ask)["my_topic"].which_ones
    assert asked.__name__ == "which_ones"
    assert asked.__qualname__ == "ask.my_topic.which_ones"
    for said in ("Which of them?", "since (time): from when", "s3/bucket-deletions"):
        assert said in inspect.getdoc(asked)
    assert "my_topic.which_ones(*, since:" in repr(asked)


def test_a_wrong_attribute_is_an_attribute_error(ask: Ask) -> None:
    with pytest.raises(AttributeError):
        _ = vars(ask)["my_topic"].which_one
    assert "__getattr__" not in vars(Ask)
    assert set(dir(ask)) >= {"my_topic", "s3", "identity"}


def test_every_question_can_be_an_attribute(ask: Ask, mine: Library) -> None:
    for question in mine:
        topic, _, name = question.name.replace("-", "_").partition("/")
        assert (topic + name).isidentifier()
        assert callable(getattr(vars(ask)[topic], name))
