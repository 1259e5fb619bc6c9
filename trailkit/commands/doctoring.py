"""The command ``doctor``: what works of a table on Athena, and what does not."""

import argparse
from pathlib import Path

from trailkit import connect
from trailkit.commands.arguments import Command, Listed
from trailkit.commands.printing import write


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("table", help="database.table")
    parser.add_argument("--workgroup", help="the Athena workgroup")
    parser.add_argument("--results", help="the s3:// place of Athena's results")
    parser.add_argument("--profile", help="a profile of the AWS configuration")
    parser.add_argument("--account", action=Listed, help="12 digits; several by commas")
    parser.add_argument("--window", nargs=2, metavar=("START", "END"), help="in UTC")
    parser.add_argument(
        "--json", metavar="FILE", help="write the page without your names, to hand on"
    )


def _run(given: argparse.Namespace) -> None:
    case = connect.athena(
        given.table,
        workgroup=given.workgroup,
        results=given.results,
        profile=given.profile,
    )
    case = case.accounts(*given.account) if given.account else case
    case = case.window(*given.window) if given.window else case
    found = case.table.doctor()
    write(str(found))
    if given.json:
        Path(given.json).write_text(f"{found.to_json()}\n", encoding="utf-8")


DOCTOR = Command("say what works of a table on Athena, and what does not", _add, _run)
