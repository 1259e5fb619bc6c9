"""Golden files: whole texts, to be reviewed where they change.

``TRAILKIT_GOLDEN=write`` in the environment writes them anew.
"""

import os
from pathlib import Path

GOLDEN = Path(__file__).parents[1] / "golden"


def compare(name: str, text: str) -> None:
    """Compare a text with its golden file, or write the file."""
    path = GOLDEN / name
    if os.environ.get("TRAILKIT_GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text + "\n"
