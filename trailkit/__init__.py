"""trailkit: ask CloudTrail a question, on Athena or over a folder of log files."""

from trailkit import charts
from trailkit.charts import chart
from trailkit.copying import TableCopy
from trailkit.deployment import Setup
from trailkit.discovery import discover
from trailkit.errors import TrailkitError
from trailkit.finding import finding, tell
from trailkit.history import event_history
from trailkit.opening import athena, demo, local, trino
from trailkit.provenance import Provenance, provenance
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
    "tell",
    "trino",
]
