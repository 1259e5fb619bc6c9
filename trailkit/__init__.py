"""trailkit: ask CloudTrail a question, on Athena or over a folder of log files."""

from trailkit import charts
from trailkit.admin.copies import TableCopy
from trailkit.admin.discovery import discover
from trailkit.admin.setup import Setup
from trailkit.charts import chart
from trailkit.connect import athena, demo, local, trino
from trailkit.display.jupyter import install
from trailkit.display.searchable import table
from trailkit.display.sentences import finding, tell
from trailkit.errors import TrailkitError
from trailkit.execution.provenance import Provenance, provenance
from trailkit.history import event_history
from trailkit.scope import Scope

__all__ = [
    "Provenance",
    "Scope",
    "Setup",
    "TableCopy",
    "TrailkitError",
    "athena",
    "chart",
    "charts",
    "demo",
    "discover",
    "event_history",
    "finding",
    "local",
    "provenance",
    "table",
    "tell",
    "trino",
]

install()
del install
