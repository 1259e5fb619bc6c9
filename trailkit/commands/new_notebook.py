"""A notebook of one's own: a template for a new investigation, which runs as it is."""

import json
import re
from pathlib import Path
from typing import Any

from trailkit.errors import CommandError

_NAME = re.compile(r"\w[\w. -]{0,80}")

_CELLS = [
    (
        "words",
        "# {title}\n\nWhat is asked, by whom, and since when: write it here. At the "
        "end you have the\nstory of the case, and a report of it.\n\n## Set up",
    ),
    ("code", "import trailkit as tk"),
    ("words", "## Which logs\n\nLeft empty, `folder` is the practice case."),
    (
        "parameters",
        'folder = ""\nstart = ""  # UTC, such as "2026-03-02 11:00"\nend = ""',
    ),
    (
        "words",
        "## Open the case\n\nOver Athena the first line is another:\n"
        '`case = tk.athena("security.cloudtrail", workgroup="dfir").last("7d")`\n\n'
        "The journal notes what is opened, asked and marked, in `{stem}.jsonl` beside "
        "this notebook.",
    ),
    (
        "code",
        "case = tk.local(folder) if folder else tk.demo()\n"
        "case = case.window(start, end) if start and end else case\n"
        'case = case.journal("{stem}.jsonl")\ncase.inventory()',
    ),
    (
        "words",
        "## What was recorded\n\nAn empty answer shows nothing where this is open.",
    ),
    ("code", "case.coverage()"),
    ("words", "## What must be seen first"),
    ("code", "findings = case.triage()\nfindings"),
    (
        "words",
        '## Follow one finding\n\nThe example; `case.library("words")` '
        "finds other questions.",
    ),
    (
        "code",
        'event_id = tk.earliest(findings.dropna(subset="example_event_id"))'
        '["example_event_id"]\n'
        'event = case.ask("overview/event", event_id=event_id)\nevent',
    ),
    (
        "words",
        "## Hold up what counts\n\nA note says what the events show; the marks are the "
        "story.",
    ),
    (
        "code",
        'case.mark(event_id, "what the first finding rests on", tag="finding")\n'
        "tk.chart(case.story())",
    ),
    ("words", "## Hand it over\n\nOne HTML file, which works offline."),
    ("code", 'case.report("{stem}.html", title="{title}")'),
    (
        "words",
        "## Where to go next\n\n`case.trace(event_id)` follows the credential; "
        '`case.bundle("{stem}.zip")` packs\nall that another person needs to '
        "check the findings.",
    ),
]


def write_notebook(name: str, into: Path) -> Path:
    """Write a new notebook, and return its path.

    Raises CommandError for a name that is no file's, and where a file is there already.
    """
    title = name.removesuffix(".ipynb")
    if not _NAME.fullmatch(title):
        raise CommandError(
            f'"{name}" cannot name a notebook. Use letters, digits, blanks, dots, _ '
            "and -: trailkit new notebook payroll-bucket."
        )
    path = into / f"{title}.ipynb"
    try:
        into.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(json.dumps(_notebook(title), indent=1) + "\n")
    except FileExistsError:
        raise CommandError(
            f"{path} is there already. Choose another name, or open it."
        ) from None
    except OSError as error:
        raise CommandError(
            f"{path} cannot be written: {error.strerror}. Name another folder: --into."
        ) from None
    return path


def _notebook(title: str) -> dict[str, Any]:
    said = {"{title}": title, "{stem}": title.replace(" ", "-")}
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {
        "cells": [_cell(n, *each, said) for n, each in enumerate(_CELLS)],
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _cell(number: int, kind: str, text: str, said: dict[str, str]) -> dict[str, Any]:
    for name, value in said.items():
        text = text.replace(name, value)
    cell: dict[str, Any] = {
        "cell_type": "markdown" if kind == "words" else "code",
        "id": f"cell-{number:02}",
        "metadata": {"tags": ["parameters"]} if kind == "parameters" else {},
        "source": text.splitlines(keepends=True),
    }
    return cell if kind == "words" else {**cell, "execution_count": None, "outputs": []}
