"""Sessions, matrix, resources, comparison: what each of them claims."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trailkit.charts import chart, comparison, matrix, resources, sessions
from trailkit.charts.identity import hue
from trailkit.errors import ChartError

Events = Callable[..., pd.DataFrame]


def bars(figure: Any) -> dict[str, list[float]]:
    return {t.name.split(" (")[0]: list(t.x) for t in figure.data if t.type == "bar"}


def test_a_session_is_a_bar_from_its_first_to_its_last_event(events: Events):
    figure = sessions(events(31, session_id=["a"] * 30 + ["b"]))

    assert bars(figure)["no event denied"][0] == 29 * 60_000
    assert figure.data[0].base[0] == np.datetime64("2026-03-02T11:40")
    assert list(figure.data[0].marker.color) == [hue("role/Admin")] * 2


def test_sessions_with_a_denied_event_have_an_edge(events: Events):
    frame = events(4, session_id=[*"aabb"], outcome=["success"] * 3 + ["denied"])

    assert set(bars(sessions(frame))) == {"no event denied", "some events denied"}


def test_a_summary_of_sessions_is_drawn_as_it_is(events: Events):
    when = events(2)["time"]
    frame = pd.DataFrame(
        {"identity": ["role/a"], "first_seen": [when[0]], "last_seen": [when[1]]}
    ).assign(events=7)

    assert "7 events" in sessions(frame).layout.title.text


def test_pairs_that_were_not_there_before_are_ringed(events: Events):
    before = events(3, actor="user/bo", action="ListBuckets")
    after = events(2, actor="user/bo", action=["ListBuckets", "StopLogging"])
    figure = matrix(after, before=before)
    rings = next(trace for trace in figure.data if trace.name == "new (1)")

    assert figure.layout.xaxis.ticktext[rings.x[0]] == "StopLogging"
    assert figure.layout.title.text == "<b>New: user/bo with StopLogging</b>"


def test_without_a_time_before_nothing_is_called_new(events: Events):
    figure = matrix(events(3))

    assert not [trace for trace in figure.data if trace.name]
    assert figure.layout.title.text == "<b>1 identity, 1 action</b>"


def test_a_matrix_counts_every_event_once(events: Events):
    frame = events(100, action=[f"List{n}" for n in [*range(10)] * 10])
    counted = [text for row in matrix(frame).data[0].customdata for text in row if text]

    assert sum(int(text.split(": ")[1].split()[0]) for text in counted) == 100


def test_resources_say_what_was_done_to_them(events: Events):
    frame = events(
        5,
        action=["GetObject", "DeleteBucket", "PutBucketPolicy", "DeleteBucket", "x"],
        outcome=["success", "success", "success", "denied", "unknown"],
        bucket=[*"abcbd"],
    )
    figure = resources(frame)

    assert figure.layout.yaxis.ticktext[0] == "b"
    assert figure.layout.title.text == "<b>3 resources touched; deleted: b</b>"
    assert {name: sum(x) for name, x in bars(figure).items()} == {
        **{"deleted": 1, "changed": 1, "created": 0, "read": 1},
        **{"refused": 1, "unknown": 1},
    }


def test_what_was_only_refused_touched_nothing(events: Events):
    frame = events(2, bucket=["a", "b"], outcome="denied")

    assert resources(frame).layout.title.text == (
        "<b>0 resources touched, 2 resources refused</b>"
    )


def test_a_row_without_a_resource_is_told(events: Events):
    frame = events(2, bucket=["a", None])

    assert "1 row without a resource" in resources(frame).layout.title.subtitle.text


def test_new_and_gone_values_come_before_changed_ones(events: Events):
    then = events(5, action=["List"] * 3 + ["Gone", "Get"])
    now = events(9, action=["List"] * 7 + ["StopLogging", "Get"])
    figure = comparison(now, then, key="action")

    assert figure.layout.yaxis.ticktext == ("StopLogging", "Gone", "List")
    assert figure.layout.title.text == (
        "<b>New: StopLogging, 1 event; gone: Gone, 1 event</b>"
    )


def test_a_comparison_with_nothing_is_refused(events: Events):
    with pytest.raises(ChartError, match="needs what came before"):
        comparison(events(1))


def test_two_windows_that_were_compared_are_drawn_as_such():
    frame = pd.DataFrame(
        {
            "value": ["AIDA1", "iam:CreateUser"],
            "change": ["new", "gone"],
            "name": ["user/eve", None],
            "events_before": [0, 2],
            "events_after": [5, 0],
        }
    )
    figure = chart(frame)

    assert figure.layout.yaxis.ticktext == ("user/eve", "iam:CreateUser")
    assert figure.layout.title.text == (
        "<b>New: user/eve, 5 events; gone: iam:CreateUser, 2 events</b>"
    )
