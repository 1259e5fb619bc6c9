"""A query that would take all of the memory ends with a sentence, or by Ctrl-C."""

import signal

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


ENDLESS = (
    "select array_sort(array_agg(concat(a.request, b.user_agent))) as a "
    "from events as a cross join events as b",
    "select count(*) as a from events as a cross join events as b cross join events",
    "select array_join(array_sort(array_agg(rpad(a.request, 256, b.action))), '') as a "
    "from events as a cross join events as b",
    "select max(cardinality(split(concat(a.request, b.request, c.request), ','))) as a "
    "from events as a cross join events as b cross join events as c",
)


def test_a_query_that_takes_more_than_is_free_is_stopped(
    practice_case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "_SHARE", 0.002)
    with pytest.raises(QueryFailed, match="more memory than this machine has free"):
        practice_case.query(ENDLESS[0])


@pytest.mark.parametrize("select", ENDLESS)
def test_ctrl_c_stops_what_would_build_gigabytes(
    practice_case: Case, monkeypatch: pytest.MonkeyPatch, select: str
) -> None:
    """Once it has begun; that it ends at all is the claim: by itself it would not."""
    with monkeypatch.context() as pressed:
        pressed.setattr(
            memory.Room, "is_used_up", lambda _: signal.raise_signal(signal.SIGINT)
        )
        with pytest.raises(KeyboardInterrupt):
            practice_case.query(select)
    assert len(practice_case.query("select 1 as a from events limit 1")) == 1


def test_what_nobody_knows_is_not_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_MEMINFO", memory.Path("/proc/none"))
    assert memory.Room().bytes is None
    assert not memory.Room().is_used_up()
    assert memory.Room(5).bytes == 5
