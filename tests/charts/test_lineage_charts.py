"""The chain and the flow: who became whom, and from where to what."""

from typing import Any

import pandas as pd

from trailkit.charts import chain, flow
from trailkit.charts.outcome import OUTCOMES

NIGHT = pd.Timestamp("2026-03-11 23:00", tz="UTC")


def edges(*pairs: tuple[str, str], **columns: Any) -> pd.DataFrame:
    made = pd.DataFrame(
        {
            "from_id": [start for start, _ in pairs],
            "to_id": [end for _, end in pairs],
            "time": NIGHT + pd.to_timedelta(range(len(pairs)), unit="h"),
            "certainty": "certain",
            "kind": "AssumeRole",
        }
    )
    return made.assign(**columns)


def written(figure: Any) -> list[str]:
    return [text.strip() for trace in figure.data if trace.text for text in trace.text]


def names(figure: Any) -> list[str]:
    return [text.split("</b>")[0].removeprefix("<b>") for text in written(figure)]


def test_each_identity_stands_below_the_one_that_it_came_from():
    figure = chain(edges(("eve", "ops"), ("ops", "admin"), ("eve", "other")))

    assert names(figure) == ["eve", "ops", "admin", "other"]
    dots = next(trace for trace in figure.data if trace.mode == "markers")
    assert list(dots.x) == [0, 1, 2, 1]
    assert figure.layout.title.text == (
        "<b>eve became admin in 2 steps, 2026-03-11 23:00 to 2026-03-12 00:00"
        "<br>UTC</b>"
    )


def test_the_deepest_lineage_stands_on_top_whenever_it_began():
    figure = chain(edges(("service", "worker"), ("eve", "ops"), ("ops", "admin")))

    assert names(figure)[:3] == ["eve", "ops", "admin"]


def test_a_circle_of_roles_is_drawn_and_ends():
    assert set(names(chain(edges(("a", "b"), ("b", "c"), ("c", "a"))))) == {*"abc"}
    assert names(chain(edges(("a", "b"), ("b", "b")))) == ["a", "b"]


def test_ends_alike_are_counted_in_one_row():
    pairs = [("service/lambda", f"key-{number}") for number in range(30)]
    figure = chain(edges(*pairs, to_label="role/worker"))

    assert names(figure) == ["service/lambda", "role/worker"]
    assert "×30" in written(figure)[1]


def test_certain_inferred_and_denied_edges_look_apart():
    frame = edges(("a", "b"), ("a", "c"), ("a", "d"), ("a", "e"))
    frame["certainty"] = ["certain", "inferred", "certain", "said by no one"]
    frame["outcome"] = ["success", "success", "denied", "success"]
    lines = {
        trace.name: trace.line for trace in chain(frame).data if trace.mode == "lines"
    }

    assert [*lines] == ["certain (1)", "inferred (2)", "denied or failed (1)"]
    assert lines["certain (1)"].dash == "solid"
    assert lines["inferred (2)"].dash == "dot"
    assert lines["denied or failed (1)"].color == OUTCOMES["denied"].colour


def test_rows_past_the_most_are_counted():
    pairs = [(f"a{number}", f"b{number}") for number in range(60)]

    assert "80 identities not drawn" in chain(edges(*pairs)).layout.title.subtitle.text


def test_a_lineage_of_ten_thousand_keys_is_no_recursion():
    pairs = [(f"k{number}", f"k{number + 1}") for number in range(10_000)]

    assert "in 39 steps" in chain(edges(*pairs)).layout.title.text


def events(**columns: Any) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "source_ip": ["203.0.113.7"] * 3 + ["192.0.2.1"],
            "actor": ["role/a/x", "role/a/y", "role/b/z", "user/bo"],
            "service": ["s3", "s3", "iam", "s3"],
            "outcome": ["success", "denied", "success", "success"],
        }
    )
    return frame.assign(**columns)


def test_flows_run_from_address_through_identity_to_service():
    figure = flow(events())
    sankey = figure.data[0]

    assert list(sankey.node.label) == (
        ["203.0.113.7", "192.0.2.1", "role/a", "role/b", "user/bo", "s3", "iam"]
    )
    assert sum(sankey.link.value) == 2 * 4
    assert figure.layout.title.text == (
        "<b>203.0.113.7 as 2 identities, 3 events, 1 denied</b>"
    )
    assert "1 of 4 events denied" in figure.layout.title.subtitle.text


def test_many_addresses_are_one_node_that_no_log_value_joins():
    rows = 40
    addresses = ["27 others"] * 2 + [f"192.0.2.{row}" for row in range(2, rows)]
    frame = pd.DataFrame({"source_ip": addresses, "actor": "root", "service": "s3"})
    sankey = flow(frame).data[0]

    assert sum(sankey.link.value) == 2 * rows
    assert list(sankey.node.label).count("27 others") == 2
