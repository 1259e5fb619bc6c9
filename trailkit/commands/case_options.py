"""The case that a command is about: where its records lie, and its scope."""

import argparse

from trailkit import connect
from trailkit.case import Case
from trailkit.commands.arguments import Listed
from trailkit.errors import CommandError

_SOURCES = (
    "--evidence FOLDER for log files, --table database.table for Athena, or --demo for"
    " the practice case"
)


def add_case(parser: argparse.ArgumentParser) -> None:
    """Add the options that open a case and narrow it."""
    add_questions(parser)
    where = parser.add_argument_group("records (one of these)")
    where.add_argument(
        "--evidence",
        action="append",
        metavar="PATH",
        help="a folder or file of logs; once more for each",
    )
    where.add_argument("--table", help="an Athena table: database.table")
    where.add_argument("--demo", action="store_true", help="the practice case")
    athena = parser.add_argument_group("Athena")
    athena.add_argument("--workgroup", help="the Athena workgroup")
    athena.add_argument("--results", help="the s3:// place of Athena's results")
    athena.add_argument("--profile", help="a profile of the AWS configuration")
    scope = parser.add_argument_group("scope")
    scope.add_argument(
        "--window",
        nargs=2,
        action="append",
        metavar=("START", "END"),
        help="in UTC; a second one narrows the first",
    )
    scope.add_argument(
        "--last",
        action="append",
        metavar="LENGTH",
        help="such as 90m, 12h, 7d: from the end of the window",
    )
    scope.add_argument("--late", metavar="LENGTH", help="also files delivered later")
    scope.add_argument("--account", action=Listed, help="12 digits; several by commas")
    scope.add_argument(
        "--region", action=Listed, help="such as eu-west-1; several by commas"
    )
    scope.add_argument(
        "--people", action="store_true", help="no services, no workloads"
    )


def add_questions(parser: argparse.ArgumentParser) -> None:
    """Add the option for a folder of one's own questions."""
    parser.add_argument(
        "--questions", metavar="FOLDER", help="a folder of your own questions"
    )


def open_case(given: argparse.Namespace) -> Case:
    """Open the case that the options name, and narrow it.

    Raises CommandError without a source, and for two of them: the practice case is
    opened only where it is asked for.
    """
    case = _opened(given)
    for window in given.window or []:
        case = case.window(*window)
    if given.account:
        case = case.accounts(*given.account)
    if given.region:
        case = case.regions(*given.region)
    if given.late:
        case = case.late(given.late)
    if given.people:
        case = case.people()
    for length in given.last or []:
        case = case.last(length)
    return case


def _opened(given: argparse.Namespace) -> Case:
    _require_one_source(given)
    if given.table:
        return connect.athena(
            given.table,
            workgroup=given.workgroup,
            results=given.results,
            profile=given.profile,
            questions=given.questions,
        )
    if given.evidence:
        return connect.local(given.evidence, questions=given.questions)
    return connect.demo(questions=given.questions)


def _require_one_source(given: argparse.Namespace) -> None:
    named = [
        f"--{name}"
        for name in ("evidence", "table", "demo")
        if getattr(given, name) not in (None, False)
    ]
    if not named:
        raise CommandError(f"Which records? Give {_SOURCES}.")
    if len(named) > 1:
        raise CommandError(
            f"{' and '.join(named)} are different records. Give one: {_SOURCES}."
        )
    for option in ("workgroup", "results", "profile"):
        if getattr(given, option) and not given.table:
            raise CommandError(
                f"--{option} is for Athena, and needs --table database.table."
            )
