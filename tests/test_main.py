"""The command line, as it is typed."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.support.records_made import record, write
from trailkit.__main__ import main
from trailkit.commands.every_command import COMMANDS
from trailkit.store import practice_case


def run(capsys, *words: str) -> tuple[int, str, str]:
    status = main(list(words))
    said = capsys.readouterr()
    return status, said.out, said.err


def test_library_lists_the_questions_that_mention_the_words(capsys):
    status, out, _ = run(capsys, "library", "bucket", "deleted")
    assert status == 0
    assert "s3/bucket-deletions" in out
    assert "signin/console" not in out


def test_ddl_writes_a_table_for_an_organization_trail(capsys):
    words = "ddl security.trail --bucket logs-of-all --organization o-a1b2c3d4e5"
    status, out, _ = run(capsys, *words.split(), "--start", "2024-01-01")
    assert status == 0
    assert "'projection.account.type' = 'injected'" in out


def test_an_option_never_swallows_the_table(capsys):
    words = "ddl --region eu-west-1,us-east-1 --account 111122223333 a.b --bucket logs"
    status, out, _ = run(capsys, *words.split(), "--start", "2024-01-01")
    assert status == 0
    assert "'projection.region.values' = 'eu-west-1,us-east-1'" in out


DDL = ["--bucket", "logs", "--start", "2024-01-01"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["a.b", "--bucket", "No Bucket", "--start", "2024-01-01"], "No Bucket"),
        (
            ["a.b", "--bucket", "logs", "--start", "yesterday"],
            '"yesterday" is not a day',
        ),
        (["ab", *DDL], "database.table"),
        (["a.b", *DDL, "--prefix", "AWSLogs"], "leave it out"),
        (["a.b", *DDL, "--prefix", "x/AWSLogs"], 'before AWSLogs/: "x"'),
        (["a.b", *DDL, "--prefix", "AWSLogs/o-a1b2c3d4e5"], "leave it out"),
        (["a.b", *DDL, "--prefix", "AWSLogs/111122223333/CloudTrail"], "leave it out"),
        (["a.b", *DDL, "--region", "mars"], "mars"),
    ],
)
def test_a_table_that_cannot_be_is_one_sentence(capsys, words, sentence):
    status, out, err = run(capsys, "ddl", *words)
    assert (status, out) == (1, "")
    assert err.startswith("TableError: ")
    assert err.count("\n") == 1
    assert sentence in err


@pytest.fixture(scope="module")
def practice(tmp_path_factory) -> str:
    return str(practice_case.folder(tmp_path_factory.mktemp("practice")))


@pytest.fixture(scope="module")
def logs(tmp_path_factory) -> str:
    """Write one record whose user agent would move a terminal's cursor."""
    folder = tmp_path_factory.mktemp("logs")
    write(folder, [record("DeleteBucket", userAgent="a\x1b[2J\u202eb")])
    return str(folder)


ASK = ["ask", "s3/bucket-deletions", "bucket=harbour-books-payroll-archive"]


def test_ask_prints_a_table_and_says_what_it_holds(capsys, practice):
    status, out, err = run(capsys, *ASK, "--evidence", practice)
    assert status == 0
    assert "harbour-books-payroll-archive" in out
    assert err.count("Who deleted an S3 bucket?") == 1
    assert err.count("did not record all of this scope") == 1


def test_words_come_in_any_order(capsys, practice):
    name, value = ASK[1:]
    options = ["--account", "777788889999", "--evidence", practice, "--csv", "-"]
    orders = [
        ["ask", *options, value, name],
        ["ask", value, *options, name],
        ["ask", name, *options, value],
    ]
    answers = {run(capsys, *words)[:2] for words in orders}
    assert len(answers) == 1
    [(status, out)] = answers
    assert (status, out.count("\n")) == (0, 4)


def test_ask_writes_csv_to_stdout_and_nothing_else(capsys, practice):
    status, out, _ = run(capsys, *ASK, "--evidence", practice, "--csv", "-")
    assert status == 0
    assert out.startswith("time,action,actor,source_ip,account,region,outcome,event_id")


def test_ask_writes_parquet_with_its_provenance(capsys, practice, tmp_path):
    target = tmp_path / "found.parquet"
    status, out, _ = run(capsys, *ASK, "--evidence", practice, "--parquet", str(target))
    assert (status, out) == (0, "")
    question = pd.read_parquet(target).attrs["trailkit"]["question"]
    assert question == "s3/bucket-deletions"


def test_a_list_comes_from_a_file(capsys, practice, tmp_path):
    file = tmp_path / "actions.txt"
    file.write_text("iam:CreateUser\nDeleteBucket\n", encoding="utf-8")
    words = ["ask", "overview/records", f"actions=@{file}", "--csv", "-"]
    status, out, err = run(capsys, *words, "--evidence", practice)
    assert status == 0
    assert "CreateUser" in out
    assert "DeleteBucket" in out
    assert '"iam:CreateUser" was read as "CreateUser"' in err


def test_people_leave_out_what_services_did(capsys, practice):
    words = ["query", "select count(*) as n from events", "--csv", "-"]
    words += ["--evidence", practice]
    _, everybody, _ = run(capsys, *words)
    status, people, _ = run(capsys, *words, "--people")
    assert status == 0
    assert 0 < int(people.split()[1]) < int(everybody.split()[1])


def test_ask_shows_the_sql_without_running_it(capsys, practice):
    status, out, _ = run(capsys, *ASK, "--evidence", practice, "--sql")
    assert status == 0
    assert "with records as (" in out


def test_last_narrows_the_window_from_its_end(capsys, practice):
    scope = ["--last", "2h", "--window", "2026-03-11", "2026-03-12T02:00"]
    status, _, err = run(capsys, *ASK, *scope, "--evidence", practice)
    assert status == 0
    assert "2026-03-12 00:00:00 to 2026-03-12 02:00:00 UTC" in err


def test_a_second_window_and_a_second_last_narrow_the_first(capsys, practice):
    asked = ["--last", "6h", "--window", "2026-03-11", "2026-03-14", "--last", "2h"]
    windows = [*asked, "--window", "2026-03-02", "2026-03-12T02:00"]
    status, _, err = run(capsys, *ASK, *windows, "--evidence", practice)
    assert status == 0
    assert "2026-03-12 00:00:00 to 2026-03-12 02:00:00 UTC" in err
    apart = [
        "--window",
        "2026-03-02",
        "2026-03-03",
        "--window",
        "2026-03-04",
        "2026-03-05",
    ]
    status, out, err = run(capsys, *ASK, *apart, "--evidence", practice)
    assert (status, out) == (1, "")
    assert "outside 2026-03-02 00:00:00 to 2026-03-03 00:00:00 UTC" in err


def test_what_lists_no_events_is_not_counted_as_events(capsys, logs):
    status, out, err = run(capsys, "query", "describe events", "--evidence", logs)
    assert status == 0
    assert "caller_kind" in out
    assert err.strip().endswith(" rows.")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["select", "count(*)", "from", "events"], "in quotes"),
        (["show tables"], "describe events lists the columns"),
        (["select count(*) from event"], 'Did you mean "events"?'),
        (["select actr from events"], '"actor"'),
    ],
)
def test_a_mistake_in_a_query_is_one_sentence(capsys, caplog, logs, words, sentence):
    status, out, err = run(capsys, "query", *words, "--evidence", logs)
    assert status in (1, 2)
    assert out == ""
    assert sentence in err
    assert not caplog.records


def test_a_query_of_ones_own_runs(capsys, logs):
    select = "select action, count(*) as events from events group by action"
    status, out, _ = run(capsys, "query", "--evidence", logs, select, "--csv", "-")
    assert (status, out) == (0, "action,events\nDeleteBucket,1\n")


def test_triage_lists_findings_of_the_scope(capsys, practice):
    words = ["--window", "2026-03-12", "2026-03-13", "--csv", "-"]
    status, out, _ = run(capsys, "triage", *words, "--evidence", practice)
    assert status == 0
    assert "severity" in out.partition("\n")[0]
    assert "critical" in out or "high" in out


def test_what_would_move_the_cursor_is_printed_as_its_escape(capsys, logs):
    select = "select user_agent from events"
    status, out, _ = run(capsys, "query", select, "--evidence", logs)
    assert status == 0
    assert "a\\x1b[2J\\u202eb" in out
    assert not set(out) & {"\x1b", "\u202e"}


def test_what_was_typed_is_printed_back_as_its_escape(capsys):
    status, _, err = run(capsys, "a\x1b[2J\u202e")
    assert status == 2
    assert "a\\x1b[2J\\u202e" in err


@pytest.mark.parametrize(
    "command", ["ask s3/bucket-deletions", "query select", "triage"]
)
def test_without_records_nothing_is_opened_in_silence(capsys, command):
    status, out, err = run(capsys, *command.split())
    assert (status, out) == (2, "")
    assert all(source in err for source in ("--evidence", "--table", "--demo"))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["s3/bucket-deletion"], "bucket-deletions"),
        (["s3/bucket-deletions", "bukket=x"], 'Did you mean "bucket"?'),
        (["s3/bucket-deletions", "bucket"], "name=value"),
        (["s3/bucket-deletions", "iam/access-changes"], "Ask one at a time"),
        (["s3/bucket-deletions", "--window", "2026-03-03", "2026-03-02"], "earlier"),
        (["s3/bucket-deletions", "--region", "eu-west-1", "a.b"], '"a.b" is neither'),
        (["s3/bucket-deletions", "--csv", "not/there/x.csv"], "no folder not/there"),
        (["s3/bucket-deletions", "--parquet", "tests"], "tests is a folder"),
        (["s3/bucket-deletions", "--parquet", "-"], "needs a file"),
        (["s3/bucket-deletions", "--questions", "not/there"], "not/there"),
        (["s3/bucket-deletions", "--table", "a.b"], "different records"),
        (["s3/bucket-deletions", "--workgroup", "dfir"], "needs --table"),
        (["s3/bucket-deletions", "--last", "soon"], "soon"),
        (["s3/bucket-deletions", "--account", "12"], "12"),
        (["s3/bucket-deletions", "--tab", "a.b"], "nrecognized"),
        (["s3/bucket-deletions", "--window", "2026-03-02"], "expected 2 arguments"),
        ([], "Which question?"),
    ],
)
def test_a_mistake_is_one_sentence_with_the_remedy(
    capsys, logs, monkeypatch, words, sentence
):
    monkeypatch.chdir(Path(__file__).parents[1])
    status, out, err = run(capsys, "ask", *words, "--evidence", logs)
    assert status in (1, 2)
    assert out == ""
    assert sentence in err
    assert "Traceback" not in err


def test_an_unknown_command_names_the_nearest(capsys):
    status, _, err = run(capsys, "libary")
    assert status == 2
    assert 'Did you mean "library"?' in err


def test_help_names_every_command(capsys):
    _, out, _ = run(capsys)
    assert all(f"\n  {name} " in out for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(capsys, name):
    with pytest.raises(SystemExit) as stopped:
        main([name, "--help"])
    assert stopped.value.code == 0
    assert COMMANDS[name].help in " ".join(capsys.readouterr().out.split())


# A question of one's own


def test_a_new_question_runs_at_once(capsys, logs, tmp_path):
    folder = str(tmp_path / "mine")
    status, out, err = run(capsys, "new", "question", "s3/our-own", "--into", folder)
    assert (status, out.strip()) == (0, str(tmp_path / "mine" / "s3" / "our-own.sql"))
    assert "trailkit ask s3/our-own --questions" in err
    words = ["s3/our-own", "action=DeleteBucket", "--questions", folder]
    status, out, _ = run(capsys, "ask", *words, "--evidence", logs, "--csv", "-")
    assert (status, out.count("\n")) == (0, 2)
    status, out, _ = run(capsys, "library", "our-own", "--questions", folder)
    assert "s3/our-own" in out


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("../up/there", "cannot name a question"),
        ("/etc/cron", "cannot name a question"),
        ("s3", "cannot name a question"),
        ("s3/import", "Python keyword"),
        ("s3/bucket-deletions", "is a question of trailkit"),
    ],
)
def test_a_name_that_cannot_be_writes_nothing(capsys, tmp_path, name, sentence):
    status, _, err = run(capsys, "new", "question", name, "--into", str(tmp_path))
    assert status == 1
    assert sentence in err
    assert not list(tmp_path.iterdir())


def test_a_question_that_is_there_is_not_touched(capsys, tmp_path):
    words = ["new", "question", "a/b", "--into", str(tmp_path)]
    run(capsys, *words)
    (tmp_path / "a" / "b.sql").write_text("mine")
    status, _, err = run(capsys, *words)
    assert status == 1
    assert "is there already" in err
    assert (tmp_path / "a" / "b.sql").read_text() == "mine"


def test_a_reader_that_leaves_early_ends_it_quietly(logs):
    script = f"{sys.executable} -m trailkit library | head -1"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "name" in done.stdout
