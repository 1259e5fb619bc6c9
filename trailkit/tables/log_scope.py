"""What a question over a table reaches: log files of which place, accounts, regions."""

import re
from dataclasses import dataclass
from datetime import datetime

from trailkit.errors import TableError
from trailkit.record import Kind
from trailkit.scope import Scope
from trailkit.tables.copied_from import Origin
from trailkit.tables.definition import Definition
from trailkit.tables.layout import Layout
from trailkit.tables.table import Table

_ROOT = re.compile(
    r"s3://(?P<bucket>[^/]+)/(?:(?P<prefix>.+)/)?AWSLogs/"
    r"(?:(?P<organization>o-[a-z0-9]+)/)?(?:(?P<account>[0-9]{12})/)?.*"
)


@dataclass(frozen=True, slots=True)
class LogScope:
    """Log files of one kind below one root, of accounts and regions, within a window.

    No accounts or regions means all that there are; an open window means at present.
    """

    layout: Layout
    kind: Kind = Kind.EVENT
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None


def log_scope(table: Table, definition: Definition, scope: Scope) -> LogScope | None:
    """Return what a scope reaches; None where the table lies in no trail's folders.

    Of a copy it is what the table reaches that it was made of. Raises TableError where
    the copy does not say.
    """
    match = next(filter(None, map(_ROOT.fullmatch, _places(table, definition))), None)
    if match is None:
        return None
    bucket, prefix, organization, account = match.groups()
    try:
        layout = Layout(bucket, prefix or "", organization)
    except TableError:
        return None
    only = (account,) if account else ()
    return LogScope(
        layout,
        table.kind,
        scope.accounts or table.account.values or only,
        () if scope.everywhere else scope.regions or table.region.values or (),
        scope.start,
        scope.end,
    )


def _places(table: Table, definition: Definition) -> list[str]:
    """Return where log files lie that a table shows, as it may say it in two ways."""
    template = definition.properties.get("storage.location.template", "")
    if not table.is_copy:
        return [template, f"{definition.location}/"]
    origin = Origin.of_copy(definition.properties)
    if origin is None:
        raise TableError(
            f"{table.name} does not say here what it was made of, as an Iceberg copy "
            "does not, nor an older one, nor one of a table with partitions by hand, "
            "nor any through Trino; the coverage of the table that was copied tells "
            "what the trails recorded"
        )
    return [origin.place, f"{origin.place}/"]
