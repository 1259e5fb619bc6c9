"""The command line: ``python -m trailkit``, for demo, ask, library and ddl."""

import argparse
import sys
from collections.abc import Sequence
from datetime import date

import pandas as pd

import trailkit as tk
from trailkit.case import Case
from trailkit.errors import ParameterError, TrailkitError
from trailkit.export import to_csv, to_parquet
from trailkit.questions.library import load
from trailkit.questions.parameters import from_texts
from trailkit.record import Kind
from trailkit.store import practice_case


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a mistake is one sentence on stderr and exit status 1."""
    given = _parser().parse_args(arguments)
    try:
        given.run(given)
    except TrailkitError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("trailkit", description=tk.__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    _add_demo(commands.add_parser("demo", help="write the practice case"))
    _add_ask(commands.add_parser("ask", help="put a question"))
    _add_library(commands.add_parser("library", help="list the questions"))
    _add_ddl(commands.add_parser("ddl", help="write the DDL of a table for Athena"))
    return parser


def _add_demo(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_demo)


def _demo(_given: argparse.Namespace) -> None:
    print(practice_case.folder())


def _add_library(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("about", nargs="*", help="only those that mention these words")
    parser.set_defaults(run=_library)


def _library(given: argparse.Namespace) -> None:
    _show(load().search(" ".join(given.about))[["name", "title", "parameters"]])


def _add_ask(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", help="its name, such as s3/bucket-deletions")
    parser.add_argument(
        "parameters",
        nargs="*",
        metavar="name=value",
        help="once more for each of a list",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--evidence", nargs="+", help="folders or files of logs")
    where.add_argument("--table", help="an Athena table: database.table")
    parser.add_argument("--workgroup", help="the Athena workgroup")
    parser.add_argument("--results", help="s3:// place of Athena's results")
    parser.add_argument("--window", nargs=2, metavar=("START", "END"), help="in UTC")
    parser.add_argument("--last", help="such as 90m, 12h, 7d")
    parser.add_argument("--account", nargs="+", help="12 digits")
    parser.add_argument("--region", nargs="+", help="such as eu-west-1")
    parser.add_argument("--sql", action="store_true", help="show the SQL, run nothing")
    parser.add_argument("--csv", metavar="FILE", help="write CSV (- for stdout)")
    parser.add_argument("--parquet", metavar="FILE", help="write Parquet")
    parser.set_defaults(run=_ask)


def _ask(given: argparse.Namespace) -> None:
    case = _case(given)
    values = _values(case, given)
    if given.sql:
        print(case.sql(given.question, **values))
        return
    frame = case.ask(given.question, **values)
    if given.csv:
        to_csv(frame, sys.stdout if given.csv == "-" else given.csv)
    if given.parquet:
        to_parquet(frame, given.parquet)
    if not given.csv and not given.parquet:
        _show(frame)


def _case(given: argparse.Namespace) -> Case:
    """Open the practice case, unless evidence or a table is named; narrow it."""
    if given.table:
        case = tk.athena(given.table, workgroup=given.workgroup, results=given.results)
    else:
        case = tk.local(given.evidence) if given.evidence else tk.demo()
    if given.window:
        case = case.window(*given.window)
    if given.last:
        case = case.last(given.last)
    if given.account:
        case = case.accounts(*given.account)
    return case.regions(*given.region) if given.region else case


def _values(case: Case, given: argparse.Namespace) -> dict[str, object]:
    """Read ``name=value`` by the declared types; a list has a value each time."""
    texts: dict[str, list[str]] = {}
    for text in given.parameters:
        name, equals, value = text.partition("=")
        if not equals:
            raise ParameterError(f'"{text}" is no parameter. Write it as name=value.')
        texts.setdefault(name, []).append(value)
    declared = case.questions[given.question].parameters
    types = {parameter.name: parameter.type for parameter in declared}
    return {
        name: from_texts(values, types.get(name, "text"))
        for name, values in texts.items()
    }


def _add_ddl(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("table", help="database.table")
    parser.add_argument("--bucket", required=True, help="the bucket of the trail")
    parser.add_argument("--prefix", default="", help="what stands before AWSLogs/")
    parser.add_argument("--organization", help="o-…, of an organization trail")
    parser.add_argument("--account", nargs="+", help="left out: named in each question")
    parser.add_argument(
        "--region", nargs="+", help="left out: all of the partition aws"
    )
    parser.add_argument("--start", required=True, help="first day of logs: 2024-01-01")
    parser.add_argument("--kind", choices=[*Kind], default=Kind.EVENT, type=Kind)
    parser.set_defaults(run=_ddl)


def _ddl(given: argparse.Namespace) -> None:
    from trailkit.tables import ddl
    from trailkit.tables.layout import Layout
    from trailkit.tables.raw import RawTable
    from trailkit.tables.regions import REGIONS

    database, _, name = given.table.partition(".")
    table = RawTable(
        database,
        name,
        Layout(given.bucket, prefix=given.prefix, organization=given.organization),
        date.fromisoformat(given.start),
        kind=given.kind,
        accounts=tuple(given.account) if given.account else None,
        regions=tuple(given.region) if given.region else REGIONS["aws"],
    )
    print(ddl.create_table(table.definition()) + ";")


def _show(frame: pd.DataFrame) -> None:
    """Print a frame as a table, with control characters made visible."""
    with pd.option_context("display.width", None, "display.max_colwidth", 60):
        print(frame.to_string(index=False))


if __name__ == "__main__":
    sys.exit(main())
