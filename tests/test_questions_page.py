"""docs/questions.md says what the headers say."""

from tools.questions_page import PAGE, page
from trailkit.questions.library import load


def test_the_page_of_questions_is_current() -> None:
    current = PAGE.read_text(encoding="utf-8") == page(load())
    assert current, "run make questions"


def test_the_page_shows_every_question_with_its_parameters() -> None:
    text = page(load())
    for question in load():
        entry = text.partition(f"### {question.name}\n")[2].partition("\n###")[0]
        assert f"../sql/{question.name}.sql" in entry
        assert all(f"`{each.name}`" in entry for each in question.parameters)
        assert all(technique in entry for technique in question.attack)
