"""Two million log files of 400 accounts in 30 days, worked out when they are asked for.

moto would take gigabytes to hold them. Keys, sizes and the pages of a listing are those
of S3; of the files themselves a few have an event, which the tests' Athena shows where
a statement reads them. One account has a seventh of all files.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tests.support.listed_s3 import ListedS3
from trailkit.tables.layout import Layout
from trailkit.tables.raw import RawTable

BUCKET = "very-many-logs"
ACCOUNTS = tuple(f"{100_000_000_000 + number}" for number in range(400))
REGIONS = ("eu-west-1", "us-east-1")
DAYS = [date(2026, 3, 1) + timedelta(days=number) for number in range(30)]
TABLE = RawTable(
    "security",
    "very_many",
    Layout(BUCKET),
    date(2024, 1, 1),
    accounts=ACCOUNTS,
    regions=REGIONS,
)
SIZE = 1_000
_FOLDERS = len(REGIONS) * len(DAYS)
_MOST, _OTHERS = 5_000, 72
_OF_FIRST = _FOLDERS * _MOST
FILES = _OF_FIRST + (len(ACCOUNTS) - 1) * _FOLDERS * _OTHERS


class Keys(Sequence[str]):
    """All keys, in order."""

    def __len__(self) -> int:
        return FILES

    def __getitem__(self, number: Any) -> Any:
        if number < _OF_FIRST:
            account, rest, each = 0, number, _MOST
        else:
            of_one = _FOLDERS * _OTHERS
            account, rest = divmod(number - _OF_FIRST, of_one)
            account, each = account + 1, _OTHERS
        folder, file = divmod(rest, each)
        region, day = divmod(folder, len(DAYS))
        return (
            f"AWSLogs/{ACCOUNTS[account]}/CloudTrail/{REGIONS[region]}/"
            f"{DAYS[day]:%Y/%m/%d}/{file:05}.json.gz"
        )


@dataclass(frozen=True, slots=True)
class File:
    """An object as moto has it, as far as it is looked at."""

    name: str
    size: int = SIZE
    storage_class: str = "STANDARD"
    status: str = "AVAILABLE"
    encryption: str | None = None
    bucket_key_enabled: bool = False


class Lying:
    """The objects of the bucket, in place of those of moto."""

    def __init__(self, bucket: str) -> None:
        self.bucket = bucket

    def below(self, prefix: str) -> list[File]:
        account, _, _, *day = prefix.split("/")[1:8]
        if date(*map(int, day[:3])) not in DAYS:
            return []
        count = _MOST if account == ACCOUNTS[0] else _OTHERS
        return [File(f"{prefix}{number:05}.json.gz") for number in range(count)]


def lister() -> Any:
    """Return what lists the bucket as S3 does, with the size of each file."""
    listed = ListedS3(Keys())

    def objects(engine: object, **asked: Any) -> dict[str, Any]:
        page = listed.list_objects_v2(**asked)
        for item in page["Contents"]:
            item["Size"] = SIZE
        return page

    return objects


def with_events(every: int) -> Iterator[str]:
    """Return the address of one in so many files: those with an event."""
    keys = Keys()
    for number in range(0, FILES, every):
        yield f"s3://{BUCKET}/{keys[number]}"
