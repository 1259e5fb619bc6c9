"""A frame in words."""

import pandas as pd

from trailkit.display.sentences import finding


def events(**columns: list[object]) -> pd.DataFrame:
    rows = len(next(iter(columns.values())))
    when = pd.date_range("2026-03-02 11:40", periods=rows, freq="min", tz="UTC")
    ids = [f"event-{number}" for number in range(rows)]
    return pd.DataFrame({"time": when, "event_id": ids, **columns})


def test_a_list_of_events_is_counted_by_outcome() -> None:
    said = finding(events(outcome=["success", "denied", "failed", "denied"]))
    assert said.splitlines() == [
        "2 of 4 events denied, 1 failed.",
        "From 2026-03-02 11:40:00 to 2026-03-02 11:43:00 UTC.",
    ]


def test_who_leads_is_named_with_how_often() -> None:
    said = finding(events(actor=["root", "user/alice", "root"], source_ip=["a"] * 3))
    assert "Most by actor: root (2), then 1 other." in said
    assert "Only address: a." in said


def test_a_summary_is_weighed_by_its_events() -> None:
    frame = pd.DataFrame(
        {
            "actor": ["user/alice", "role/Deploy"],
            "events": [3, 40],
            "succeeded": [3, 30],
            "denied": [0, 10],
            "failed": [0, 0],
            "first_seen": pd.to_datetime(["2026-03-02", "2026-03-01"], utc=True),
            "last_seen": pd.to_datetime(["2026-03-03", "2026-03-02"], utc=True),
        }
    )
    assert finding(frame).splitlines() == [
        "2 rows: 10 of 43 events denied.",
        "From 2026-03-01 00:00:00 to 2026-03-03 00:00:00 UTC.",
        "Most by actor: role/Deploy (40), then 1 other.",
    ]


def test_an_empty_frame_says_what_was_asked_and_searched() -> None:
    frame = events(actor=["root"]).head(0)
    frame.attrs["trailkit"] = {"title": "Who?", "notes": ["No rows. Searched all."]}
    assert finding(frame) == "Who?\nNothing was found.\nNo rows. Searched all."


def test_a_log_value_cannot_steer_a_terminal() -> None:
    assert r"Only actor: \x1b[2J<b>." in finding(events(actor=["\x1b[2J<b>"]))


def test_missing_values_are_no_leaders() -> None:
    assert "actor" not in finding(events(actor=[None, None]))


def test_rows_that_show_no_event_are_called_rows() -> None:
    described = pd.DataFrame({"column": ["time", "actor"], "meaning": ["when", "who"]})
    assert finding(described) == "2 rows."
