"""The scope: windows, accounts and regions as people type them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pandas as pd
import pytest

from trailkit.errors import InvalidWindow, ScopeError
from trailkit.scope import Scope, duration, moment

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-02 12:00",
        "2026-03-02T12:00:00Z",
        "2026-03-02T14:00:00+02:00",
        datetime(2026, 3, 2, 12, 0),
        datetime(2026, 3, 2, 14, 0, tzinfo=timezone(timedelta(hours=2))),
        pd.Timestamp("2026-03-02 12:00"),
        pd.Timestamp("2026-03-02 14:00", tz="Europe/Athens"),
    ],
)
def test_every_way_to_write_a_time_gives_the_same_moment(value):
    assert moment(value) == NOON


def test_a_date_is_its_midnight_in_utc():
    assert moment(date(2026, 3, 2)) == datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "value", ["now", "yesterday", "10/07/2023", "", "2026-13-01", pd.NaT, None, 5, True]
)
def test_what_is_no_iso_time_is_refused_with_an_example(value):
    with pytest.raises(InvalidWindow, match="2026-03-02 11:40"):
        moment(value)


def test_a_window_that_ends_before_it_starts_is_refused():
    with pytest.raises(InvalidWindow, match="earlier time first"):
        Scope().window("2026-03-03", "2026-03-02")


def test_an_empty_window_is_refused():
    with pytest.raises(InvalidWindow, match="not after its start"):
        Scope().window("2026-03-02", "2026-03-02")


def test_a_start_in_the_future_is_refused():
    with pytest.raises(InvalidWindow, match="in the future"):
        Scope().window("2999-01-01", "2999-01-02")


@pytest.mark.parametrize("account", ["123", 111122223333, "alice", "'; --"])
def test_an_account_is_twelve_digits_as_text(account):
    with pytest.raises(ScopeError, match="12 digits"):
        Scope().with_accounts(account)


@pytest.mark.parametrize("region", ["us east 1", "", "US-EAST-1'", 5])
def test_a_region_is_its_code(region):
    with pytest.raises(ScopeError, match="us-east-1"):
        Scope().with_regions(region)


def test_no_account_at_all_is_refused():
    with pytest.raises(ScopeError, match="No accounts given"):
        Scope().with_accounts()


@pytest.mark.parametrize("value", ["7", "7 parsecs", "-1d", "0h", None, timedelta(0)])
def test_what_is_no_length_of_time_is_refused(value):
    with pytest.raises(InvalidWindow):
        duration(value)


def test_narrowing_gives_a_new_scope_and_leaves_the_old_one():
    whole = Scope()
    part = whole.with_accounts("111122223333").with_regions("eu-west-1")
    assert whole == Scope()
    assert str(part) == "all times, 111122223333, eu-west-1"


def test_a_lookback_moves_the_start_only():
    scope = Scope().window("2026-03-02", "2026-03-03").widened(timedelta(days=28))
    assert (scope.start, scope.end) == (moment("2026-02-02"), moment("2026-03-03"))


def test_a_scope_by_folder_says_so() -> None:
    scope = replace(Scope().window("2026-03-09", "2026-03-10"), by_folder=True)
    assert str(scope).endswith("all regions, by the folder of the log file")
