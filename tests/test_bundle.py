"""The bundle: verified by anyone, and each changed byte is found and named."""

import hashlib
import json
import random
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pytest

import trailkit as tk
from tests.conftest import PROJECT
from tests.support.athena_server import AthenaServer
from tests.support.records_made import record
from tests.test_checking import everyday, published
from trailkit.__main__ import main
from trailkit.errors import ReportError
from trailkit.integrity import verify_bundle
from trailkit.report import pictures
from trailkit.report.handing_over import read_bundle
from trailkit.report.report_file import verify_runs
from trailkit.store import practice_case as packed_case


@pytest.fixture(scope="module")
def bundled(practice_case: tk.Case, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundled")
    case = practice_case.journal(folder / "case.jsonl", who="r.okafor")
    case = case.known(addresses=["192.0.2.0/24"], why="the office")
    case = case.investigated_by("AKIAQ7H2XLWTVEXAMPLE")
    case.mark(case.ask("s3/bucket-deletions").head(2), "deleted", tag="impact")
    counted = case.query(
        "select action, count(*) as events from events group by action"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pictures, "chromium", lambda: None)
        return case.bundle(folder / "case.zip", frames=[counted])


@pytest.fixture(scope="module")
def script(bundled: Path) -> Path:
    """Take the script out of the bundle."""
    place = bundled.with_name("verify_bundle.py")
    with zipfile.ZipFile(bundled) as parts:
        place.write_bytes(parts.read("verify_bundle.py"))
    return place


def run(script: Path, path: Path) -> subprocess.CompletedProcess[str]:
    """Run the script as a stranger does: no site, no environment, no package."""
    words = [sys.executable, "-I", "-S", script.name, path.name]
    return subprocess.run(
        words, cwd=script.parent, env={}, capture_output=True, text=True, check=False
    )


def test_any_tool_opens_it_and_every_part_is_there(bundled: Path):
    with zipfile.ZipFile(bundled) as parts:
        assert parts.testzip() is None
        names = set(parts.namelist())
        readme = parts.read("README.txt").decode()
        story = pd.read_csv(parts.open("story.csv"))
        frame = pd.read_parquet(parts.open("frames/02-s3_bucket-deletions.parquet"))
    assert {
        *("manifest.json", "manifest.sha256", "README.txt", "verify_bundle.py"),
        *("report.html", "journal.jsonl", "story.csv", "story.parquet"),
        *("questions.json", "versions.json", "evidence/files.csv"),
        *("evidence/digests.csv", "evidence/coverage.csv", "sql/01-ad-hoc.sql"),
        *("frames/02-s3_bucket-deletions.csv", "frames/02-s3_bucket-deletions.rows"),
    } <= names
    assert "verify_bundle.py case.zip" in readme
    assert {each.split("/")[0] for each in names - {"README.txt"}} <= said(readme)
    assert len(story) == 2
    assert len(frame) == 10


def said(readme: str) -> set[str]:
    """Return the parts that a README says something of."""
    lines = re.findall(r"^  (\S+?)/?  +\S", readme, re.MULTILINE)
    return set(lines)


def test_the_readme_says_in_words_what_was_examined_and_what_it_shows(bundled: Path):
    with zipfile.ZipFile(bundled) as parts:
        readme = parts.read("README.txt").decode()
    assert f"by r.okafor, with trailkit {version('trailkit')}" in readme
    assert "4,278 files" in readme
    assert "What it does not show" in readme


def test_of_acquired_evidence_it_holds_what_says_where_each_file_is_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pictures, "chromium", lambda: None)
    folder = tmp_path / "evidence"
    folder.mkdir()
    log = json.dumps({"Records": [record("DeleteBucket", "s3")]})
    lists = {"manifest.jsonl": "", "acquisition.json": '{"acquisition": []}'}
    sums = []
    for name, text in {**lists, "log.json": log}.items():
        (folder / name).write_text(text)
        sums.append(f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n")
    (folder / "SHA256SUMS").write_text("".join(sums))
    case = tk.local(folder, store=tmp_path / "store", progress=False)
    frame = case.query("select time, action from events")
    path = case.bundle(tmp_path / "case.zip", frames=[frame])
    held = verify_bundle.check(path.read_bytes())[0]
    for name in ("SHA256SUMS", *lists):
        part = f"evidence/acquisition-1/{name}"
        assert held[part] == (folder / name).read_bytes()
    assert "acquisition-1/" in held["README.txt"].decode()


def test_a_case_over_a_table_has_a_bundle_too(
    athena: AthenaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pictures, "chromium", lambda: None)
    opened = published(athena, everyday())
    case = opened.window("2026-03-09", "2026-03-10").journal(tmp_path / "case.jsonl")
    frame = case.query("select time, action, event_id from events order by event_id")
    path = case.bundle(tmp_path / "case.zip", frames=[frame])
    parts, faults = verify_bundle.check(path.read_bytes())
    assert not faults
    assert not {"evidence/files.csv", "evidence/digests.csv"} & parts.keys()
    readme = parts["README.txt"].decode()
    assert "trailkit verify case.zip --table security.cloudtrail" in readme
    assert "--evidence" not in readme
    told = read_bundle(path.read_bytes())
    assert verify_runs(opened, told)["verified"].all()


def test_the_script_alone_verifies_it(bundled: Path, script: Path):
    ended = run(script, bundled)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "parts are as they were" in ended.stdout
    assert re.search(r"^  [0-9a-f]{64}$", ended.stdout, re.MULTILINE)


def test_the_script_and_trailkit_name_the_part_of_a_changed_byte(
    bundled: Path, script: Path, tmp_path: Path
):
    data = bundled.read_bytes()
    changed = script.with_name("changed.zip")
    changed.write_bytes(one_changed(data, 5_000_000))
    ended = run(script, changed)
    assert ended.returncode == 1
    assert ended.stdout.startswith("WRONG  report.html")
    with pytest.raises(ReportError, match=r"report\.html was changed"):
        read_bundle(changed.read_bytes())


def test_each_of_fifty_changed_bytes_is_found_and_its_part_named(bundled: Path):
    data = bundled.read_bytes()
    chosen = random.Random(7)
    places = [(name, place) for name, place in layout(data).items()]
    for name, (start, end) in chosen.choices(places, k=50):
        place = chosen.randrange(start, end)
        faults = verify_bundle.check(one_changed(data, place))[1]
        assert any(name in each for each in faults), (name, place - start, faults)


def test_the_directory_and_the_end_count_too(bundled: Path):
    data = bundled.read_bytes()
    for place in (len(data) - 1, len(data) - 22, len(data) - 100):
        assert verify_bundle.check(one_changed(data, place))[1]
    assert verify_bundle.check(data + b"x")[1]
    assert verify_bundle.check(data[:-1])[1]
    assert verify_bundle.check(b"")[1]


def layout(data: bytes) -> dict[str, tuple[int, int]]:
    """Return where each part lies, with its header."""
    import io

    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        return {
            each.filename: (
                each.header_offset,
                each.header_offset + 30 + len(each.filename) + each.file_size,
            )
            for each in parts.infolist()
        }


def one_changed(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 0x5A]) + data[place + 1 :]


def test_over_the_evidence_all_questions_have_the_same_hashes(
    practice_case: tk.Case, bundled: Path, capsys
):
    told = read_bundle(bundled.read_bytes())
    assert len(told["runs"]) == 2
    assert verify_runs(practice_case, told)["verified"].all()
    assert main(["verify", str(bundled), "--demo"]) == 0
    assert "same hash" in capsys.readouterr().out


def test_on_another_machine_all_questions_have_the_same_hashes(
    bundled: Path, tmp_path: Path
):
    copied = tmp_path / "elsewhere" / "logs"
    shutil.copytree(packed_case.folder(), copied)
    (tmp_path / "home").mkdir()
    environment = {
        "HOME": str(tmp_path / "home"),
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(PROJECT),
        "TZ": "Asia/Kathmandu",
        "LC_ALL": "C",
    }
    words = [sys.executable, "-m", "trailkit", "verify", bundled, "--evidence", copied]
    ended = subprocess.run(
        [str(each) for each in words],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.count("same hash") == len(
        read_bundle(bundled.read_bytes())["runs"]
    )


def test_the_journal_tells_of_the_bundle(bundled: Path):
    lines, faults = verify_bundle.read_lines(
        bundled.with_name("case.jsonl").read_bytes()
    )
    assert not faults
    assert lines[-1]["what"] == "bundled"
    manifest = verify_bundle.check(bundled.read_bytes())[0]["manifest.sha256"]
    assert lines[-1]["sha256"] == manifest.decode().strip()
