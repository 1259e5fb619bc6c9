"""Coverage, techniques, the ATT&CK matrix, cost: an unknown is never a nought."""

from typing import Any

import pandas as pd
import pytest

from trailkit.charts import attack, cost, coverage, techniques
from trailkit.errors import ChartError

DAYS = pd.date_range("2026-03-02", periods=4, tz="UTC")


def spans(*states: str | None, **columns: Any) -> pd.DataFrame:
    made = pd.DataFrame(
        {
            "account": [f"{number:012}" for number in range(len(states))],
            "region": "eu-west-1",
            "kind": "management",
            "state": states,
            "start": DAYS[0],
            "end": DAYS[1],
            "basis": "",
        }
    )
    return made.assign(**columns)


def drawn(figure: Any) -> dict[str, int]:
    return {trace.name.split(" (")[0]: len(trace.x) for trace in figure.data}


def test_each_state_of_recording_has_its_own_look():
    states = ["recorded", "in part", "not recorded", "unknown", "stopped"]
    states += ["missing", "archived"]
    figure = coverage(spans(*states))

    assert drawn(figure) == dict.fromkeys(states, 1)
    assert len({trace.marker.color for trace in figure.data}) == 7
    assert len({trace.marker.pattern.shape for trace in figure.data}) == 7


def test_the_frame_of_a_case_is_drawn_by_its_causes():
    states = ["recorded, inferred", "unknown", "unknown", "unknown", "unknown"]
    causes = ["", "stopped", "archived", "no file", "silent"]
    frame = spans(*states).drop(columns=["kind", "basis"])
    frame = frame.assign(need="management:write", cause=causes, why="because")
    names = ["recorded", "stopped", "archived", "missing", "unknown"]

    assert drawn(coverage(frame)) == dict.fromkeys(names, 1)
    assert "because" in coverage(frame).data[0].customdata[0][0]


def test_what_other_trails_recorded_is_not_drawn_as_stopped():
    frame = spans("recorded, inferred", "not recorded").assign(cause="stopped")

    assert drawn(coverage(frame)) == {"recorded": 1, "not recorded": 1}


@pytest.mark.parametrize("state", [None, "", "probably", "<b>recorded</b>"])
def test_a_state_that_is_not_known_is_never_drawn_as_recorded(state: str | None):
    assert drawn(coverage(spans(state))) == {"unknown": 1}


def test_what_was_stopped_stands_on_top_however_short_it_was():
    frame = spans("recorded", "not recorded", "stopped")
    frame.loc[2, "end"] = DAYS[0] + pd.Timedelta("5min")
    figure = coverage(frame)

    assert figure.layout.yaxis.ticktext[0] == "000000000002 eu-west-1 management"
    assert figure.layout.title.text.startswith("<b>1 of 3 stopped: 000000000002")


def test_a_span_without_an_end_lasts():
    frame = spans("recorded", "stopped")
    frame.loc[1, "end"] = pd.NaT

    assert drawn(coverage(frame)) == {"recorded": 1, "stopped": 1}


def test_spans_that_touch_are_one_and_gaps_stay():
    frame = spans("recorded", "recorded", "recorded", account="111122223333")
    frame["start"] = [DAYS[0], DAYS[1], DAYS[3]]
    frame["end"] = [DAYS[1], DAYS[2], DAYS[3] + pd.Timedelta("1h")]

    assert drawn(coverage(frame)) == {"recorded": 2}


def findings(**columns: Any) -> pd.DataFrame:
    made = pd.DataFrame(
        {
            "question": ["impairment/cloudtrail", "s3/reads", "s3/gone"],
            "technique": ["T1685.002", "T1530", "T1485"],
            "severity": ["high", "critical", "odd"],
            "count": [2, 5, 0],
            "first_seen": [DAYS[1], DAYS[0], pd.NaT],
            "last_seen": [DAYS[2], DAYS[0], pd.NaT],
        }
    )
    return made.assign(**columns)


def test_the_gravest_finding_stands_on_top():
    figure = techniques(findings())

    assert figure.layout.yaxis.ticktext[0] == "T1530 · s3/reads"
    assert figure.layout.title.text == (
        "<b>2 findings, 1 critical; first critical: T1530 at 2026-03-02 00:00"
        "<br>UTC</b>"
    )
    assert "1 row with nothing found" in figure.layout.title.subtitle.text


def test_the_matrix_tells_seen_denied_not_recorded_and_nothing_found_apart():
    frame = findings(count=[2, None, 0], denied=0)
    tried = findings(technique="T1098", count=3, denied=3)[:1]
    figure = attack(pd.concat([frame, tried], ignore_index=True))

    assert {name: count for name, count in drawn(figure).items() if count} == {
        **{"seen": 1, "tried and denied": 1, "not recorded": 1, "nothing found": 1}
    }


def test_a_technique_that_was_seen_once_is_seen_whatever_else_was_asked():
    frame = findings(technique="T1530", count=[0, None, 4])

    assert attack(frame).layout.title.text.startswith("<b>1 technique seen; collection")


def test_an_unknown_technique_has_a_column_of_its_own():
    assert attack(findings(technique="T9999")).layout.xaxis.ticktext == ("Other",)


def test_a_column_of_the_matrix_ends_and_says_how_many_are_left():
    frame = pd.DataFrame({"technique": [f"T9{row:03}" for row in range(50)]})

    assert sum(drawn(attack(frame.assign(count=1))).values()) == 20
    assert "30 techniques not drawn" in (
        attack(frame.assign(count=1)).layout.title.subtitle.text
    )


def test_a_price_that_is_not_known_is_said_and_is_no_nought():
    frame = pd.DataFrame({"question": ["a", "b"], "dollars": [0.25, None]})
    figure = cost(frame)

    assert figure.layout.yaxis.ticktext == ("a",)
    assert "1 price not known" in figure.layout.title.subtitle.text


def test_bytes_are_drawn_where_there_is_no_price():
    frame = pd.DataFrame({"question": ["a"], "bytes": [3_000_000]})

    assert "3.0 MB in all" in cost(frame).layout.title.text


def test_no_price_at_all_is_said():
    frame = pd.DataFrame({"question": ["a"], "dollars": [float("nan")]})

    assert cost(frame).layout.title.text == "<b>No price is known.</b>"
    with pytest.raises(ChartError, match="dollars or bytes"):
        cost(frame[["question"]])
