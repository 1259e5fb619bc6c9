"""The command line, as it is typed."""

import pandas as pd
import pytest

from trailkit.__main__ import main
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


def test_a_wrong_bucket_is_one_sentence(capsys):
    words = ["ddl", "a.b", "--bucket", "No Bucket", "--start", "2024-01-01"]
    status, _, err = run(capsys, *words)
    assert status == 1
    assert err.startswith("TableError: ")
    assert "No Bucket" in err


@pytest.fixture(scope="module")
def practice(tmp_path_factory) -> str:
    return str(practice_case.folder(tmp_path_factory.mktemp("practice")))


ASK = ["ask", "s3/bucket-deletions", "bucket=harbour-books-payroll-archive"]


def test_ask_prints_a_table(capsys, practice):
    status, out, _ = run(capsys, *ASK, "--evidence", practice)
    assert status == 0
    assert "harbour-books-payroll-archive" in out


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


def test_ask_shows_the_sql_without_running_it(capsys, practice):
    status, out, _ = run(capsys, *ASK, "--evidence", practice, "--sql")
    assert status == 0
    assert "with records as (" in out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["s3/bucket-deletion"], "bucket-deletions"),
        (["s3/bucket-deletions", "bukket=x"], 'Did you mean "bucket"?'),
        (["s3/bucket-deletions", "bucket"], "name=value"),
        (["s3/bucket-deletions", "--window", "2026-03-03", "2026-03-02"], "earlier"),
    ],
)
def test_a_mistake_is_one_sentence_with_the_mend(capsys, practice, words, sentence):
    status, _, err = run(capsys, "ask", *words, "--evidence", practice)
    assert status == 1
    assert sentence in err
