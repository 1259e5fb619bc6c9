"""The SQL of an ingest: times, kinds and paths."""

from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trailkit.dialect.predicates import KIND_OF
from trailkit.record import Kind
from trailkit.scope import quoted
from trailkit.store import ingest_sql

NOON = datetime(2026, 3, 9, 12)


@pytest.fixture(scope="module")
def utc():
    with duckdb.connect() as connection:
        connection.execute(ingest_sql._MACROS)
        yield lambda written: connection.execute("select utc(?)", [written]).fetchall()[
            0
        ][0]


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-09T12:00:00Z",
        "2026-03-09T12:00Z",
        " 2026-03-09 12:00:00 UTC\n",
        "2026-03-09 14:00:00 +02:00",
        "20260309T120000Z",
        "20260309120000",
        "1773057600",
        "1773057600.0",
        "1773057600000",
        "1.7730576E9",
        "2026-03-09T12:00:00z",
        "2026-03-09t12:00:00Z",
        "2026-03-09 12:00:00",
        "2026-03-09T12:00:00",
        "2026-03-09T12:00:00.000Z",
        "2026-03-09 12:00:00.000000000",
        "2026-03-09T12:00:00+00:00",
        "2026-03-09 23:00:00+11:00",
        "2026-03-09T23:00:00+1100",
        "2026-03-09T08:30:00-03:30",
        "2026-03-08T23:00:00.000-13:00",
    ],
)
def test_a_time_is_read_in_every_spelling(utc, written: str):
    assert utc(written) == NOON


@pytest.mark.parametrize(
    "written",
    ["+99:99", "2026-03-09T12:00:00+99:99", "35791394", "1e9", "0x7fffffff", "9" * 99],
)
def test_what_only_resembles_a_time_is_null(utc, written: str):
    assert utc(written) is None


@given(st.text(alphabet="0123456789-+:.TZeE x", max_size=30))
def test_no_text_fails(utc, written: str):
    utc(written)


@pytest.mark.parametrize(
    ("fraction", "microsecond"),
    [(".5", 500_000), (".123456", 123_456), (".9999999", 999_999)],
)
def test_a_fraction_is_cut_to_microseconds(utc, fraction: str, microsecond: int):
    expected = NOON.replace(microsecond=microsecond)
    assert utc(f"2026-03-09T12:00:00{fraction}Z") == expected
    assert utc(f"2026-03-09T13:00:00{fraction}+01:00") == expected


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        "now",
        "infinity",
        "epoch",
        "2026-03-09",
        "2026-02-30T12:00:00Z",
        "2026-03-09T24:00:00Z",
        "2026-03-09T12:00:61Z",
        "0026-03-09T12:00:00Z",
        "2026-03-09T12:00:00Zulu",
        "x 2026-03-09T12:00:00Z",
        "Mar 9, 2026, 12:00:00 PM",
    ],
)
def test_what_is_no_time_is_null(utc, written: str | None):
    assert utc(written) is None


@given(st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)))
def test_any_time_comes_back(utc, time: datetime):
    assert utc(f"{time.isoformat()}Z") == time


@pytest.mark.parametrize(
    ("category", "event_type", "kind"),
    [
        ("Management", "AwsApiCall", Kind.EVENT),
        ("Data", "AwsApiCall", Kind.EVENT),
        (None, None, Kind.EVENT),
        ("NetworkActivity", "AwsVpceEvent", Kind.NETWORK),
        (None, "AwsVpceEvents", Kind.NETWORK),
        ("Insight", "AwsCloudTrailInsight", Kind.INSIGHT),
        (None, "AwsCloudTrailInsight", Kind.INSIGHT),
        ("Aggregated", "AwsAggregatedEvent", Kind.AGGREGATED),
        (None, "awsaggregatedevent", Kind.AGGREGATED),
    ],
)
def test_the_kind_of_a_record_is_told(
    category: str | None, event_type: str | None, kind: Kind
):
    row = duckdb.execute(
        f"select {KIND_OF} from (select ? as event_category, ? as event_type)",
        [category, event_type],
    ).fetchone()
    assert row == (kind,)


@given(st.text().filter(lambda text: "\x00" not in text))
def test_any_text_is_quoted(text: str):
    assert duckdb.execute(f"select {quoted(text)}").fetchone() == (text,)


def test_a_path_with_quotes_is_read(tmp_path: Path):
    folder = tmp_path / 'it\'s "here"; drop'
    folder.mkdir()
    duckdb.execute("copy (select 1 as a) to ?", [str(folder / "a.parquet")])
    read = ingest_sql.read_parquet([folder / "a.parquet"])
    assert duckdb.execute(f"select a from {read}").fetchall() == [(1,)]
