"""trailkit: ask CloudTrail a question, on Athena or over a folder of log files."""

from typing import TYPE_CHECKING, Any

from trailkit import charts
from trailkit.admin.copies import TableCopy
from trailkit.admin.discovery import discover
from trailkit.admin.setup import Setup, acquisition_policy
from trailkit.aws.access_key import account_of
from trailkit.charts import chart
from trailkit.connect import athena, demo, local, trino
from trailkit.display.amounts import amount
from trailkit.display.enrichment import enrich
from trailkit.display.jupyter import install
from trailkit.display.picking import earliest, latest
from trailkit.display.provenance import Provenance, provenance
from trailkit.display.searchable import table
from trailkit.display.sentences import finding, tell
from trailkit.errors import TrailkitError
from trailkit.history import event_history
from trailkit.integrity import acquire, digests
from trailkit.report.excel import to_excel
from trailkit.report.explorer import explore
from trailkit.report.export import to_csv
from trailkit.report.interchange import to_navigator, to_ocsf, to_stix, to_timesketch
from trailkit.report.one_event import show
from trailkit.scope import Scope
from trailkit.tables.raw import ddl

if TYPE_CHECKING:
    from trailkit.case import Case

__all__ = [
    "Case",
    "Provenance",
    "Scope",
    "Setup",
    "TableCopy",
    "TrailkitError",
    "account_of",
    "acquire",
    "acquisition_policy",
    "amount",
    "athena",
    "chart",
    "charts",
    "ddl",
    "demo",
    "digests",
    "discover",
    "earliest",
    "enrich",
    "event_history",
    "explore",
    "finding",
    "latest",
    "local",
    "provenance",
    "show",
    "table",
    "tell",
    "to_csv",
    "to_excel",
    "to_navigator",
    "to_ocsf",
    "to_stix",
    "to_timesketch",
    "trino",
]

install()
del install


def __getattr__(name: str) -> Any:
    """Import ``Case`` when it is first named: it stands on DuckDB and sqlglot."""
    if name != "Case":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from trailkit.case import Case

    return Case


def __dir__() -> list[str]:
    """List ``Case`` for completion as well."""
    return sorted({*globals(), *__all__})
