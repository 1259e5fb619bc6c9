"""The commands of what is handed over: ``report`` and ``verify``."""

import argparse
import json
from pathlib import Path
from typing import Any

from trailkit.case import Case
from trailkit.commands.arguments import Command
from trailkit.commands.case_options import add_case, open_case
from trailkit.commands.printing import show, write
from trailkit.errors import CommandError, ReportError
from trailkit.integrity.journal import NAME

_SOURCES = ("evidence", "table", "demo")


def _add_report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("notebook", help="the notebook whose marks are reported")
    parser.add_argument(
        "--out", metavar="FILE", help=".html or .pdf; left out: NOTEBOOK.html"
    )
    parser.add_argument(
        "--journal", metavar="FILE", help=f"left out: {NAME} beside the notebook"
    )
    parser.add_argument(
        "--masked", action="store_true", help="tokens in place of names and addresses"
    )
    parser.add_argument(
        "--key",
        metavar="FILE",
        help="what the tokens stand for; left out: OUT.key.json",
    )
    parser.add_argument("--title", default="", help="left out: the notebook's own")
    add_case(parser)


def _report(given: argparse.Namespace) -> None:
    from trailkit.report import prose
    from trailkit.report.report_file import report

    notebook = Path(given.notebook)
    words = prose.words_of(_cells(notebook))
    title = given.title or _title(words)
    journal = Path(given.journal) if given.journal else notebook.with_name(NAME)
    if not journal.is_file():
        raise CommandError(
            f"There is no journal {journal}. A report is made of the marks that the "
            'notebook sets: case.mark(frame, "what it shows"). Run it, or name the'
            " file: --journal FILE."
        )
    case = open_case(given).journal(journal)
    target = given.out or notebook.with_suffix(".html")
    masking = {"mask": given.masked, "key": given.key}
    write(str(report(case, target, title=title, words=words, **masking)))


def _cells(notebook: Path) -> list[dict[str, Any]]:
    """Read the cells of a notebook."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        return [
            {"cell_type": each["cell_type"], "source": "".join(each["source"])}
            for each in cells
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(
            f"{notebook} cannot be read as a notebook: {error}."
        ) from None


def _title(words: list[str]) -> str:
    """Return the first heading of a notebook."""
    headings = (text.partition("\n")[0] for text in words if text.startswith("# "))
    return next(headings, "# ").removeprefix("# ").strip()


def _add_verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="a report (.html) or a bundle (.zip)")
    add_case(parser)


def _verify(given: argparse.Namespace) -> None:
    from trailkit.report.handing_over import read_bundle
    from trailkit.report.report_file import read_report

    data = _bytes(Path(given.file))
    told = read_bundle(data) if data.startswith(b"PK") else read_report(data)
    write("The file is as it was written: each hash in it fits.")
    _ask_again(told, _case(given))


def _ask_again(told: dict[str, object], case: Case | None) -> None:
    """Ask each question again where the evidence is at hand, and compare."""
    from trailkit.report.report_file import verify_runs

    if case is None:
        write(
            "No question was asked again. With the evidence at hand: "
            "trailkit verify FILE --evidence FOLDER."
        )
        return
    found = verify_runs(case, told)
    show(found)
    if not found["verified"].all():
        wrong = int((~found["verified"]).sum())
        raise ReportError(f"{wrong} of {len(found)} parts could not be verified.")


def _case(given: argparse.Namespace) -> Case | None:
    named = any(getattr(given, name) not in (None, False) for name in _SOURCES)
    return open_case(given) if named else None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:  # a name that no system takes
        why = getattr(error, "strerror", None) or error
        raise CommandError(f"{path} cannot be read: {why}.") from None


REPORT = Command("write the report of a case", _add_report, _report)
VERIFY = Command(
    "verify a report or a bundle, and ask its questions again", _add_verify, _verify
)
