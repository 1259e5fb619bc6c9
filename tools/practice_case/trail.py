"""What the organization's trail records: its selectors, and times of silence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tools.practice_case.record_writer import Record, told_time

Selector = dict[str, Any]


def selector(name: str, category: str, **fields: str) -> Selector:
    """Write a selector: a category of events, and what else must hold."""
    wanted = {"eventCategory": category, **fields}
    return {
        "name": name,
        "fieldSelectors": [
            {"field": field.replace("_", "."), "equals": [value]}
            for field, value in wanted.items()
        ],
    }


MANAGEMENT_EVENTS = selector("Management events", "Management")
DATA_EVENTS = (
    selector("Objects", "Data", resources_type="AWS::S3::Object"),
    selector("Tables", "Data", resources_type="AWS::DynamoDB::Table"),
    selector("Functions", "Data", resources_type="AWS::Lambda::Function"),
)
NETWORK_EVENTS = (selector("S3", "NetworkActivity", eventSource="s3.amazonaws.com"),)

RECORDED: list[Selector] = [MANAGEMENT_EVENTS, *DATA_EVENTS, *NETWORK_EVENTS]
"""The selectors of the trail, as they should be."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A time in which the trail records nothing, or only the spared categories.

    Start and end are written as in records; the calls of those seconds are recorded.
    """

    start: str
    end: str
    spared: frozenset[str] = frozenset()

    def covers(self, record: Record) -> bool:
        """Return whether the record is never written."""
        within = self.start < told_time(record) < self.end
        return within and record["eventCategory"] not in self.spared


def heard(records: Iterable[Record], silences: Sequence[Silence]) -> list[Record]:
    """Leave out what falls into a silence."""
    return [
        record
        for record in records
        if not any(silence.covers(record) for silence in silences)
    ]
