"""A report on paper: a PDF, printed by a Chromium on this computer."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from trailkit.errors import ReportError
from trailkit.report import pictures

_SECONDS = 600


def print_pdf(page: Path, target: Path) -> None:
    """Print an HTML file into a PDF, without the network.

    Each chart stands on it as its still picture. Raises ReportError where there is no
    Chromium, and where it prints nothing.
    """
    by_hand = f"The report is {page}: open it in any browser, and print it there."
    browser = pictures.chromium()
    if browser is None:
        raise ReportError(
            "A PDF is printed by Chromium, Chrome or Edge, and this computer has none. "
            + by_hand
        )
    with tempfile.TemporaryDirectory(prefix="trailkit-") as folder:
        printed = Path(folder) / "report.pdf"
        words = ("--no-pdf-header-footer", f"--print-to-pdf={printed}")
        uri = page.absolute().as_uri()
        try:
            pictures.browse(browser, folder, *words, uri, seconds=_SECONDS)
            shutil.copyfile(printed, target)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ReportError(f"{browser} printed no PDF. {by_hand}") from error
