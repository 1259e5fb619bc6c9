"""The file of a report: written, read again, and verified against the evidence."""

import hashlib
import json
import re
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
from plotly.offline import get_plotlyjs

from trailkit.errors import ReportError, TrailkitError
from trailkit.integrity.frame_hash import frame_hash, unmarked
from trailkit.integrity.journal import Entry, Journal, fingerprint
from trailkit.progress import keeping, notice
from trailkit.report.contents import Contents, collect, head
from trailkit.report.export import check_target
from trailkit.report.masking import Mask, masked, read_key, write_key
from trailkit.report.page import page
from trailkit.report.pdf import print_pdf
from trailkit.report.reported_case import ReportedCase, ask_again
from trailkit.report.story import kept

_SEAL = "<!-- trailkit seal sha256:{} -->\n"
_SEALED = re.compile(rb"<!-- trailkit seal sha256:([0-9a-f]{64}) -->\n\Z")
_DATA = re.compile(
    r'<script type="application/json" id="trailkit-report">(.*?)</script>', re.DOTALL
)
_NAMES = """
select distinct
    actor, principal_arn, session_name, access_key, source_ip, account,
    json_extract_scalar(request, '$.bucketName') as bucket,
    json_extract_scalar(request, '$.userName') as user_name,
    json_extract_scalar(request, '$.roleName') as role_name,
    json_extract_scalar(request, '$.groupName') as group_name,
    json_extract_scalar(request, '$.functionName') as function_name,
    json_extract_scalar(request, '$.secretId') as secret,
    json_extract_scalar(request, '$.keyId') as kms_key
from events
"""
_TOLD = ("question", "title", "parameters", "select", "bounds", "sql", "rows")


def report(
    case: ReportedCase,
    path: str | Path,
    *,
    title: str = "",
    summary: str = "",
    frames: Iterable[pd.DataFrame] = (),
    mask: bool = False,
    key: str | Path | None = None,
    words: Iterable[str] = (),
) -> Path:
    """Write the report of a case into one HTML file, and return its path.

    Of a ``.pdf`` the HTML file is written beside it. ``words`` are the Markdown cells
    of a notebook; the rest is as in ``case.report``.
    """
    check_target(path)
    asked, journal = Path(path), kept(case)
    target = _html_of(asked)
    contents = collect(case, title, summary, frames, words)
    if mask:
        key_file = Path(key) if key else target.with_name(f"{target.stem}.key.json")
        text = _masked(case, contents, key_file, head(journal))
    else:
        text = sealed(contents, {"journal": head(journal)})
    _write(target, text)
    _tell(journal, target, text, f"Wrote {target} ({len(text) / 1e6:.1f} MB)")
    if asked != target:
        print_pdf(target, asked)
        _tell(journal, asked, asked.read_bytes(), f"Printed {asked}")
    return asked


def _tell(journal: Journal, file: Path, data: bytes, said: str) -> None:
    """Say what was made, with its hash; note it where a journal is kept."""
    sha256 = hash_of(data)
    if journal.path.exists():
        journal.note("reported", file=str(file), sha256=sha256)
    notice(f"{said}, SHA-256 {sha256}.")


def _html_of(asked: Path) -> Path:
    """Return the HTML file of what is asked for; refuse what is neither it nor PDF."""
    if asked.suffix.lower() not in (".html", ".htm", ".pdf"):
        raise ReportError(
            f"A report is an .html or a .pdf file, and {asked.name} is neither. Word "
            f'opens the first: case.report("{asked.with_suffix(".html").name}"). For a '
            "workbook of frames: tk.to_excel(frame, path)."
        )
    return asked.with_suffix(".html") if asked.suffix.lower() == ".pdf" else asked


def _masked(case: ReportedCase, contents: Contents, key: Path, last: Entry) -> bytes:
    """Return the bytes of a masked report, and keep what its tokens stand for."""
    mask = Mask(read_key(key))
    hidden = masked(contents, mask, _identifiers(case))
    text = sealed(hidden, {"journal": last})
    if found := mask.leaks(text.decode().replace(get_plotlyjs(), "")):
        raise ReportError(
            f"{len(found):,} identifiers would stand in the masked report, in a place "
            "that is not masked. Nothing was written. Leave out the frame that holds "
            "them: case.report(…, frames=[…])."
        )
    write_key(key, mask)
    notice(f"What each token stands for is in {key}: keep it apart from the report.")
    return text


def _identifiers(case: ReportedCase) -> pd.DataFrame:
    """Return the names in local files, of which notes may speak."""
    if case.source.needs_window:  # it would cost money
        return pd.DataFrame()
    with keeping():
        return case.query(_NAMES)


def sealed(contents: Contents, more: dict[str, Any]) -> bytes:
    """Return the bytes of a report, the hash of all before it as its last line."""
    body = page(contents, data_of(contents) | more).encode()
    return body + _SEAL.format(hash_of(body)).encode()


def data_of(contents: Contents) -> dict[str, Any]:
    """Return what ``verify`` needs of a report."""
    return {
        "form": 1,
        "trailkit": version("trailkit"),
        "made": contents.made.isoformat(),
        "evidence": contents.evidence,
        "files_sha256": files_hash(contents.files),
        "masked": contents.masked,
        "runs": [
            {name: each.run[name] for name in _TOLD if name in each.run}
            | {"sha256": each.sha256, "filtered": bool(each.run.get("filtered"))}
            for each in contents.answered
        ],
    }


def files_hash(files: pd.DataFrame) -> str:
    """Return the hash of a list of log files: their SHA-256, sorted, a line each."""
    hashes = sorted(files["sha256"].dropna().astype(str))
    return hash_of("".join(f"{each}\n" for each in hashes).encode()) if hashes else ""


def hash_of(data: bytes) -> str:
    """Return the SHA-256 of some bytes in hex."""
    return hashlib.sha256(data).hexdigest()


def read_report(data: bytes) -> dict[str, Any]:
    """Return what a report says of itself; raise ReportError if it was changed."""
    seal = _SEALED.search(data)
    if not seal:
        raise ReportError(
            "This is not a report of trailkit, or its end was cut: the line with its "
            "seal is missing. Verify a file that case.report(…) wrote."
        )
    if hash_of(data[: seal.start()]) != seal[1].decode():
        raise ReportError(
            "The report was changed after it was made: its seal does not fit. Ask for "
            "the file as it was written."
        )
    found = _DATA.search(data.decode("utf-8"))
    if not found:
        raise ReportError("The report holds no list of its questions.")
    return json.loads(found[1])


def verify_runs(case: ReportedCase, told: dict[str, Any]) -> pd.DataFrame:
    """Ask each question again, and compare: columns part, verified, said."""
    if told["masked"]:
        raise ReportError(
            "The report is masked: its questions hold tokens in place of names. The "
            "file is as it was written; ask again with the one that is not masked."
        )
    rows = [_evidence(case, told)]
    rows += [
        (f"question {number}: {run.get('title')}", *_compared(case, run))
        for number, run in enumerate(told["runs"], 1)
    ]
    return pd.DataFrame(rows, columns=["part", "verified", "said"])


def _evidence(case: ReportedCase, told: dict[str, Any]) -> tuple[str, bool, str]:
    same = fingerprint(case.source) == told["evidence"]
    said = "the same log files" if same else "other log files than the report's"
    return ("evidence", same, said)


def _compared(case: ReportedCase, run: Entry) -> tuple[bool, str]:
    if run.get("filtered") or "bounds" not in run:
        return False, "not one question's frame: it cannot be worked out again"
    try:
        with keeping():
            frame = ask_again(case, run)
    except TrailkitError as error:
        return False, f"{type(error).__name__}: {error}"
    found = frame_hash(unmarked(frame))
    if found == run["sha256"]:
        return True, f"{len(frame):,} rows, the same hash"
    return False, f"{len(frame):,} rows, another hash: {found}"


def _write(target: Path, data: bytes) -> None:
    try:
        target.write_bytes(data)
    except OSError as error:
        raise ReportError(
            f"{target} cannot be written: {error.strerror or error}. Name another file."
        ) from None
