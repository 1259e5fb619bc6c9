"""What a usual question costs, and whether it comes to its end."""

from typing import Any

from trailkit.admin.doctor.lines import Lines
from trailkit.admin.doctor.workgroup import timeout_minutes
from trailkit.aws.prices import say_bytes
from trailkit.cost.cost_advice import small_files
from trailkit.cost.estimate import Estimate
from trailkit.engines.athena import AthenaEngine

AREA = "a usual question"

FILES_A_SECOND = 800
"""About so many small files Athena reads in a second, from many prefixes.

(AWS Big Data Blog, "Top 10 performance tuning tips for Amazon Athena": 5,000 files take
six seconds longer than one of the same size.)
"""

_COPY = (
    "Narrow the window, the accounts or the Regions, or make a copy of a table of log "
    "files once: tk.TableCopy(…)."
)


def look_at(
    engine: AthenaEngine, estimate: Estimate, settings: dict[str, Any]
) -> Lines:
    """Return the price of the estimate's days, item by item, and the minutes."""
    lines, bill, usage = Lines(AREA), estimate.bill, estimate.usage
    prices = engine.prices
    say = estimate.say
    items = (
        f"scan {say(bill.scan)}, {usage.gets:,} GET {say(bill.gets)}, {usage.lists:,} "
        f"LIST {say(bill.lists)}, {usage.decrypts:,.0f} Decrypt {say(bill.decrypts)}"
    )
    said = (
        f"{estimate.scope}: {say(bill.total)} for {say_bytes(estimate.bytes)} ({items})"
    )
    dear = " ".join(small_files(estimate.files, usage, bill, prices))
    if dear:
        lines.look("price", f"{said}.", dear)
    else:
        lines.good("price", f"{said}.")
    _cutoff(lines, estimate, settings)
    _minutes(lines, engine, estimate)
    return lines


def _cutoff(lines: Lines, estimate: Estimate, settings: dict[str, Any]) -> None:
    cutoff: int | None = settings.get("BytesScannedCutoffPerQuery")
    if cutoff and estimate.bytes > cutoff:
        lines.stop(
            "cut-off",
            f"the workgroup stops it at {say_bytes(cutoff)}, and bills that.",
            f"Name a workgroup with a higher limit. {_COPY}",
        )


def _minutes(lines: Lines, engine: AthenaEngine, estimate: Estimate) -> None:
    allowed, known = timeout_minutes(engine)
    minutes = estimate.files / FILES_A_SECOND / 60
    of = "its quota" if known else "AWS's default; the quota was not read"
    if minutes > allowed:
        lines.look(
            "time",
            f"about {minutes:,.0f} minutes, and Athena ends a query after {allowed:,} "
            f"({of}).",
            "A question that says what it looks for is asked in slices by account and "
            f"day, and finishes; one that needs every event is not. {_COPY}",
        )
        return
    about = f"about {minutes:,.0f} minutes" if minutes >= 1 else "less than a minute"
    lines.good("time", f"{about}, of {allowed:,} minutes ({of}).")
