"""The commands of the command line, by name."""

from trailkit.commands.ask_commands import ASK, QUERY, TRIAGE
from trailkit.commands.doctoring import DOCTOR
from trailkit.commands.listing import DEMO, LIBRARY
from trailkit.commands.new_question import NEW
from trailkit.commands.reporting import REPORT, VERIFY
from trailkit.commands.table_ddl import DDL

COMMANDS = {
    "demo": DEMO,
    "ask": ASK,
    "query": QUERY,
    "library": LIBRARY,
    "triage": TRIAGE,
    "ddl": DDL,
    "doctor": DOCTOR,
    "new": NEW,
    "report": REPORT,
    "verify": VERIFY,
}
"""In the order of the help."""
