"""Two weeks of ordinary work at Harbour Books. It knows nothing of the story."""

from collections.abc import Callable

from trailkit.demo.routine import (
    aggregates,
    data,
    occasions,
    oddities,
    people,
    pipeline,
    services,
    trends,
    users,
)
from trailkit.demo.scribe import Record, Scribe

PARTS: tuple[Callable[[Scribe], None], ...] = (
    people.work,
    users.work,
    pipeline.run,
    services.run,
    data.flow,
    trends.notice,
    aggregates.count,
    occasions.happen,
    oddities.happen,
)


def records() -> list[Record]:
    """Give the records of the two weeks, part by part."""
    told: list[Record] = []
    for part in PARTS:
        scribe = Scribe(part.__module__)
        part(scribe)
        told += scribe.records
    return told
