"""Draw the pictures of README and docs from the practice case: `make picture`."""

import tempfile
from pathlib import Path
from urllib.parse import unquote

import plotly.graph_objects as go

import trailkit as tk
from trailkit.report.pictures import pictures

FOLDER = Path(__file__).parent
ADDRESS = "203.0.113.77"
BUCKET = "harbour-books-payroll-archive"


def figures() -> dict[str, go.Figure]:
    """Return each picture's chart, by the name of its file."""
    case = tk.demo()
    night = case.window("2026-03-11 23:30", "2026-03-12 02:50")
    deletion = case.ask("s3/bucket-deletions", bucket=BUCKET).iloc[-1]
    with tempfile.TemporaryDirectory() as folder:
        told = night.journal(Path(folder) / "case.jsonl", who="R. Okafor")
        first = told.ask("identity/address", address=ADDRESS)
        told.mark(first.head(1), "first call from the address", tag="entry")
        stopped = told.ask("impairment/cloudtrail").query("action == 'StopLogging'")
        told.mark(stopped[stopped["outcome"] == "success"], "trail stopped")
        told.mark(deletion["event_id"], "payroll archive deleted", tag="impact")
        story = told.story()
    return {
        "address": tk.chart(first),
        "lineage": tk.chart(case.trace(deletion["access_key"])),
        "story": tk.chart(story),
    }


def main() -> None:
    """Draw each as a scalable picture."""
    drawn = figures()
    for name, each in zip(drawn, pictures(list(drawn.values())), strict=True):
        text = unquote(each.partition(",")[2])
        (FOLDER / f"{name}.svg").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
