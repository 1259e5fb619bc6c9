"""Write docs/questions.md: every question of the library, from its header.

``python -m tools.questions_page``, or ``make questions``.
"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from trailkit.questions.library import Library, load
from trailkit.questions.parameters import Parameter
from trailkit.questions.question import Question

PROJECT = Path(__file__).parents[1]
PAGE = PROJECT / "docs" / "questions.md"

_TOP = """\
# What can be asked

{count} questions, by topic. To put one, in a notebook and in a shell:

    case.ask("s3/bucket-deletions", bucket="payroll")
    trailkit ask s3/bucket-deletions bucket=payroll --evidence logs/

`case.library("ransomware")` and `trailkit library ransomware` search them. This page is
written from the headers of the SQL files by `make questions`.
"""


def page(library: Library) -> str:
    """Return the text of the page.

    >>> page(load()).partition("\\n")[0]
    '# What can be asked'
    """
    topics = [(topic, list(each)) for topic, each in groupby(library, _topic)]
    contents = [f"- [{topic}](#{topic}): {len(each)}" for topic, each in topics]
    parts = [_TOP.format(count=len(library)), "\n".join(contents) + "\n"]
    for topic, questions in topics:
        parts += [f"## {topic}\n", *map(_entry, questions)]
    return "\n".join(parts)


def _topic(question: Question) -> str:
    return question.name.partition("/")[0]


def _entry(question: Question) -> str:
    facts = [f"- {name}: {value}" for name, value in _facts(question) if value]
    said = [
        _plain(question.notes),
        _under("Likely innocent", question.false_positives),
        _under("Cannot show", question.cannot_show),
    ]
    parts = [
        f"### {question.name}",
        f"**{_plain(question.title)}**",
        "\n".join(facts),
        "\n".join(map(_parameter, question.parameters)),
        *said,
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _facts(question: Question) -> Iterator[tuple[str, str]]:
    yield "SQL", f"[sql/{question.name}.sql](../sql/{question.name}.sql)"
    yield "severity of a match", question.severity
    yield "must have been recorded", _codes(question.needs)
    yield "ATT&CK", ", ".join(map(_technique, question.attack))
    days = question.lookback.total_seconds() / 86400 if question.lookback else 0
    yield "also reads", f"{days:g} days before the window" if days else ""
    yield (
        "ask next",
        ", ".join(f"[{each}](#{each.replace('/', '')})" for each in question.next),
    )
    yield "formerly", _codes(question.formerly)


def _parameter(parameter: Parameter) -> str:
    need = ""
    if parameter.default is not None:
        need = f", `{parameter.default}` if left out"
    elif not parameter.optional:
        need = ", needed"
    return f"- `{parameter.name}` ({parameter.type}{need}): {_plain(parameter.help)}"


def _technique(name: str) -> str:
    return f"[{name}](https://attack.mitre.org/techniques/{name.replace('.', '/')}/)"


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _under(heading: str, text: str) -> str:
    return f"*{heading}.* {_plain(text)}" if text.strip() else ""


def _plain(text: str) -> str:
    """Keep Markdown from taking angle brackets for HTML, but for code in backticks."""
    parts = text.strip().split("`")
    return "`".join(
        part if index % 2 else part.replace("<", "&lt;").replace("*", "\\*")
        for index, part in enumerate(parts)
    )


if __name__ == "__main__":
    PAGE.write_text(page(load()), encoding="utf-8")
