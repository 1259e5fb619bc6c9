"""How old an answer may be that is given again: so old that no log file is missed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trailkit.scope import Scope
from trailkit.tables.pruning import delivery_days
from trailkit.tables.reuse import greatest_age

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
MORNING = Scope().window("2026-03-09 08:00", NOON)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize("later", [-2 * HOUR, 0 * HOUR, HOUR / 2, HOUR])
def test_a_window_that_touches_the_last_hour_is_asked_anew(later: timedelta) -> None:
    assert greatest_age(MORNING, NOON + later) is None


def test_a_window_without_an_end_is_asked_anew() -> None:
    assert greatest_age(Scope(), NOON) is None


def test_an_answer_of_the_last_hour_is_not_given_again_later() -> None:
    """Athena takes any earlier answer, also one that was worked out too early."""
    asked_early, asked_again = NOON + HOUR / 2, NOON + HOUR + timedelta(minutes=5)
    age = greatest_age(MORNING, asked_again)
    assert age is not None
    assert asked_again - age > asked_early


def test_while_late_files_may_come_an_answer_holds_for_minutes() -> None:
    assert greatest_age(MORNING, NOON + 6 * HOUR) == timedelta(minutes=10)
    waiting = MORNING.with_late("30d")
    assert greatest_age(waiting, NOON + 20 * DAY) == timedelta(minutes=10)


def test_once_the_folders_are_closed_an_answer_holds() -> None:
    closed = datetime(2026, 3, 11, tzinfo=UTC)  # the day after the window's is over
    assert greatest_age(MORNING, closed + 5 * HOUR) == 4 * HOUR
    late = MORNING.with_late("30d")
    assert greatest_age(late, NOON + 33 * DAY) == 2 * DAY + 11 * HOUR


@given(
    st.timedeltas(timedelta(0), timedelta(days=60)),
    st.timedeltas(timedelta(hours=1), timedelta(days=40)),
)
def test_no_answer_older_than_minutes_was_worked_out_before_its_folders_closed(
    since: timedelta, late: timedelta
) -> None:
    now, scope = NOON + since, MORNING.with_late(late)
    age = greatest_age(scope, now)
    if age is None:
        assert since <= HOUR
    elif age > timedelta(minutes=10):
        assert (now - age).date() > delivery_days(scope)[1]
    else:
        assert now - age >= NOON + HOUR
