"""The ranking: the largest first, the rest in words, nothing lost."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from trailkit.charts import ranking
from trailkit.charts.labels import UNKNOWN
from trailkit.errors import ChartError

Events = Callable[..., pd.DataFrame]


def bars(figure: Any) -> dict[str, dict[str, int]]:
    """Return the bars by outcome, each a dict of label and count."""
    names = figure.layout.yaxis.ticktext
    return {
        trace.name.split(" (")[0]: {
            names[row]: int(count) for row, count in zip(trace.y, trace.x, strict=True)
        }
        for trace in figure.data
        if trace.type == "bar"
    }


def test_the_largest_stand_on_top():
    frame = pd.DataFrame({"actor": ["a", "b", "c"], "events": [1, 5, 3]})
    figure = ranking(frame)

    assert figure.layout.yaxis.ticktext == ("b", "c", "a")
    assert bars(figure) == {"events": {"b": 5, "c": 3, "a": 1}}
    assert figure.layout.title.text == "<b>Most events: b, 5 of 9</b>"


def test_the_rest_is_said_in_words_and_no_bar_dwarfs_the_others():
    frame = pd.DataFrame({"actor": [*"abcde"], "events": [9, 8, 3, 2, 1]})
    figure = ranking(frame, top=2)

    assert bars(figure) == {"events": {"a": 9, "b": 8}}
    assert "the 2 largest of 5 by actor; 3 others not drawn, 6 together" in (
        figure.layout.title.subtitle.text
    )


def test_the_rarest_can_stand_on_top():
    frame = pd.DataFrame({"actor": [*"abc"], "events": [9, 1, 3]})
    figure = ranking(frame, order="rarest")

    assert figure.layout.yaxis.ticktext == ("b", "c", "a")
    assert figure.layout.title.text == "<b>Rarest: b, 1 of 13</b>"


def test_the_most_denied_can_stand_on_top():
    frame = pd.DataFrame({"actor": [*"abc"], "events": [9, 8, 3], "denied": [0, 1, 2]})
    figure = ranking(frame, order="denied")

    assert figure.layout.yaxis.ticktext == ("c", "b", "a")
    assert figure.layout.title.text == "<b>Most denied: c, 2 of 3</b>"


def test_the_most_denied_is_named_even_where_its_bar_is_not_drawn():
    frame = pd.DataFrame({"actor": [*"abc"], "events": [9, 8, 3], "denied": [0, 0, 2]})

    assert ranking(frame, top=1).layout.title.text == (
        "<b>Most events: a, 9 of 20; most denied: c, 2 of 2</b>"
    )


def test_bytes_rank_where_the_frame_has_them():
    frame = pd.DataFrame(
        {"object": ["a", "b"], "succeeded": [9, 1], "bytes_out": [0, 3_000_000]}
    )
    figure = ranking(frame)

    assert figure.layout.title.text == "<b>Most bytes out: b, 3.0 MB of 3.0 MB</b>"
    assert figure.layout.xaxis.ticksuffix == "B"


def test_two_accounts_with_the_same_role_keep_their_own_names():
    frame = pd.DataFrame(
        {
            "identity": ["role/terraform"] * 2,
            "caller_account": ["111122223333", "444455556666"],
            "events": [2, 1],
        }
    )

    assert ranking(frame).layout.yaxis.ticktext == (
        "role/terraform · 111122223333",
        "role/terraform · 444455556666",
    )


def test_long_names_give_way_where_they_are_alike():
    stem = "APN/1.0 HashiCorp/1.0 Terraform/1.14 (+https://www.terraform.io)"
    agents = [f"{stem} terraform-exec/0.17.{minor} amd64" for minor in range(9)]
    frame = pd.DataFrame({"user_agent": agents, "events": range(9, 0, -1)})

    names = ranking(frame).layout.yaxis.ticktext
    assert len(set(names)) == 9
    assert all(len(name) <= 40 for name in names)


def test_outcomes_split_the_bars():
    frame = pd.DataFrame(
        {
            "actor": ["a", "a", "b"],
            "outcome": ["success", "denied", "denied"],
            "events": [3, 1, 2],
        }
    )
    figure = ranking(frame)

    assert bars(figure) == {"success": {"a": 3}, "denied": {"a": 1, "b": 2}}
    assert figure.layout.title.text == (
        "<b>Most events: a, 4 of 6; most denied: b, 2 of 3</b>"
    )


def test_counts_of_each_outcome_split_the_bars_too():
    frame = pd.DataFrame({"actor": ["a"], "successes": [3], "denials": [2]})

    assert bars(ranking(frame)) == {"success": {"a": 3}, "denied": {"a": 2}}


def test_a_list_of_events_is_counted(events: Events):
    frame = events(3, action=["GetObject", "PutObject", "GetObject"])

    assert bars(ranking(frame)) == {"success": {"GetObject": 2, "PutObject": 1}}


def test_key_and_count_can_be_named():
    frame = pd.DataFrame(
        {"actor": ["a", "a"], "bucket": ["x", "y"], "events": [1, 1], "bytes": [10, 30]}
    )
    figure = ranking(frame, key="bucket", count="bytes")

    assert bars(figure) == {"events": {"y": 30, "x": 10}}
    assert figure.layout.title.text == "<b>Most bytes: y, 30 B of 40 B</b>"
    assert figure.layout.xaxis.title.text == "bytes by bucket"


def test_identities_with_the_same_actor_keep_their_own_bars():
    frame = pd.DataFrame(
        {
            "actor": ["user/bob", "user/bob"],
            "identity_id": ["AIDAFIRST", "AIDASECOND"],
            "events": [2, 1],
        }
    )
    figure = ranking(frame)

    assert figure.layout.yaxis.ticktext == (
        "user/bob · AIDAFIRST",
        "user/bob · AIDASECOND",
    )
    assert list(figure.data[0].x) == [2, 1]


def test_people_in_one_role_keep_their_own_bars():
    frame = pd.DataFrame(
        {
            "identity": ["sso/amy", "sso/bob"],
            "identity_id": ["AROASHARED", "AROASHARED"],
            "events": [2, 1],
        }
    )

    assert bars(ranking(frame)) == {"events": {"sso/amy": 2, "sso/bob": 1}}


def test_a_count_that_is_no_total_is_not_split_by_outcome():
    frame = pd.DataFrame(
        {"object": ["a"], "succeeded": [2], "denied": [1], "bytes_out": [5_000]}
    )

    assert bars(ranking(frame, count="bytes_out")) == {"events": {"a": 5_000}}


def test_accounts_and_regions_stand_together():
    frame = pd.DataFrame(
        {
            "account": ["111122223333"] * 2,
            "region": ["us-east-1", "eu-west-1"],
            "events": [2, 1],
        }
    )
    figure = ranking(frame)

    assert figure.layout.yaxis.ticktext == (
        "111122223333 · us-east-1",
        "111122223333 · eu-west-1",
    )
    assert bars(ranking(frame, key="account")) == {"events": {"111122223333": 3}}


def test_a_tie_names_no_single_leader():
    frame = pd.DataFrame({"actor": ["a", "b", "c"], "events": [2, 2, 1]})

    assert (
        ranking(frame).layout.title.text == "<b>Most events: a and 1 other, 2 each</b>"
    )


def test_nulls_are_unknown():
    frame = pd.DataFrame(
        {"actor": [None, "a"], "events": pd.array([4, None], dtype="Int64")}
    )

    assert bars(ranking(frame)) == {"events": {UNKNOWN: 4}}


def test_an_arrow_backed_frame_draws_the_same():
    frame = pd.DataFrame({"actor": ["a", None, "b"], "events": [1, 5, 3]})
    arrow = frame.convert_dtypes(dtype_backend="pyarrow")

    assert ranking(arrow).to_json() == ranking(frame).to_json()


def test_a_missing_column_is_refused_with_the_nearest():
    frame = pd.DataFrame({"actor": ["a"], "events": [1]})

    with pytest.raises(ChartError, match='"bukket"'):
        ranking(frame, key="bukket")
    with pytest.raises(ChartError, match='Did you mean "events"'):
        ranking(frame, count="event")


def test_an_empty_frame_is_said_in_words():
    frame = pd.DataFrame({"actor": pd.Series([], dtype="str"), "events": []})

    assert ranking(frame).layout.title.text == "<b>Nothing was found.</b>"
