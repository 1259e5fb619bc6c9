"""The command ``ddl``: the statement that makes a table on Athena."""

import argparse

from trailkit.commands.arguments import Command, Listed
from trailkit.commands.printing import write
from trailkit.record import Kind
from trailkit.tables.raw import ddl


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("table", help="database.table")
    parser.add_argument("--bucket", required=True, help="the bucket of the trail")
    parser.add_argument("--prefix", default="", help="what stands before AWSLogs/")
    parser.add_argument("--organization", help="o-…, of an organization trail")
    parser.add_argument(
        "--account", action=Listed, help="left out: named in each question"
    )
    parser.add_argument(
        "--region", action=Listed, help="left out: all of the partition aws"
    )
    parser.add_argument("--start", required=True, help="first day of logs: 2024-01-01")
    parser.add_argument("--kind", choices=[*map(str, Kind)], default="event")


def _run(given: argparse.Namespace) -> None:
    text = ddl(
        given.table,
        bucket=given.bucket,
        start=given.start,
        prefix=given.prefix,
        organization=given.organization,
        accounts=given.account,
        regions=given.region,
        kind=given.kind,
    )
    write(text + ";")


DDL = Command("write the DDL of a table for Athena", _add, _run)
