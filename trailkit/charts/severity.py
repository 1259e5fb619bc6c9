"""How grave a finding is: its order, its colour and its sign."""

import pandas as pd

SEVERITIES = {
    "critical": "#A33E86",
    "high": "#C2528B",
    "medium": "#8E63CE",
    "low": "#6272D0",
    "info": "#85898E",
}
"""The colours by severity, the gravest first: none is one of an outcome."""

_ALIASES = {"informational": "info", "none": "info", "moderate": "medium"}


def severities(frame: pd.DataFrame) -> pd.Series:
    """Return each row's severity; one that is not known is ``info``."""
    if "severity" not in frame.columns:
        return pd.Series("info", frame.index, object)
    column = frame["severity"].astype(object).map(_known)
    return column.astype(object)


def _known(value: object) -> str:
    name = str(value).strip().lower()
    name = _ALIASES.get(name, name)
    return name if name in SEVERITIES else "info"


def rank(severity: pd.Series) -> pd.Series:
    """Return the place of each severity, 0 for the gravest."""
    return severity.map({name: place for place, name in enumerate(SEVERITIES)})
