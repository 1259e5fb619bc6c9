"""Each notebook runs on Athena with one changed line, and says the same."""

import contextlib
import io
import re
from pathlib import Path

import boto3
import nbformat
import pytest
from nbclient import NotebookClient

from tests.support.tables_over_logs import BUCKET, publish
from tools.practice_case import practice
from tools.practice_case.organization import ACCOUNTS
from trailkit.store import practice_case

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
KEY = practice.answers()

OPENING = "case = tk.local(folder) if folder else tk.demo()"
ON_ATHENA = (
    'case = tk.athena("security.cloudtrail", workgroup="dfir", poll=0.05)'
    '.window("2026-03-02", "2026-03-16")'
)


@pytest.fixture
def trail(athena, tmp_path):
    """Lay the practice case into the tests' Athena, with the logs of its last days."""
    practice_case.unpack(tmp_path)
    publish(athena, tmp_path, tuple(each.id for each in ACCOUNTS), "security")
    athena.bucket(BUCKET)
    client = boto3.client("s3")
    for path in tmp_path.rglob("2026/03/1[0-6]/*.json.gz"):
        key = path.relative_to(tmp_path).as_posix()
        client.put_object(Bucket=BUCKET, Key=key, Body=path.read_bytes())


LONG = pytest.mark.soak
"""Minutes on the tests' Athena."""


@pytest.mark.parametrize(
    "name",
    ["00_start_here", pytest.param("10_who_deleted_the_bucket", marks=LONG)],
)
def test_a_notebook_runs_on_athena_with_one_changed_line(trail, name):
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    changed = [cell for cell in notebook.cells if cell.source == OPENING]
    assert len(changed) == 1
    changed[0].source = ON_ATHENA
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    said = " ".join(
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    )
    assert re.search(r"query_id +[0-9a-f-]{36}", said)
    if name == "10_who_deleted_the_bucket":
        assert KEY.deletion.address in said
        assert KEY.leaked_key in said
        assert f'"eventID": "{KEY.deletion.event_id}"' in said


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("92_what_will_a_question_cost", marks=LONG),
        pytest.param("30_who_signed_in_to_the_console", marks=LONG),
        pytest.param("20_what_did_a_leaked_key_do", marks=LONG),
        pytest.param("88_what_happened_to_a_resource", marks=LONG),
    ],
)
def test_others_end_in_the_same_sentence_on_athena(trail, name):
    assert sentence(name, ON_ATHENA) == sentence(name, OPENING)


@pytest.mark.parametrize(
    "path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda p: p.stem
)
def test_each_notebook_has_the_one_line_to_change(path):
    cells = nbformat.read(path, as_version=4).cells
    assert [cell.source for cell in cells].count(OPENING) == 1


def sentence(name: str, opening: str) -> str:
    """Run a notebook in this process; give the last line that it printed."""
    names, out = {}, io.StringIO()
    cells = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4).cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    with contextlib.redirect_stdout(out):
        for source in code:
            exec(source.replace(OPENING, opening), names)
    return out.getvalue().rstrip().splitlines()[-1]
