"""Two weeks of ordinary work at Harbour Books. It knows nothing of the story."""

from collections.abc import Callable

from tools.practice_case.record_writer import Record, RecordWriter
from tools.practice_case.routine import (
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

PARTS: tuple[Callable[[RecordWriter], None], ...] = (
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
    """Return the records of the two weeks, part by part."""
    told: list[Record] = []
    for part in PARTS:
        name = part.__module__.rpartition(".")[2]
        writer = RecordWriter(f"trailkit.demo.routine.{name}")
        part(writer)
        told += writer.records
    return told
