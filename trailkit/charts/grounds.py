"""The grounds that a chart can stand on, with the colours of its text and lines."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ground:
    """What a chart stands on: 7 to 1 for text, 4.5 to 1 for quiet text."""

    paper: str
    text: str
    quiet: str
    grid: str
    hover: str


GROUNDS = {
    "light": Ground("#FFFFFF", "#1F2328", "#57606A", "#E4E7EB", "#20242B"),
    "dark": Ground("#111318", "#E6E8EB", "#A7AFBA", "#2B3038", "#2B313B"),
}
"""The grounds by name, as ``use_theme`` takes them."""
