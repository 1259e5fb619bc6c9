"""A query that would take all of the memory ends with a sentence, and quickly."""

import time

import pytest

from trailkit.case import Case
from trailkit.engines import memory
from trailkit.errors import QueryFailed, UnsupportedSQL

HUGE = (
    "select lpad(action, 2000000000, 'x') as a from events",
    "select rpad(action, 2000000000, 'x') as a from events",
    "select rpad(action, cardinality(resources) * 1000000000, 'x') as a from events",
    "select lpad(action, -1, 'x') as a from events",
    "select array_join(transform(split(request, ''), x -> lpad(x, 5000, 'x')), '') as a"
    " from events",
    "select repeat(action, 2000000000) as a from events",
    "select sequence(1, 2000000000) as a from events",
)


@pytest.mark.parametrize("select", HUGE)
def test_what_would_make_texts_of_gigabytes_is_refused(
    practice_case: Case, select: str
) -> None:
    with pytest.raises(UnsupportedSQL):
        practice_case.query(select)


def test_a_query_that_takes_more_than_is_free_is_stopped(
    practice_case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "_SHARE", 0.002)
    begun = time.monotonic()
    with pytest.raises(QueryFailed, match="more memory than this machine has free"):
        practice_case.query(
            "select array_sort(array_agg(concat(a.request, b.user_agent))) as a "
            "from events as a cross join events as b"
        )
    assert time.monotonic() - begun < 60


def test_what_nobody_knows_is_not_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_MEMINFO", memory.Path("/proc/none"))
    assert memory.Room().bytes is None
    assert not memory.Room().is_used_up()
    assert memory.Room(5).bytes == 5
