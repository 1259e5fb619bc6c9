"""What a question over a table reaches: log files of which place, accounts, regions."""

import re
from dataclasses import dataclass
from datetime import datetime

from trailkit.errors import TableError
from trailkit.record import Kind
from trailkit.scope import Scope
from trailkit.tables.definition import Definition
from trailkit.tables.layout import Layout
from trailkit.tables.table import Table

_ROOT = re.compile(
    r"s3://(?P<bucket>[^/]+)/(?:(?P<prefix>.+)/)?AWSLogs/"
    r"(?:(?P<organization>o-[a-z0-9]+)/)?(?:(?P<account>[0-9]{12})/)?.*"
)


@dataclass(frozen=True, slots=True)
class Reach:
    """Log files of one kind below one root, of accounts and regions, within a window.

    No accounts or regions means all that there are; an open window means at present.
    """

    layout: Layout
    kind: Kind = Kind.EVENT
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None


def reach(table: Table, definition: Definition, scope: Scope) -> Reach | None:
    """Give what a scope reaches; None where the table lies in no trail's folders."""
    template = definition.properties.get("storage.location.template", "")
    match = _ROOT.fullmatch(template) or _ROOT.fullmatch(f"{definition.location}/")
    if match is None:
        return None
    bucket, prefix, organization, account = match.groups()
    try:
        layout = Layout(bucket, prefix or "", organization)
    except TableError:
        return None
    only = (account,) if account else ()
    return Reach(
        layout,
        table.kind,
        scope.accounts or table.account.values or only,
        () if scope.everywhere else scope.regions or table.region.values or (),
        scope.start,
        scope.end,
    )
