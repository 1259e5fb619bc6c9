"""A case, as a notebook speaks to it."""

import inspect
import json
from dataclasses import FrozenInstanceError

import pandas as pd
import pytest

import trailkit as tk
from tests.support.records_made import case_of, record, write
from tools.practice_case import practice
from trailkit.errors import (
    EvidenceError,
    InvalidWindow,
    MissingParameter,
    NotOneSelect,
    TrailkitError,
    UnknownParameter,
    UnknownQuestion,
    UnknownRelation,
    UnsupportedSQL,
)

KEY = practice.answers()


def test_narrowing_returns_a_new_case(practice_case):
    narrowed = practice_case.window("2026-03-10", "2026-03-11").regions("eu-west-1")
    assert narrowed is not practice_case
    assert practice_case.scope == tk.Scope()
    assert "eu-west-1" in repr(narrowed)
    with pytest.raises(FrozenInstanceError):
        narrowed.scope = tk.Scope()


def test_a_question_finds_the_deleted_bucket(practice_case):
    frame = practice_case.ask("s3/bucket-deletions", bucket=KEY.bucket)
    done = frame[frame["outcome"] == "success"]
    assert done["event_id"].tolist() == [KEY.deletion.event_id]
    assert done["source_ip"].tolist() == [KEY.deletion.address]


def test_asking_by_name_and_by_attribute_is_the_same(practice_case):
    by_name = practice_case.ask("s3/bucket-deletions", bucket=KEY.bucket)
    by_attribute = practice_case.ask.s3.bucket_deletions(bucket=KEY.bucket)
    pd.testing.assert_frame_equal(by_name, by_attribute)


def test_a_question_is_a_function_with_signature_and_help(practice_case):
    function = practice_case.ask.s3.bucket_deletions
    assert list(inspect.signature(function).parameters) == ["bucket"]
    assert "Who deleted an S3 bucket?" in inspect.getdoc(function)
    assert "bucket_deletions" in dir(practice_case.ask.s3)


def test_a_window_keeps_what_is_in_it_and_is_half_open(practice_case):
    hour = practice_case.window("2026-03-09 10:00", "2026-03-09 11:00")
    times = hour.query("select time, event_id from events order by time, event_id")
    assert len(times)
    assert times["time"].min() >= pd.Timestamp("2026-03-09 10:00", tz="UTC")
    assert times["time"].max() < pd.Timestamp("2026-03-09 11:00", tz="UTC")


def test_accounts_and_regions_keep_their_events(practice_case):
    part = practice_case.accounts(KEY.deletion.account).regions("eu-central-1")
    found = part.query("select distinct account, region from events order by 1, 2")
    assert found.values.tolist() == [[KEY.deletion.account, "eu-central-1"]]


def test_last_counts_back_from_the_newest_event_and_says_so(practice_case, capsys):
    week = practice_case.last("7d")
    newest = practice_case.query("select max(time) as newest from events")["newest"][0]
    assert week.scope.end > newest.to_pydatetime()
    assert "Window: 2026-03-08" in capsys.readouterr().err


def test_global_services_are_searched_in_all_regions(practice_case, capsys):
    sign_ins = practice_case.regions("us-east-1").ask.signin.console()
    assert KEY.sign_in.event_id in set(sign_ins["event_id"])
    assert "searched in all regions" in capsys.readouterr().err


def test_an_empty_answer_says_what_was_searched(practice_case, capsys):
    day = practice_case.window("2026-03-03", "2026-03-04")
    assert day.ask("s3/bucket-deletions", bucket="no-such-bucket").empty
    said = capsys.readouterr().err
    assert "2026-03-03 00:00:00 to 2026-03-04 00:00:00 UTC" in said
    assert "Management write events were recorded for" in said


def test_an_empty_answer_does_not_claim_what_was_not_recorded(practice_case, capsys):
    trail_off = practice_case.window("2026-03-12 01:20", "2026-03-12 01:40")
    assert trail_off.ask("s3/objects-read", bucket=KEY.bucket).empty
    said = capsys.readouterr().err
    assert "does not show that nothing happened" in said


@pytest.mark.parametrize(
    ("name", "given", "error", "sentence"),
    [
        ("s3/bucket-deletion", {}, UnknownQuestion, "s3/bucket-deletions"),
        ("s3/bucket-deletions", {"bukket": "x"}, UnknownParameter, '"bucket"'),
        ("identity/access-key", {}, MissingParameter, "access_key"),
        ("s3/bucket-deletions", {"bucket": 5}, TrailkitError, "is not a text"),
    ],
)
def test_a_wrong_call_is_refused_with_the_mend(
    practice_case, name, given, error, sentence
):
    with pytest.raises(error, match=sentence):
        practice_case.ask(name, **given)


def test_an_error_prints_as_its_sentence_in_a_notebook(practice_case):
    with pytest.raises(InvalidWindow) as caught:
        practice_case.window("2026-03-03", "2026-03-02")
    shown = "\n".join(caught.value._render_traceback_())
    assert shown.startswith("InvalidWindow: The window ends at 2026-03-02")
    assert "Traceback" not in shown


@pytest.mark.parametrize(
    ("select", "error"),
    [
        ("select 1 as one; select 2 as two", NotOneSelect),
        ("drop table events", NotOneSelect),
        ("select * from store.records", UnknownRelation),
        ("select * from records", UnknownRelation),
        ("select * from '/etc/passwd'", TrailkitError),
        ("select * from read_csv('/etc/passwd')", TrailkitError),
        ("select * from information_schema.tables", UnknownRelation),
        ("select getenv('HOME') as home from events", UnsupportedSQL),
    ],
)
def test_a_query_reads_the_lens_and_nothing_else(practice_case, select, error):
    with pytest.raises(error):
        practice_case.query(select)


def test_the_inventory_counts_everything_that_was_read(practice_case):
    facts = practice_case.inventory().set_index("what")["value"]
    counts = practice_case.source.counts()
    assert facts["files"] == f"{counts['files']:,}"
    assert counts["records"] == (
        counts["events"] + counts["repeats"] + counts["problems"]
    )
    assert facts["accounts"].split(", ") == sorted(facts["accounts"].split(", "))


def test_the_original_record_is_read_from_its_file(practice_case):
    original = practice_case.original(KEY.deletion.event_id)
    assert json.loads(original.text)["eventID"] == KEY.deletion.event_id
    assert KEY.deletion.event_id in str(original)


def test_an_unknown_event_id_says_where_to_take_one(practice_case):
    with pytest.raises(EvidenceError, match="event_id column"):
        practice_case.original("no-such-id")


def test_deliveries_lead_from_an_event_to_its_files(practice_case):
    found = practice_case.query(
        "select file, event_id from deliveries "
        f"where event_id = '{KEY.deletion.event_id}' order by file"
    )
    assert practice_case.original(KEY.deletion.event_id).file in set(found["file"])


def test_the_library_lists_what_mentions_a_word(practice_case):
    assert "s3/bucket-deletions" in set(practice_case.library("bucket")["name"])
    assert len(practice_case.library()) == len(practice_case.questions)


def test_a_question_at_home_has_no_window_and_needs_none(practice_case):
    assert practice_case.scope.start is None
    assert len(practice_case.ask.overview.volume())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda file: file.unlink(), "not in the evidence any more"),
        (lambda file: write(file.parent, [record()] * 2, file.name), "changed since"),
    ],
)
def test_a_file_that_changed_or_vanished_is_told(tmp_path, capsys, change, words):
    write(tmp_path / "logs", [record()], "other.json")
    case_of(tmp_path, [record()])
    assert capsys.readouterr().err == ""
    change(tmp_path / "logs" / "log.json")
    case = tk.local(tmp_path / "logs", store=tmp_path / "store", progress=False)
    assert words in capsys.readouterr().err
    assert words in case.inventory().set_index("what").loc["note", "value"]
    assert words in tk.provenance(case.ask("overview/volume")).notes[0]


def test_a_case_shows_its_evidence_and_its_scope(practice_case) -> None:
    day = practice_case.window("2026-03-12", "2026-03-13").accounts("777788889999")
    said = "2026-03-12 00:00:00 to 2026-03-13 00:00:00 UTC, 777788889999, all regions"
    assert repr(day) == f"Case of {practice_case.source.title}: {said}"


def test_people_leaves_out_services_and_workloads_and_keeps_the_unknown(practice_case):
    kinds = "select caller_kind, count(*) as n from events group by 1 order by 1"
    before = practice_case.query(kinds).set_index("caller_kind")["n"]
    people = practice_case.people()
    after = people.query(kinds).set_index("caller_kind")["n"]
    assert set(before.index.dropna()) > {"service", "person"}
    pd.testing.assert_series_equal(after, before[after.index])
    assert set(after.index.dropna()) == {"person"}
    assert after.index.hasnans
    assert "people and unknown callers" in tk.provenance(people.query(kinds)).scope


def test_people_narrows_deliveries_and_combines_with_other_scopes(practice_case):
    select = "select file, count(*) as n from deliveries group by file order by file"
    narrowed = practice_case.accounts("777788889999").people()
    wide = practice_case.accounts("777788889999")
    assert 0 < narrowed.query(select)["n"].sum() < wide.query(select)["n"].sum()
    assert narrowed.everything().scope == tk.Scope()


def test_insights_have_no_caller_and_stay(practice_case):
    select = "select event_id from insights order by event_id"
    assert practice_case.people().query(select).equals(practice_case.query(select))
