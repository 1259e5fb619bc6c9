"""How many modules of trailkit one ask goes through, counted by a profiler."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import FrameType
from typing import Any

from tests.support.records_made import case_of, record
from tests.test_checking import DAY, published, url
from trailkit.case import Case

QUESTION = "s3/bucket-deletions"


@contextmanager
def visited() -> Iterator[set[str]]:
    """Collect the modules of trailkit in which a function is called."""
    seen = set[str]()

    def note(frame: FrameType, event: str, _: Any) -> None:
        name = frame.f_globals.get("__name__", "")
        if event == "call" and name.startswith("trailkit."):
            seen.add(name)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield seen
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def asked(case: Case) -> list[str]:
    """Ask twice, and return the modules that the second goes through."""
    case.ask(QUESTION)
    with visited() as seen:
        assert len(case.ask(QUESTION)) == 1
    print(f"\n{len(seen)} modules:", *sorted(seen), sep="\n  ")
    return sorted(seen)


DELETION = record("DeleteBucket", "s3", requestParameters={"bucketName": "payroll"})


def test_an_ask_of_local_logs_goes_through_few_modules(tmp_path):
    assert len(asked(case_of(tmp_path, [DELETION]))) <= 38


def test_an_ask_on_athena_goes_through_few_modules(athena):
    case = published(athena, [(url(), DELETION)])
    assert len(asked(case.window(DAY, DAY + timedelta(days=1)))) <= 60
