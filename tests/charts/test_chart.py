"""Choosing a chart, the theme, and hostile text in every chart."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from trailkit.charts import CHARTS, chart, ranking, timeline, use_theme, volume
from trailkit.charts.grounds import GROUNDS
from trailkit.charts.identity import HUES, hue
from trailkit.charts.labels import plain
from trailkit.charts.outcome import OUTCOMES, verdict
from trailkit.errors import ChartError

Events = Callable[..., pd.DataFrame]

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    '<a href="http://example.com/">here</a>',
    "</script><script>alert(1)</script>",
    r"$\frac{1}{2}$",
    "%{customdata[0]}",
    "<extra>gone</extra>",
    "=HYPERLINK(1)",
    "user/a\u202egnp.exe",
    "bell\x07 null\x00 line\n",
    "x" * 100_000,
]


def drawable(frame: pd.DataFrame) -> pd.DataFrame:
    """Add the columns that one chart or another needs."""
    texts = ["from_id", "to_id", "technique", "state", "bucket", "service", "kind"]
    frame = frame.assign(
        **dict.fromkeys(texts, "x"), events_before=0, events_after=1, dollars=1.0
    )
    ends = ["start", "end", "first_seen", "last_seen"]
    return frame.assign(**dict.fromkeys(ends, frame["time"]), count=1)


def named(frame: pd.DataFrame, name: str | None) -> pd.DataFrame:
    frame.attrs["trailkit"] = {"chart": name}
    return frame


def test_the_chart_of_the_question_is_drawn(events: Events):
    frame = named(events(3), "volume")

    assert chart(frame).to_json() == volume(frame).to_json()


def test_a_chart_can_be_named(events: Events):
    frame = named(events(3), "volume")

    assert chart(frame, "ranking").to_json() == ranking(frame).to_json()


def test_a_list_of_events_gets_a_timeline_by_itself(events: Events):
    frame = events(3)

    assert chart(frame).to_json() == timeline(frame).to_json()


def test_a_summary_over_time_gets_its_volume_by_itself():
    hours = pd.date_range("2026-03-02", periods=2, freq="h", tz="UTC")
    frame = pd.DataFrame({"hour": hours, "outcome": "denied", "events": [1, 2]})

    assert chart(frame).to_json() == volume(frame).to_json()


def test_a_frame_that_was_grouped_since_gets_what_suits_it(events: Events):
    grouped = events(3).groupby("actor").size().reset_index(name="events")
    frame = named(grouped, "timeline")

    assert chart(frame).to_json() == ranking(frame).to_json()


def test_counts_of_each_outcome_make_a_summary_without_a_total():
    frame = pd.DataFrame({"object": ["a"], "succeeded": [3], "bytes_out": [9]})

    assert chart(frame).to_json() == ranking(frame).to_json()


def test_an_unknown_chart_is_refused_with_the_nearest(events: Events):
    with pytest.raises(
        ChartError, match=r'no chart "timelin".*Did you mean "timeline"'
    ):
        chart(events(1), "timelin")


def test_a_frame_that_no_chart_fits_is_refused_with_what_each_needs():
    with pytest.raises(
        ChartError, match=r"columns note.*timeline needs time and actor"
    ):
        chart(pd.DataFrame({"note": ["x"]}))


@pytest.mark.parametrize("name", CHARTS)
def test_hostile_text_stays_text(
    name: str, events: Events, texts: Callable[[Any], list[str]]
):
    columns = ["action", "actor", "source_ip", "account", "region", "error_code"]
    columns += ["from_id", "from_label", "to_label", "kind", "certainty", "state"]
    columns += ["technique", "question", "severity", "actors", "why", "basis", "bucket"]
    frame = events(len(HOSTILE), **dict.fromkeys(columns, HOSTILE), outcome=HOSTILE)
    frame = frame.assign(to_id=HOSTILE[::-1], session_id=HOSTILE, service=HOSTILE)
    frame = frame.assign(
        events_before=0, events_after=range(9, -1, -1), count=2, dollars=1.5
    )
    for end in ("start", "end", "first_seen", "last_seen"):
        frame[end] = frame["time"]
    frame.attrs["trailkit"] = dict.fromkeys(["scope", "title"], HOSTILE[0]) | {
        "notes": HOSTILE,
        "rows": 10**6,
    }
    figure = CHARTS[name](frame)

    for text in texts(figure):
        assert not set(text) & set("<>$\u202e\x07\x00\n")
        assert "%{" not in text
    page = figure.to_html(include_plotlyjs=False)
    assert "<img" not in page
    assert "<a href" not in page
    assert "alert(1)</script>" not in page
    assert len(page) < 100_000


@pytest.mark.parametrize("name", CHARTS)
def test_hostile_text_in_an_empty_answer_stays_text(
    name: str, events: Events, texts: Callable[[Any], list[str]]
):
    frame = drawable(events(0))
    frame.attrs["trailkit"] = {
        "title": HOSTILE[0],
        "scope": HOSTILE[1],
        "notes": HOSTILE,
    }

    assert not any(set(text) & set("<>$") for text in texts(CHARTS[name](frame)))


def test_a_column_name_is_a_log_value_too(texts: Callable[[Any], list[str]]):
    frame = pd.DataFrame({"<b>bold</b>": ["a", "b"], "events": [1, 2]})

    assert not any("<" in text for text in texts(ranking(frame, top=1)))


@pytest.mark.parametrize("rows", [0, 1, 5, 2_000])
@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_is_right_at_any_number_of_rows(
    name: str, rows: int, events: Events
):
    frame = drawable(events(rows))
    frame["actor"] = [f"role/r{row % 40}/s{row}" for row in range(rows)]
    frame["from_id"] = [f"k{row}" for row in range(rows)]
    frame["to_id"] = [f"k{row + 1}" for row in range(rows)]
    frame["technique"] = [f"T{1000 + row}" for row in range(rows)]
    before = frame.copy(deep=True)
    figure = CHARTS[name](frame)

    assert figure.layout.title.text
    assert figure.layout.title.subtitle.text.endswith("rows") or "row" in str(
        figure.layout.title.subtitle.text
    )
    assert len(figure.to_json()) < 2_000_000
    assert "sendChartToCloud" in figure.layout.modebar.remove
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("name", CHARTS)
def test_title_and_subtitle_fit_on_the_narrowest_page(name: str, events: Events):
    frame = drawable(events(6, actor=["role/" + "long-name-" * 20] * 6))
    frame.attrs["trailkit"] = {"scope": "2026-03-02 to 2026-03-03 UTC, " * 6}
    title = CHARTS[name](frame).layout.title

    assert all(len(line) <= 74 for line in plain_lines(title.text))
    assert all(len(line) <= 94 for line in plain_lines(title.subtitle.text))


def plain_lines(text: str) -> list[str]:
    return [plain(line) for line in text.split("<br>")]


def test_outcomes_differ_in_more_than_colour():
    for look in ("colour", "symbol", "pattern"):
        assert len({getattr(each, look) for each in OUTCOMES.values()}) == len(OUTCOMES)


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"success": 1}, "1 event, successful"),
        ({"denied": 2}, "2 events, all denied"),
        ({"success": 1, "unknown": 1}, "2 events"),
        ({"failed": 1, "unknown": 1}, "1 of 2 events failed"),
        ({"denied": 1, "failed": 2, "success": 3}, "1 of 6 events denied, 2 failed"),
    ],
)
def test_a_verdict_says_no_more_than_is_known(counts: dict[str, int], said: str):
    assert verdict(counts) == said


@pytest.mark.parametrize("template", ["plotly", "plotly_dark", "none", "trailkit"])
def test_no_template_brings_back_the_button_that_sends_evidence_away(
    template: str, events: Events
):
    figure = timeline(events(1)).update_layout(template=template)

    assert "sendChartToCloud" in figure.layout.modebar.remove


@pytest.mark.parametrize("name", GROUNDS)
def test_text_and_marks_have_the_contrast_that_a_reader_needs(name: str):
    paper = GROUNDS[name].paper

    assert contrast(GROUNDS[name].text, paper) > 7
    assert contrast(GROUNDS[name].quiet, paper) > 4.5
    for colour in [*HUES, *(each.colour for each in OUTCOMES.values())]:
        assert contrast(colour, paper) >= 3


def contrast(one: str, other: str) -> float:
    """Work out the contrast of two colours as WCAG 2 does."""
    high, low = sorted([luminance(one), luminance(other)], reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    ]
    return sum(map(lambda share, part: share * part, (0.2126, 0.7152, 0.0722), linear))


def test_a_theme_is_chosen_and_the_charts_wear_it(events: Events):
    use_theme("dark")
    try:
        figure = timeline(events(1))
    finally:
        use_theme("light")

    assert figure.layout.template.layout.paper_bgcolor == GROUNDS["dark"].paper
    assert timeline(events(1)).layout.template.layout.paper_bgcolor == "#FFFFFF"


def test_an_unknown_theme_is_refused_with_the_nearest():
    with pytest.raises(ChartError, match='Did you mean "dark"'):
        use_theme("drak")


def test_an_identity_has_one_colour_in_every_run():
    assert [hue("role/Deploy"), hue("root")] == [hue("role/Deploy"), hue("root")]
    assert hue("role/Deploy") in HUES
    assert len({hue(f"user/{number}") for number in range(100)}) == len(HUES)


def test_a_screen_reader_is_told_title_and_subtitle(events: Events):
    words = timeline(events(2)).layout.meta["words"]

    assert words.startswith("role/Admin/bob deleted bucket 2 times")
    assert words.endswith("2 rows")


def test_importing_the_charts_loads_no_figure_and_registers_nothing():
    script = (
        "import sys, trailkit.charts\n"
        "assert 'plotly.basedatatypes' not in sys.modules\n"
        "import plotly.io\n"
        "assert 'trailkit' not in plotly.io.templates\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
