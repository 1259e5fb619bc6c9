"""The bundle of a case: all that another person needs to check it, in one archive."""

import io
import json
import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from trailkit.errors import ReportError
from trailkit.integrity import frame_hash, verify_bundle
from trailkit.integrity.local_digests import kept as kept_validation
from trailkit.progress import notice
from trailkit.report.contents import Contents, collect, head
from trailkit.report.export import check_target, to_csv
from trailkit.report.report_file import data_of, hash_of, sealed
from trailkit.report.reported_case import ReportedCase
from trailkit.report.story import kept

_LIBRARIES = ("trailkit", "duckdb", "pandas", "pyarrow", "sqlglot", "plotly")
_README = """\
{title}

This archive is the result of an investigation of AWS CloudTrail logs, so that someone
else can check it. It was made on {made} UTC by {who}.

Begin with report.html: open it in any browser; it needs no network. It holds the
summary, the story, each question with its answer, and what could not be known.

What else is here

  manifest.json    the name, size and SHA-256 of every part
  journal.jsonl    what was done and when, each line with the hash of the one before
  story.csv        the events that were marked (it opens in Timesketch); as Parquet too
  questions.json   each question: parameters, scope, SQL, engine, and its frame's hash
  frames/          the answer to each question as CSV, Parquet, and rows for hashing
  sql/             the SQL of each question, as it ran
  evidence/        the log files with their SHA-256 (the files are not in here), what
                   they hold, what was known to be recorded{digests}
  versions.json    the programs that were used

How to check it

1. Nothing was changed since: run, with Python 3.11 or newer and nothing else,

       python3 -I -S verify_bundle.py {name}

   with the script out of the archive, or one that you have from elsewhere. It prints
   the bundle's own hash: compare it with the one that you were told by another way.
   Whoever can change a bundle can also make a new one; only that comparison shows it.

2. The answers are right: with the log files at hand and trailkit installed, run

       trailkit verify {name} --evidence FOLDER

   It asks every question again and compares the hashes of the answers.

A cell of a CSV that a spreadsheet would run begins with an apostrophe. Parquet and rows
hold the values as they are in the logs: treat them as hostile text.
"""


def bundle(
    case: ReportedCase,
    path: str | Path,
    title: str = "",
    summary: str = "",
    frames: Iterable[pd.DataFrame] = (),
) -> Path:
    """Write the bundle of a case, and return its path."""
    check_target(path)
    target, journal = Path(path), kept(case)
    contents = collect(case, title, summary, frames)
    told = {"journal": head(journal)}
    parts = _parts(contents, told, target.name)
    if journal.path.exists():
        parts["journal.jsonl"] = journal.path.read_bytes()
    digests = _digests(case)
    if digests is not None:
        parts["evidence/digests.csv"] = _csv(digests)
    try:
        data = verify_bundle.archive(dict(sorted(parts.items())))
        target.write_bytes(data)
    except (OSError, ValueError) as error:
        raise ReportError(f"{target} cannot be written: {error}.") from None
    own = hash_of(verify_bundle.check(data)[0][verify_bundle.MANIFEST])
    if journal.path.exists():
        journal.note("bundled", file=str(target), sha256=own)
    notice(
        f"Wrote {target} ({len(data) / 1e6:.1f} MB). Its hash is {own}: tell it to the "
        "receiver by another way."
    )
    return target


def read_bundle(data: bytes) -> dict[str, Any]:
    """Return what a bundle says of its questions; raise ReportError if changed."""
    parts, faults = verify_bundle.check(data)
    if faults:
        raise ReportError(" ".join(faults))
    return json.loads(parts["questions.json"])


def _parts(contents: Contents, told: dict[str, Any], name: str) -> dict[str, bytes]:
    data = data_of(contents) | told
    parts = {
        "README.txt": _readme(contents, name),
        "verify_bundle.py": Path(verify_bundle.__file__).read_bytes(),
        "report.html": sealed(contents, told),
        "versions.json": _json(_versions()),
        "story.csv": _csv(contents.story),
        "story.parquet": _parquet(contents.story),
        "evidence/files.csv": _csv(contents.files),
        "evidence/inventory.csv": _csv(contents.inventory),
        "evidence/coverage.csv": _csv(contents.coverage),
    }
    for number, each in enumerate(contents.answered, 1):
        place = f"frames/{number:02}-{_stem(each.run)}"
        plain = frame_hash.unmarked(each.frame)
        rows = "".join(f"{row}\n" for row in frame_hash.lines(plain))
        parts[f"{place}.csv"] = _csv(each.frame)
        parts[f"{place}.parquet"] = _parquet(each.frame)
        parts[f"{place}.rows"] = rows.encode()
        data["runs"][number - 1]["rows_file"] = f"{place}.rows"
        if "sql" in each.run:
            sql = f"{each.run['sql'].rstrip()}\n"
            parts[f"sql/{number:02}-{_stem(each.run)}.sql"] = sql.encode()
    return {**parts, "questions.json": _json(data)}


def _stem(run: dict[str, Any]) -> str:
    return str(run.get("question") or "ad-hoc").replace("/", "_")


def _readme(contents: Contents, name: str) -> bytes:
    digests = ",\n                   and what CloudTrail's digests prove"
    return _README.format(
        title=contents.title,
        made=f"{contents.made:%Y-%m-%d %H:%M}",
        who=contents.who or "an unnamed analyst",
        name=name,
        digests="" if contents.files.empty else digests,
    ).encode("utf-8", "replace")


def _versions() -> dict[str, str]:
    libraries = {name: version(name) for name in _LIBRARIES}
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        **libraries,
    }


def _digests(case: ReportedCase) -> pd.DataFrame | None:
    """Return what digests prove of local files; a table has none at hand."""
    if case.source.needs_window:
        return None
    known = kept_validation(case.source)
    return known.frame() if known else case.evidence.digests(progress=False)


def _json(content: Any) -> bytes:
    return f"{json.dumps(content, indent=1, sort_keys=True)}\n".encode()


def _csv(frame: pd.DataFrame) -> bytes:
    to_csv(frame, text := io.StringIO())
    return text.getvalue().encode("utf-8", "replace")


def _parquet(frame: pd.DataFrame) -> bytes:
    frame = frame.copy()
    frame.attrs = {}
    frame.to_parquet(held := io.BytesIO(), index=False, compression="zstd")
    return held.getvalue()
