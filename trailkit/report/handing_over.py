"""The bundle of a case: all that another person needs to check it, in one archive."""

import io
import json
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from trailkit.errors import ReportError
from trailkit.integrity import frame_hash, verify_bundle
from trailkit.integrity.acquisition_check import LISTS, acquired_folders
from trailkit.integrity.local_digests import kept as kept_validation
from trailkit.progress import notice
from trailkit.record import Kind
from trailkit.report.contents import Contents, collect, head
from trailkit.report.export import check_target, to_csv
from trailkit.report.report_file import data_of, hash_of, sealed
from trailkit.report.reported_case import ReportedCase
from trailkit.report.story import kept

_LIBRARIES = ("trailkit", "duckdb", "pandas", "pyarrow", "sqlglot", "plotly")
_README = """\
{title}

This archive holds what an investigation found in the logs of AWS CloudTrail, so that
someone else can read it and check it. CloudTrail is the record that Amazon Web Services
keeps of what was done in an account: by whom, when, from where.

Made      {made} UTC by {who}, with trailkit {version}
Examined  {source}{counted}
Times     all in UTC

Begin with report.html: open it in any browser; it needs no network. It holds the
summary, the story, each question with its answer, and what could not be known.

What is in it

  report.html       the page to read first
  story.csv         the events that matter, each with a note; story.parquet is the same
  story.parquet     for programs
  journal.jsonl     what was done, by whom and when; a changed or missing line is found
  questions.json    each question: how it was put, and the hash of its answer
  frames/           the answer to each question as CSV, Parquet, and rows for hashing
  sql/              the SQL of each question, as it ran
  evidence/         what the logs hold, and what is known to have been recorded{lists}
  versions.json     the programs that were used
  manifest.json     the name, size and SHA-256 of every part
  manifest.sha256   the SHA-256 of manifest.json: the bundle's own hash
  verify_bundle.py  the program that checks this archive

A SHA-256, or hash, is a fingerprint of 64 digits: what differs by a letter has another.

How to check it

1. Nothing was changed since: run, with Python 3.11 or newer and nothing else,

       python3 -I -S verify_bundle.py {name}

   with the program out of the archive, or one that you have from elsewhere. It prints
   the bundle's own hash: compare it with the one that you were told by another way.
   Whoever can change a bundle can also make a new one; only that comparison shows it.

2. The answers are right: with the logs at hand and trailkit {version} installed, run

       trailkit verify {name} {evidence}

   It asks every question again and compares the hashes of the answers.

What it does not show

- What no log recorded. evidence/coverage.csv says of each hour whether an empty answer
  means that nothing happened.
- That the logs are as AWS wrote them. {genuine}
- Who sat at the keyboard. Logs name keys, roles and addresses, which can be stolen.

A cell of a CSV that a spreadsheet would run begins with an apostrophe. Parquet and rows
hold the values as they are in the logs: treat them as hostile text.
"""
_FILES = """;
                    files.csv lists the log files with their SHA-256 (the files are not
                    in here), digests.csv what AWS's own signatures prove of them"""
_ACQUIRED = """;
                    acquisition-1/ says where each file was fetched, by whom and when"""
_SIGNED = """Where AWS signed them, evidence/digests.csv says
  what its signatures prove, what they do not, and what they accuse."""
_UNSIGNED = """They were read from a table, and nothing in this
  archive proves its files."""


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
    parts = _parts(contents, told)
    if journal.path.exists():
        parts["journal.jsonl"] = journal.path.read_bytes()
    if not case.source.needs_window:
        parts |= _of_files(case, contents)
    table = case.source.name(Kind.EVENT)
    parts["README.txt"] = _readme(contents, target.name, table, parts)
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


def _parts(contents: Contents, told: dict[str, Any]) -> dict[str, bytes]:
    data = data_of(contents) | told
    parts = {
        "verify_bundle.py": Path(verify_bundle.__file__).read_bytes(),
        "report.html": sealed(contents, told),
        "versions.json": _json(_versions()),
        "story.csv": _csv(contents.story),
        "story.parquet": _parquet(contents.story),
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


def _readme(
    contents: Contents, name: str, table: str, parts: Mapping[str, bytes]
) -> bytes:
    """Say in plain words what is in it, how to check it, and what it does not show."""
    local = "evidence/files.csv" in parts
    acquired = any(each.startswith("evidence/acquisition-") for each in parts)
    return _README.format(
        title=contents.title,
        made=f"{contents.made:%Y-%m-%d %H:%M}",
        who=contents.who or "an unnamed analyst",
        version=version("trailkit"),
        source=contents.source,
        counted=f", {len(contents.files):,} files" if local else "",
        name=name,
        evidence="--evidence FOLDER" if local else f"--table {table} --workgroup NAME",
        lists=_FILES * local + _ACQUIRED * acquired,
        genuine=_SIGNED if local else _UNSIGNED,
    ).encode("utf-8", "replace")


def _versions() -> dict[str, str]:
    libraries = {name: version(name) for name in _LIBRARIES}
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        **libraries,
    }


def _of_files(case: ReportedCase, contents: Contents) -> dict[str, bytes]:
    """Return what is known of local files: hashes, digests, who fetched them."""
    known = kept_validation(case.source)
    digests = known.frame() if known else case.evidence.digests(progress=False)
    parts = {
        "evidence/files.csv": _csv(contents.files),
        "evidence/digests.csv": _csv(digests),
    }
    for number, folder in enumerate(acquired_folders(case.source.paths), 1):
        for name in LISTS:
            if (folder / name).is_file():
                place = f"evidence/acquisition-{number}/{name}"
                parts[place] = (folder / name).read_bytes()
    return parts


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
