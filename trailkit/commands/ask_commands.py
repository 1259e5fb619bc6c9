"""The commands that put a question to a case: ``ask``, ``query``, ``triage``."""

import argparse
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pandas as pd

from trailkit.case import Case
from trailkit.commands.arguments import Command
from trailkit.commands.case_options import add_case, open_case
from trailkit.commands.printing import show, write
from trailkit.display.sentences import finding
from trailkit.errors import CommandError
from trailkit.progress import keeping, notice
from trailkit.questions.parameters import from_texts
from trailkit.report import export


def _add_ask(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "words",
        nargs="*",
        metavar="QUESTION name=value",
        help="its name, such as s3/bucket-deletions, and values for it in any order;"
        " once more for each of a list",
    )
    add_case(parser)
    parser.add_argument("--sql", action="store_true", help="show the SQL, run nothing")
    _add_files(parser)


def _add_query(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "select",
        nargs="+",
        metavar="SELECT",
        help="a SELECT over events, in quotes; - reads it from stdin",
    )
    add_case(parser)
    _add_files(parser)


def _add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--csv", metavar="FILE", help="write CSV (- for stdout)")
    parser.add_argument("--parquet", metavar="FILE", help="write Parquet")


def _ask(given: argparse.Namespace) -> None:
    _check_files(given)
    name, values = _question(given.words)
    case = open_case(given)
    typed = _typed(case, name, values)
    if given.sql:
        write(case.sql(name, **typed))
    else:
        _hand_over(lambda: case.ask(name, **typed), given)


def _query(given: argparse.Namespace) -> None:
    _check_files(given)
    select, *rest = given.select
    if rest:
        raise CommandError(
            f'"{rest[0]}" stands after the SELECT. Put the whole of it in quotes: '
            'trailkit query --demo "select count(*) as n from events".'
        )
    text = sys.stdin.read() if select == "-" else select
    case = open_case(given)
    _hand_over(lambda: case.query(text), given)


def _triage(given: argparse.Namespace) -> None:
    _check_files(given)
    frame = open_case(given).triage()
    _deliver(frame, given)
    if frame.empty:
        notice("No findings in this scope.")


def _add_triage(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    _add_files(parser)


def _check_files(given: argparse.Namespace) -> None:
    """Refuse a file that cannot be written before anything is read or billed."""
    if given.parquet == "-":
        raise CommandError("Parquet needs a file: --parquet answer.parquet.")
    for path in (given.csv, given.parquet):
        if path is not None and path != "-":
            export.check_target(path)


def _hand_over(ask: Callable[[], pd.DataFrame], given: argparse.Namespace) -> None:
    """Ask, write or print the frame, and say what it holds; each sentence once."""
    with keeping() as said:
        frame = ask()
    _deliver(frame, given)
    held = finding(frame) if len(frame) else ""
    for text in [held, *(each for each in said if each not in held)]:
        if text:
            notice(text)


def _deliver(frame: pd.DataFrame, given: argparse.Namespace) -> None:
    """Write the files that were asked for, or print a table."""
    if given.parquet:
        export.to_parquet(frame, given.parquet)
    if given.csv == "-":
        export.to_csv(frame, text := StringIO())
        write(text.getvalue().removesuffix("\n"))
    elif given.csv:
        export.to_csv(frame, given.csv)
    if not given.csv and not given.parquet and len(frame):
        show(frame)


def _question(words: list[str]) -> tuple[str, dict[str, list[str]]]:
    """Tell the question's name from the values that are given for it."""
    names = [word for word in words if "=" not in word]
    if not names:
        raise CommandError("Which question? trailkit library lists them all.")
    if len(names) > 1 and "/" in names[1]:
        raise CommandError(
            f'"{names[0]}" and "{names[1]}" are two questions. Ask one at a time.'
        )
    if len(names) > 1:
        raise CommandError(
            f'"{names[1]}" is neither a question nor an option\'s value. Write a'
            " parameter as name=value, and an option once more for each value."
        )
    values: dict[str, list[str]] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if equals:
            values.setdefault(name, []).append(value)
    return names[0], values


def _typed(case: Case, name: str, values: dict[str, list[str]]) -> dict[str, object]:
    """Read values by the declared types; a list has a value each time, or ``@file``."""
    declared = case.questions[name].parameters
    types = {parameter.name: parameter.type for parameter in declared}
    return {
        each: _from_file(texts, types.get(each, "text"))
        or from_texts(texts, types.get(each, "text"))
        for each, texts in values.items()
    }


def _from_file(texts: list[str], type: str) -> Path | None:
    """Return the file that ``@file`` names, where a list is asked for."""
    listed = type.startswith("list of ") and len(texts) == 1
    return Path(texts[0][1:]) if listed and texts[0].startswith("@") else None


ASK = Command("put a question of the library", _add_ask, _ask)
TRIAGE = Command("list what must be seen first", _add_triage, _triage)
QUERY = Command("run a SELECT of your own over the lens", _add_query, _query)
