"""Totals agree: the inventory, the questions about activity, and the charts of them.

There are two counts of the same logs: events, one for each account that recorded a
call; and calls, where two accounts' records of one call count once. Both stand in the
inventory, and each question says in its notes which of them it counts.
"""

import pandas as pd
import pytest

import trailkit as tk
from trailkit.case import Case

WINDOW = ("2026-03-01", "2026-03-20")

EVENTS = {"overview/read-write": {}, "overview/regions": {}}
CALLS = {"overview/volume": {}, "overview/user-agents": {}}


@pytest.fixture(scope="module")
def case(practice_case: Case) -> Case:
    return practice_case.window(*WINDOW)


@pytest.fixture(scope="module")
def inventory(case: Case) -> pd.Series:
    facts = case.inventory().set_index("what")["value"]
    named = ["events in scope", "calls in scope"]
    return facts[named].str.replace(",", "").astype(int)


def test_a_call_that_two_accounts_recorded_is_two_events(
    case: Case, inventory: pd.Series
) -> None:
    select = "select count(*) as events, count(distinct action_id) as calls from events"
    assert case.query(select).loc[0].tolist() == inventory.tolist()
    assert 0 < inventory["calls in scope"] < inventory["events in scope"]


@pytest.mark.parametrize("name", [*EVENTS, *CALLS])
def test_a_question_counts_what_its_notes_say(
    name: str, case: Case, inventory: pd.Series
) -> None:
    counted = "calls in scope" if name in CALLS else "events in scope"
    assert case.ask(name)["events"].sum() == inventory[counted]
    notes = " ".join(case.questions[name].notes.split())
    said = "two accounts recorded counts once" if name in CALLS else "each"
    assert said in notes


@pytest.mark.parametrize("name", [*EVENTS, *CALLS])
def test_writes_are_the_same_in_each(name: str, case: Case) -> None:
    writes = case.query("select count_if(is_write) as writes from events")["writes"][0]
    twice = case.query(
        "select count(*) - count(distinct action_id) as n from events where is_write"
    )["n"][0]
    expected = writes - twice if name in CALLS else writes
    assert case.ask(name)["writes"].sum() == expected


def test_charts_draw_what_their_frame_counts(case: Case, inventory: pd.Series) -> None:
    calls = tk.chart(case.ask("overview/volume"))
    listed = tk.charts.volume(case.query("select time, outcome from events"))
    drawn = [sum(sum(trace.y) for trace in each.data) for each in (calls, listed)]
    assert drawn == inventory[["calls in scope", "events in scope"]].tolist()
    assert f"{drawn[0]:,} events" in calls.layout.title.text
