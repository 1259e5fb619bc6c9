"""A new notebook runs from top to bottom as it is."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from trailkit.__main__ import main
from trailkit.commands.new_notebook import write_notebook
from trailkit.errors import CommandError


def test_a_new_notebook_runs_and_leaves_journal_and_report(tmp_path: Path, capsys):
    assert main(["new", "notebook", "payroll bucket", "--into", str(tmp_path)]) == 0
    path = Path(capsys.readouterr().out.strip())
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=120, resources=resources).execute()
    assert (tmp_path / "payroll-bucket.jsonl").exists()
    assert "<title>payroll bucket</title>" in (
        tmp_path / "payroll-bucket.html"
    ).read_text(encoding="utf-8")


def test_a_file_that_is_there_is_never_touched(tmp_path: Path):
    path = write_notebook("mine", tmp_path)
    before = path.read_bytes()
    with pytest.raises(CommandError, match="there already"):
        write_notebook("mine", tmp_path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["../out", "a/b", "", '"; import os', ".hidden"])
def test_a_name_that_is_no_files_is_refused(name: str, tmp_path: Path):
    with pytest.raises(CommandError, match="cannot name"):
        write_notebook(name, tmp_path)
