"""Puts records into log files as CloudTrail delivers them: late, doubled, unsorted.

Facts: CloudTrail User Guide, "CloudTrail log file examples" and "Finding your
CloudTrail log files". The folder and the name of a file tell when it was delivered,
never when its events happened.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import msgspec

from tools.practice_case.chance import Chance
from tools.practice_case.organization import (
    ANALYTICS,
    ORGANIZATION,
    PRODUCTION,
    Account,
)
from tools.practice_case.record_writer import FIRST_DAY, Record, told_time
from trailkit.record import FOLDERS, Kind

SLOT = timedelta(minutes=5)
REPEATED = 0.02
KINDS = {
    "Insight": Kind.INSIGHT,
    "NetworkActivity": Kind.NETWORK,
    "Aggregated": Kind.AGGREGATED,
}


@dataclass(frozen=True, slots=True)
class Outage:
    """Hours whose records of an account and region were delivered much later."""

    account: Account
    region: str
    start: datetime
    end: datetime
    delay: timedelta

    def hits(self, place: "Place", when: datetime) -> bool:
        """Return whether a record of that place and time was held back."""
        here = (place.account, place.region) == (self.account.id, self.region)
        return here and self.start <= when < self.end


OUTAGES = (
    Outage(
        PRODUCTION,
        "eu-west-1",
        datetime(2026, 3, 5, 13, tzinfo=UTC),
        datetime(2026, 3, 5, 14, tzinfo=UTC),
        timedelta(hours=52),
    ),
    Outage(
        ANALYTICS,
        "eu-central-1",
        datetime(2026, 3, 12, 0, tzinfo=UTC),
        datetime(2026, 3, 12, 0, 20, tzinfo=UTC),
        timedelta(hours=9),
    ),
)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a record is delivered: kind, account, region and the minute of it."""

    kind: Kind
    account: str
    region: str
    minute: datetime

    def path(self, ending: str) -> str:
        """Return the key of a log file below the bucket.

        >>> minute = datetime(2026, 3, 2, 8, 5)
        >>> Place(Kind.EVENT, "444455556666", "eu-west-1", minute).path("z")
        'AWSLogs/o-.../2026/03/02/444455556666_CloudTrail_eu-west-1_20260302T0805Z_z...'
        """
        folder = f"{self.account}/{FOLDERS[self.kind]}/{self.region}"
        name = f"{self.account}_CloudTrail_{self.region}_{self.minute:%Y%m%dT%H%MZ}"
        day = f"{self.minute:%Y/%m/%d}"
        return f"AWSLogs/{ORGANIZATION}/{folder}/{day}/{name}_{ending}.json.gz"


def files(records: Iterable[Record]) -> Iterator[tuple[str, bytes]]:
    """Return key and text of every log file, repeats included."""
    post = Post()
    places: dict[Place, list[Record]] = {}
    for record in records:
        place, told = post.deliver(record)
        places.setdefault(place, []).append(told)
    for place in sorted(places):
        content = text_of(places[place])
        yield place.path(post.chance.text(16)), content
        if post.chance.happens(REPEATED):
            again = replace(place, minute=place.minute + SLOT)
            yield again.path(post.chance.text(16)), content


class Post:
    """Decides when, hence where, a record is delivered.

    What happens in one minute, account and region is mostly delivered together, some
    minutes later.
    """

    def __init__(self) -> None:
        self.chance = Chance("delivery")
        self._delays: dict[Place, timedelta] = {}

    def deliver(self, record: Record) -> tuple[Place, Record]:
        """Choose the file of a record; what comes late says so in its addendum."""
        account = record.get("recipientAccountId") or record["accountId"]
        when = datetime.fromisoformat(told_time(record))
        kind = KINDS.get(record["eventCategory"], Kind.EVENT)
        place = Place(kind, account, record["awsRegion"], when.replace(second=0))
        delay = self._usual_delay(place)
        for outage in OUTAGES:
            if outage.hits(place, when):
                delay += outage.delay
                record = record | {"addendum": {"reason": "DELIVERY_DELAY"}}
        return replace(place, minute=_next_slot(when + delay)), record

    def _usual_delay(self, place: Place) -> timedelta:
        if place not in self._delays or self.chance.happens(0.05):
            self._delays[place] = timedelta(seconds=self.chance.between(30, 420))
        return self._delays[place]


def _next_slot(when: datetime) -> datetime:
    """Round up to the next slot: files are delivered every five minutes or so."""
    return when + (FIRST_DAY - when) % SLOT


def text_of(records: list[Record]) -> bytes:
    """Return the text of a log file."""
    return msgspec.json.encode({"Records": records})
