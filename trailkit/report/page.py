"""A report as one HTML page: nothing fetched, every value escaped, fit for paper."""

import json
import os
from collections.abc import Iterator
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from trailkit.charts import chart
from trailkit.charts.notebook import html_of
from trailkit.display.card import Card, Part
from trailkit.display.cells import missing
from trailkit.display.provenance import KEY
from trailkit.display.reading_table import to_html
from trailkit.display.sentences import finding
from trailkit.errors import ChartError
from trailkit.report import prose
from trailkit.report.contents import Answered, Contents
from trailkit.report.page_style import HEAD, SCRIPT
from trailkit.report.pictures import pictures
from trailkit.visible import block, safe

_ROWS = 100
_FILES = 3_000
_BILLED = ("bytes", "dollars", "seconds", "query_id", "reused")


def page(contents: Contents, data: dict[str, Any]) -> str:
    """Write the page; ``data`` is what ``trailkit verify`` reads of it."""
    charts = _charts(contents)
    stills = pictures([*charts.values()])
    drawn = dict(zip(charts, stills, strict=False))
    sections = [
        _summary(contents),
        _words(contents),
        _story(contents, charts, drawn, bool(stills)),
        *_questions(contents, charts, drawn),
        _unknown(contents),
        _appendix(contents, data),
    ]
    held = json.dumps(data, ensure_ascii=True).replace("<", "\\u003c")
    title = safe(contents.title)
    return (
        f'<!doctype html>\n<html lang="en"><head>{HEAD}<title>{title}</title></head>'
        f"<body><script>{SCRIPT}</script><script>{get_plotlyjs()}</script><main>"
        f"<header><h1>{title}</h1>{_facts(contents)}</header>{''.join(sections)}"
        f'</main><script type="application/json" id="trailkit-report">{held}</script>'
        "</body></html>\n"
    )


def _charts(contents: Contents) -> "dict[int, go.Figure]":
    """Draw the story, which is 0, and each answer that a chart fits."""
    frames = {0: contents.story} | {
        number: each.frame for number, each in enumerate(contents.answered, 1)
    }
    drawn: dict[int, go.Figure] = {}
    for number, frame in frames.items():
        if len(frame):
            try:
                drawn[number] = chart(frame)
            except ChartError:
                continue
    return drawn


def _facts(contents: Contents) -> str:
    files = f"{len(contents.files):,} log files" if len(contents.files) else "a table"
    facts = [
        ("evidence", f"{contents.source} ({files})"),
        ("made", f"{contents.made:%Y-%m-%d %H:%M} UTC by {contents.who or 'unknown'}"),
        ("times", "all in UTC"),
    ]
    rows = "".join(f"<dt>{safe(a)}</dt><dd>{safe(b)}</dd>" for a, b in facts)
    masked = (
        "<p><b>Masked:</b> accounts, names, addresses and keys stand as steady tokens;"
        " what each stands for is in a key file, apart from this report.</p>"
        if contents.masked
        else ""
    )
    return f'<dl class="facts">{rows}</dl>{masked}'


def _summary(contents: Contents) -> str:
    said = "".join(f"<p>{safe(each)}</p>" for each in _paragraphs(contents.summary))
    return (
        f"<section><h2>Summary</h2>{said}<p>{safe(_in_short(contents))}</p></section>"
    )


def _paragraphs(text: str) -> list[str]:
    return [" ".join(each.split()) for each in text.split("\n\n") if each.strip()]


def _in_short(contents: Contents) -> str:
    """Return what was marked and asked; counted from the frames."""
    story, asked = contents.story, len(contents.answered)
    questions = f"{asked} question{'s' if asked != 1 else ''} stand below"
    if story.empty:
        return f"No event is marked. {questions}."
    first, last = story["time"].min(), story["time"].max()
    who = story["actor"].nunique()
    return (
        f"{len(story):,} events are marked, by {who:,} "
        f"identit{'ies' if who != 1 else 'y'}, from {first:%Y-%m-%d %H:%M:%S} to "
        f"{last:%Y-%m-%d %H:%M:%S} UTC. {questions}, each with its answer."
    )


def _words(contents: Contents) -> str:
    """Return what the notebook says between its answers, folded."""
    said = prose.html(contents.words)
    if not said:
        return ""
    return f'<section id="words">{_fold("The notebook, in words", said)}</section>'


def _story(contents: Contents, charts: Any, drawn: dict[int, str], stills: bool) -> str:
    if contents.story.empty:
        return ""
    without = (
        ""
        if stills
        else '<p class="no-script">The charts need scripts: this report was made where '
        "no browser could draw static pictures. The tables hold the same.</p>"
    )
    shown = contents.story.drop(columns=["message", "datetime", "timestamp_desc"])
    return (
        f'<section id="story"><h2>The story</h2>{without}{_drawn(0, charts, drawn)}'
        f"{_list(shown)}{to_html(shown, 1_000)}</section>"
    )


def _list(story: pd.DataFrame) -> str:
    """Write the marks as a list that is read from the top down."""
    notes = story.groupby("note", sort=False)
    items = "".join(_item(str(note), events) for note, events in notes)
    return f'<ol class="story">{items}</ol>'


def _item(note: str, events: pd.DataFrame) -> str:
    first = events.iloc[0]
    more = f" (and {len(events) - 1:,} more)" if len(events) > 1 else ""
    tag = "" if missing(first["tag"]) else first["tag"]
    tagged = f' <span class="tag">{safe(tag)}</span>' if tag else ""
    time = first["time"]
    when = "no time" if missing(time) else f"{time:%Y-%m-%d %H:%M:%S}"
    return (
        f"<li><time>{when}</time>{tagged} <b>{safe(note)}</b><br>"
        f"{safe(first['actor'])}: {safe(first['action'])}, {safe(first['outcome'])}"
        f"{more}</li>"
    )


def _drawn(number: int, charts: Any, drawn: dict[int, str]) -> str:
    if number not in charts:
        return ""
    words = safe(charts[number].layout.meta["words"])
    still = drawn.get(number)
    image = f'<img class="still" alt="{words}" src="{safe(still)}">' if still else ""
    return f'<div class="chart">{html_of(charts[number])}{image}</div>'


def _questions(contents: Contents, charts: Any, drawn: dict[int, str]) -> Iterator[str]:
    for number, each in enumerate(contents.answered, 1):
        run, frame = each.run, each.frame
        remark = f'<p class="warn">{safe(each.remark)}</p>' if each.remark else ""
        said = finding(frame).removeprefix(str(run.get("title", ""))).strip()
        lines = "".join(f"<li>{safe(text)}</li>" for text in said.split("\n") if text)
        yield (
            f'<section id="q{number}"><h2>{safe(run.get("title", "A question"))}</h2>'
            f'<p class="quiet">{safe(_asked(run))} · '
            f'<a href="#run{number}">how it was asked</a></p>{remark}'
            f'<ul class="said">{lines}</ul>{_drawn(number, charts, drawn)}'
            f"{to_html(frame, _ROWS) if len(frame) else ''}</section>"
        )


def _asked(run: dict[str, Any]) -> str:
    given = ", ".join(f"{k}={v!r}" for k, v in run.get("parameters", {}).items())
    name = run.get("question") or "ad hoc"
    return f"{name}({given}) in {run.get('scope', 'an unknown scope')}"


def _unknown(contents: Contents) -> str:
    """Return what an empty answer does not show."""
    open_ones = contents.coverage[contents.coverage["state"] != "recorded"]
    kinds = open_ones.groupby("state", sort=False)["need"].nunique()
    counted = "".join(
        f"<li>{safe(state)}: {count:,} kinds of events, in some account or Region</li>"
        for state, count in kinds.items()
    )
    notes = "".join(f"<li>{safe(note)}</li>" for note in contents.notes)
    table = _titled(open_ones, "What was not known to be recorded?")
    return (
        '<section id="unknown"><h2>What could not be known</h2><p>An empty answer '
        "shows that nothing happened only where such events are known to be recorded. "
        f"Elsewhere it shows nothing.</p><ul>{counted}{notes}</ul>"
        f"{_fold('By kind, account and Region', to_html(table, 200))}</section>"
    )


def _titled(frame: pd.DataFrame, title: str) -> pd.DataFrame:
    shown = frame.copy()
    shown.attrs = {KEY: {"title": title, "rows": len(frame)}}
    return shown


def _appendix(contents: Contents, data: dict[str, Any]) -> str:
    runs = "".join(
        _run(number, each) for number, each in enumerate(contents.answered, 1)
    )
    others = _titled(_others(contents), "Which other questions were asked?")
    parts = [
        _fold(
            "Other questions that were asked",
            to_html(others, 500),
        )
        if len(others)
        else "",
        _files(contents, data["files_sha256"]),
        _fold("What the evidence holds", to_html(contents.inventory, 100)),
        _fold("Journal: what was done, and by whom", to_html(contents.journal, 1_000))
        if len(contents.journal)
        else "",
    ]
    return (
        '<section id="appendix"><h2>Appendix: how each answer can be checked</h2>'
        "<p><code>trailkit verify REPORT --evidence FOLDER</code> asks each question "
        "again over the log files, and compares the hashes of the frames; "
        "<code>docs/report.md</code> of trailkit says how such a hash is worked out. "
        f"The evidence is known by <code>{safe(contents.evidence)}</code>.</p>"
        f"{runs}{''.join(parts)}</section>"
    )


def _files(contents: Contents, whole: str) -> str:
    """List the log files as ``sha256sum --check`` reads them."""
    if contents.files.empty:
        return "<p>The evidence is a table: its log files are not listed.</p>"
    names = contents.files["file"].astype(str)
    shown = contents.files.assign(file=_without_folder(names)).head(_FILES)
    pairs = zip(shown["sha256"].fillna("-" * 64), shown["file"], strict=True)
    lines = "\n".join(f"{sha256}  {file}" for sha256, file in pairs)
    rest = f", of which the first {_FILES:,} stand here" if len(names) > _FILES else ""
    said = (
        f"<p>All {len(names):,} files{rest}; the hash over their sorted hashes is "
        f"<code>{safe(whole)}</code>.</p>"
    )
    return _fold(f"{len(names):,} log files", f"{said}<pre>{block(lines)}</pre>")


def _without_folder(names: pd.Series) -> pd.Series:
    """Take off the folder that all files lie in."""
    folders = {name.rpartition("/")[0] for name in names}
    if not all(name.startswith("/") for name in names):
        return names
    return names.str.removeprefix(f"{os.path.commonpath(folders)}/")


def _others(contents: Contents) -> pd.DataFrame:
    rows = [
        [
            *(each["at"][:19].replace("T", " "), each.get("title"), _asked(each)),
            *(each.get("rows"), each.get("sha256")),
        ]
        for each in contents.others
    ]
    return pd.DataFrame(rows, columns=["asked", "title", "question", "rows", "sha256"])


def _fold(title: str, inside: str) -> str:
    return f"<details><summary>{safe(title)}</summary>{inside}</details>"


def _run(number: int, each: Answered) -> str:
    run = each.run
    facts = run.get("facts", {})
    lines: list[Any] = [
        ("question", _asked(run)),
        ("engine", run.get("engine", "unknown")),
        ("asked", str(run.get("started", "unknown"))),
        ("rows", f"{run['rows']:,}"),
        *((name, str(facts[name])) for name in _BILLED if name in facts),
        ("price", "none: local files")
        if "dollars" not in facts
        else ("price in dollars", f"{facts['dollars']:.6f}"),
        ("frame's hash", each.sha256),
    ]
    if run.get("filtered"):
        lines.append("The frame was changed after it was asked: it stands as it was.")
    lines += [f"Note: {note}" for note in run.get("notes", ())]
    parts = [Part("SQL", run["sql"])] if run.get("sql") else []
    card = Card(str(run.get("title", "A question")), lines, parts)
    return f'<div id="run{number}" class="run">{card.html()}</div>'
