"""What trailkit says beside a frame: bounds it took, limits, what no rows mean."""

import sys


def notice(text: str) -> None:
    """Say a sentence to the person at the keyboard.

    In a notebook it stands above the frame; elsewhere it goes to stderr, so that
    output that a program reads stays clean.
    """
    in_notebook = "ipykernel" in sys.modules
    print(text, file=sys.stdout if in_notebook else sys.stderr)
