"""A seeded sample of the questions, for checks that take long over each of them.

``TRAILKIT_SAMPLE=all`` in the environment takes every one, as ``make soak`` does.
"""

import os
from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import groupby
from typing import TypeVar

from trailkit.questions.library import load
from trailkit.questions.question import Question

WHOLE = os.environ.get("TRAILKIT_SAMPLE") == "all"

T = TypeVar("T")

ALWAYS = {
    "identity/access-key",
    "identity/active",
    "identity/role-assumptions",
    "impairment/cloudtrail",
    "insights/list",
    "overview/event",
    "overview/volume",
    "persistence/iam-changes",
    "resource/history",
    "s3/bucket-deletions",
    "s3/objects-read",
    "signin/console",
}
"""Questions whose shape no other has: other relations, two scans, sums of bytes."""


def sampled(a_topic: int = 1) -> list[Question]:
    """Return so many questions of each topic, the same each time, and some always."""
    questions = list(load())
    if WHOLE:
        return questions
    chosen = set(ALWAYS)
    for _, topic in groupby(questions, key=lambda each: each.name.partition("/")[0]):
        names = sorted((each.name for each in topic), key=_mixed)
        chosen |= set(names[:a_topic])
    return [each for each in questions if each.name in chosen]


def some(items: Iterable[T], one_in: int) -> list[T]:
    """Return every so many of the items, the same each time; whole, all."""
    return [*items] if WHOLE else [*items][::one_in]


def in_turn(name: str, ways: Sequence[T]) -> Sequence[T]:
    """Return one of the ways to ask, the same each time for a name; whole, all."""
    return ways if WHOLE else [ways[int(_mixed(name), 16) % len(ways)]]


def _mixed(name: str) -> str:
    return sha256(name.encode()).hexdigest()
