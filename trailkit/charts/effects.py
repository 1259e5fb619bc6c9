"""What a call did to a resource, as a chart tells effects apart."""

import re

import pandas as pd

from trailkit.charts.outcome import OUTCOMES, Outcome

_VERBS = {
    "deleted": "Delete|Remove|Terminate|Purge|Schedule|Disable|Stop|Deregister|Detach",
    "created": "Create|Run|Register|Allocate|Copy|Import|Request|Upload",
    "read": "Get|List|Describe|Head|Lookup|Search|Batch|Select|Decrypt|Query|Scan|View",
}
_DELETED, _CREATED, _READ = (
    re.compile(f"(?:{verbs})(?![a-z])") for verbs in _VERBS.values()
)

EFFECTS = {
    each.name: each
    for each in (
        Outcome("deleted", "#C2528B", "x", "x"),
        Outcome("changed", "#8E63CE", "diamond", ""),
        Outcome("created", "#6272D0", "triangle-up", "+"),
        Outcome("read", "#1A8A8A", "circle", "."),
        Outcome("refused", OUTCOMES["denied"].colour, "x-thin", "/"),
        Outcome("unknown", OUTCOMES["unknown"].colour, "square", "\\"),
    )
}
"""The effects by name, the gravest first; what was denied or failed had none."""


def effect(action: object) -> str:
    """Return what an action does when it succeeds: deletes, creates, reads or changes.

    >>> effect("DeleteBucket"), effect("PutBucketPolicy"), effect("GetObject")
    ('deleted', 'changed', 'read')
    """
    name = str(action)
    for pattern, said in (
        (_DELETED, "deleted"),
        (_CREATED, "created"),
        (_READ, "read"),
    ):
        if pattern.match(name):
            return said
    return "changed"


def effects(actions: pd.Series, outcomes: pd.Series) -> pd.Series:
    """Return the effect of each event, by its action and its outcome."""
    found = actions.map({action: effect(action) for action in actions.unique()})
    refused = outcomes.isin(["denied", "failed"])
    return found.mask(refused, "refused").mask(outcomes == "unknown", "unknown")
