"""A question's file is read as it is written, and every mistake in it has a line."""

from datetime import timedelta
from pathlib import Path

import pytest

from trailkit import charts
from trailkit.dialect.sql_files import sql_folder
from trailkit.errors import InvalidQuestion
from trailkit.lens import compose
from trailkit.questions import header, question
from trailkit.questions.library import load
from trailkit.questions.parameters import Parameter
from trailkit.questions.question import Question, check, read

LIST = """\
-- title: "Who did it?"
-- answers: [Q212, Q017]
-- attack: [T1485, T1685.002]
-- needs: [management:write, data:s3]
-- global: [iam, sts]
-- parameters:
--   bucket: {type: text, optional: true, help: "one bucket; every one: left out"}
--   actions:
--     type: list of text
--     default: [DeleteBucket, NO, 0123, "12:30"]
--     help: what was done
--   most: {type: integer, default: 100, help: at most so many}
-- chart: timeline
-- next: [overview/volume]
-- limit: most
-- notes: |
--   A refused one is listed too.
--
--   See `outcome`.

-- A comment of the SELECT's own.
select
    time, action, actor, source_ip, account, region, outcome, event_id,
    json_extract_scalar(request, '$.bucketName') as bucket -- the :bucket
from events
where (:bucket is null or resources[1].arn = :bucket) and contains(:actions, action)
order by time, event_id
limit :most
"""

SUMMARY = """\
-- title: How often?
-- lookback: 28d
-- scans: 2
with seen as (select time, action from events where time < :window_start)
select action, count(*) as calls, min(time) as first_seen, max(time) as last_seen
from events
where action not in (select action from seen)
group by action
order by action
"""


def write(folder: Path, text: str, name: str = "topic/some-name") -> Path:
    path = folder / f"{name}.sql"
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(text, encoding="utf-8")
    return path


def made(folder: Path, text: str) -> Question:
    found = read(write(folder, text), folder)
    check(found)
    return found


def test_a_list_of_events_is_read_as_written(tmp_path: Path) -> None:
    found = made(tmp_path, LIST)
    assert found.name == "topic/some-name"
    assert found.title == "Who did it?"
    assert found.answers == ("Q212", "Q017")
    assert found.attack == ("T1485", "T1685.002")
    assert found.needs == ("management:write", "data:s3")
    assert found.global_services == ("iam", "sts")
    assert found.parameters == (
        Parameter("bucket", "text", True, None, "one bucket; every one: left out"),
        Parameter(
            "actions",
            "list of text",
            False,
            ("DeleteBucket", "NO", "0123", "12:30"),
            "what was done",
        ),
        Parameter("most", "integer", False, 100, "at most so many"),
    )
    assert (found.chart, found.next, found.limit) == (
        "timeline",
        ("overview/volume",),
        "most",
    )
    assert found.notes == "A refused one is listed too.\n\nSee `outcome`."
    assert found.sql == LIST.partition("\n\n")[2].strip()
    assert found.columns[-2:] == ["event_id", "bucket"]
    assert found.reads == {"events": 1}
    assert hash(found)


def test_a_summary_is_read_as_written(tmp_path: Path) -> None:
    found = made(tmp_path, SUMMARY)
    assert (found.lookback, found.scans) == (timedelta(days=28), 2)
    assert found.columns == ["action", "calls", "first_seen", "last_seen"]


def test_line_ends_and_a_byte_order_mark_do_not_matter(tmp_path: Path) -> None:
    path = write(tmp_path, "")
    path.write_bytes(b"\xef\xbb\xbf" + LIST.replace("\n", "\r\n").encode())
    assert read(path, tmp_path).sql == made(tmp_path, LIST).sql


def test_a_frame_that_a_limit_cut_says_so(tmp_path: Path) -> None:
    found = made(tmp_path, LIST)
    note = "Only the first 100 rows are shown: give a larger most."
    assert found.cut_note(100, {}) == note
    assert found.cut_note(99, {}) is None
    assert found.cut_note(99, {"most": 99}) is not None
    assert found.cut_note(100, {"most": None}) == note
    assert made(tmp_path, SUMMARY).cut_note(100, {}) is None


def change(old: str, new: str, text: str = LIST) -> str:
    assert old in text
    return text.replace(old, new, 1)


MISTAKES = [
    # the file
    ("select 1", "Line 1: The file does not begin with: -- title"),
    ("", "Line 1: The file does not begin with: -- title"),
    ('-- title: "Who?"', "No SELECT follows the header"),
    ("-- - a\n-- - b\nselect 1", "Line 1: The file does not begin with"),
    ("-- a: &x 1\n-- a: [*x]\nselect 1", 'Line 2: The key "a" is not text, or'),
    ("-- a: [b\n-- c: d\nselect 1", "Line 2: The header is not YAML"),
    ("-- title: Who: what?\nselect 1", "Line 1: The header is not YAML"),
    # the header
    (change("-- title:", "-- titel:"), 'Line 1: There is no key "titel". Did you mean'),
    (change('-- title: "Who did it?"', "-- notes: x"), 'Line 16: The key "notes"'),
    (change('"Who did it?"', '""'), "Line 1: It has no title"),
    (change('"Who did it?"', "[a]"), "Line 1: ['a'] must be one text"),
    (change('"Who did it?"', '"Who did it"'), "Line 1: The title is one line, and a"),
    (change("[Q212, Q017]", "Q212"), "Line 2: \"Q212\" must be a list, such as [Q212]"),
    (change("Q017", "17"), 'Line 2: "17" is not the number of a question'),
    (change("T1485", "T14"), 'Line 3: "T14" is not an ATT&CK id'),
    (change("T1485", "TA0040"), 'Line 3: "TA0040" is not an ATT&CK id'),
    (change("T1685.002", "T1562.008"), "T1562.008 is retired in ATT&CK. Write T1685"),
    (change("data:s3", "data"), 'Line 4: "data" is not what can be needed'),
    (change("management:write", "management"), 'Line 4: "management" is not what'),
    (change("[iam, sts]", "[iam.amazonaws.com]"), 'Line 5: "iam.amazonaws.com" is not'),
    (change("timeline", "pie"), 'Line 13: There is no chart "pie". There are: attack'),
    (change("overview/volume", "volume"), 'Line 14: "volume" is not a question'),
    (change("-- limit: most", "-- scans: many"), 'Line 15: "many" is not a number'),
    (change("-- limit: most", "-- lookback: soon"), "15: 'soon' is not a duration"),
    # parameters
    (change("bucket: {", "Bucket: {"), 'Line 7: "Bucket" is not a name for a param'),
    (change("bucket: {", "from: {"), 'Line 7: "from" is not a name for a parameter'),
    (change("bucket: {", "window_end: {"), 'Line 7: "window_end" is filled by'),
    (change("bucket: {", "rows: {"), 'Line 7: "rows" belongs to case.chunks('),
    (change("bucket: {type: text, ", "bucket: {"), 'Line 7: "bucket" needs a type'),
    (change("--     help: what was done\n", ""), 'Line 8: "actions" needs a type'),
    (change("bucket: {type: text, optional: true, help: \"one bucket; every one: left"
            " out\"}", "bucket: text"), 'Line 7: "bucket" needs a type and a help'),
    (change("type: text", "type: string"), 'Line 7: There is no type "string"'),
    (change("optional: true", "optional: yes"), 'Line 7: optional is true or false'),
    (change("optional: true", "optinal: true"), 'Line 7: "bucket" has no "optinal"'),
    (change("default: 100", "default: ten"), 'Line 12: The default of "most"'),
    (change("most: {", "least: {"), "Line 28: :most is not declared"),
    (change("limit :most", ""), 'The parameter "most" is not used'),
    (change("= :bucket)", "= : bucket)"), "The colon in line 26 begins no parameter"),
    (change("limit :most", "limit 10").replace("where (", "where :most > 1 and ("),
     "Line 28: A limit is a parameter: write limit :most"),
    (change("-- limit: most\n", ""), "Name the parameter of `limit` in the header"),
    (change("default: 100", "optional: true"), '"most" must be an integer with a'),
    (change("-- lookback: 28d\n", "", SUMMARY), "lookback and :window_start belong"),
    # the SELECT
    (change("from events", "from event"), 'There is no relation "event". Did you mean'),
    (change("from events", "form events"), "does not parse"),
    (change("json_extract_scalar(", "now("), "Line 24: now() is not"),
    (change("json_extract_scalar(", "json_value("), "Line 24: json_value() is not a"),
    (change("'$.bucketName'", "'$.bucket-name'"), "Line 24: '$.bucket-name' is no"),
    (change("and contains", "and 1::bigint = 1 and contains"), ":: in line 26"),
    (change("and contains", "and :bucket::varchar = '' and contains"), "in line 26"),
    (change("order by time, event_id\n", ""), "It has no order by"),
    (change("order by time, event_id", "order by time"), "ends in event_id"),
    (change("order by time", "order by lower(action), time"), "The order by names"),
    (change("order by time", "order by request, time"), "The order by names"),
    (change(" as bucket", ""), 'The column "" needs a lower-case name'),
    (change(" as bucket", ' as "Bucket"'), 'The column "Bucket" needs a lower-case'),
    (change(" as bucket", " as region"), 'Two columns are called "region"'),
    (change("time, action, actor", "action, time, actor"), "A list of events begins"),
    (change("max(time) as last_seen", "max(time) as latest", SUMMARY), "A summary has"),
    (change("select time, action from", "select * from", SUMMARY), "Line 4: Name the"),
    (change("-- scans: 2\n", "", SUMMARY), "It reads its relations 2 times"),
    (change("scans: 2", "scans: 3", SUMMARY), "It reads its relations 2 times"),
    (change("count(*) as", "sum(cast(json_extract_scalar(action, '$') as bigint)) as",
            SUMMARY), "Line 5: A log may hold anything there: write try_cast"),
    (change("count(*) as", "max(url_decode(action)) as", SUMMARY), "write try(url_dec"),
    (SUMMARY.replace("seen as", "network as").replace("from seen", "from network"),
     '"chosen_network"'),
    (SUMMARY + "; select 1", "Here are 2 statements"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "reason"), MISTAKES)
def test_a_mistake_names_file_line_and_mend(
    tmp_path: Path, text: str, reason: str
) -> None:
    with pytest.raises(InvalidQuestion) as mistake:
        made(tmp_path, text)
    assert str(mistake.value).startswith(str(tmp_path / "topic" / "some-name.sql"))
    assert reason in str(mistake.value)


@pytest.mark.parametrize(
    "name",
    ["name", "a/b/c", "Topic/name", "topic/Name", "topic/a_b", "topic/1a", "topic/for"],
)
def test_a_name_that_ask_could_not_hold_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidQuestion, match=r"cannot name a question|Python keyword"):
        read(write(tmp_path, LIST, name), tmp_path)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "")
    path.write_bytes(b"-- title: \xff\nselect 1")
    with pytest.raises(InvalidQuestion, match="cannot be read as text"):
        read(path, tmp_path)


def test_what_a_header_may_name_is_what_there_is() -> None:
    assert set(question.RELATIONS) == set(compose.RELATIONS)
    assert set(header.CHARTS) == set(charts.CHARTS)


@pytest.mark.parametrize("shipped", [pytest.param(q, id=q.name) for q in load()])
def test_every_question_that_trailkit_brings_keeps_the_rules(shipped: Question) -> None:
    assert read(shipped.path, sql_folder()) == shipped
    check(shipped)
