"""Evidence or a store that will not do: a plain sentence, with value and remedy."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from tests.support.evidence_made import checksum, log, many, put, rows
from tests.support.records_made import record
from trailkit.connect import local
from trailkit.errors import (
    EvidenceError,
    NoRecords,
    NoSuchEvidence,
    StoreBusy,
    StoreError,
    UnsafePath,
)
from trailkit.store.store import Store, open_store


def opened(logs: object, store: Path) -> Store:
    return open_store(logs, folder=store, progress=False)  # type: ignore[arg-type]


def refused(error: type[EvidenceError], logs: object, store: Path) -> str:
    """Return what the user reads in a notebook."""
    with pytest.raises(error) as caught:
        opened(logs, store)
    assert type(caught.value) is error
    shown = "\n".join(caught.value._render_traceback_())  # pyright: ignore
    assert shown == f"{error.__name__}: {caught.value}"
    assert "Traceback" not in shown
    return str(caught.value)


# The evidence


def test_a_folder_that_is_not_there_is_named_with_the_nearest(tmp_path: Path) -> None:
    put(tmp_path / "evidence-2026", {"a.json": log([record()])})
    said = refused(NoSuchEvidence, tmp_path / "evidense-2026", tmp_path / "store")
    assert f'There is no file or folder "{tmp_path}/evidense-2026".' in said
    assert 'Did you mean "evidence-2026"?' in said
    assert f'You are in "{Path.cwd()}"' in said
    assert not (tmp_path / "store").exists()


def test_one_missing_path_in_a_list_is_named(tmp_path: Path) -> None:
    put(tmp_path / "logs", {"a.json": log([record()])})
    paths = [tmp_path / "logs", tmp_path / "logs" / "b.json"]
    said = refused(NoSuchEvidence, paths, tmp_path / "store")
    assert "logs/b.json" in said
    assert 'Did you mean "a.json"?' in said


@pytest.mark.parametrize("name", ["x" * 300, "a.json/below"])
def test_a_path_that_no_disk_can_hold_is_not_there(tmp_path: Path, name: str) -> None:
    put(tmp_path, {"a.json": log([record()])})
    assert name in refused(NoSuchEvidence, tmp_path / name, tmp_path / "store")


def test_an_empty_list_is_refused_with_an_example(tmp_path: Path) -> None:
    said = refused(NoSuchEvidence, [], tmp_path / "store")
    assert said.startswith("The list of evidence is empty.")
    assert 'tk.local("evidence/")' in said


def test_an_empty_folder_is_called_empty(tmp_path: Path) -> None:
    (tmp_path / "logs" / "below").mkdir(parents=True)
    said = refused(NoRecords, tmp_path / "logs", tmp_path / "store")
    assert said.startswith(f'"{tmp_path}/logs" is empty.')
    assert "tk.local(" in said


def test_a_folder_without_a_record_says_what_is_there(tmp_path: Path) -> None:
    other = {
        "page.html": b"<html>",
        "b.json": b'{"a": 1}',
        "c.json": b'{"Records": []}',
    }
    put(tmp_path / "logs", other | {f"{n}.txt": b"text" for n in range(9)})
    said = refused(NoRecords, tmp_path / "logs", tmp_path / "store")
    first, *reasons = said.split("\n")
    assert f'None of the 12 files in "{tmp_path}/logs"' in first
    assert "Name the folder of the logs: tk.local(" in first
    assert 0 < len(reasons) <= 5, "a few are enough"


def test_a_folder_that_gets_its_first_record_opens(tmp_path: Path) -> None:
    logs = put(tmp_path / "logs", {"a.txt": b"text"})
    refused(NoRecords, logs, tmp_path / "store")
    put(logs, {"a.json": log([record()])})
    assert opened(logs, tmp_path / "store").counts["events"] == 1


def test_a_pipe_or_a_device_is_no_evidence(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        said = refused(UnsafePath, path, tmp_path / "store")
        assert f'"{path}" is refused.' in said
        assert "Name a file, or the folder of the logs." in said


@pytest.mark.parametrize("name", ["a\nb", "a\x00b", "\x1b[2J", "a\u2028b"])
def test_a_path_with_control_characters_is_refused_and_not_printed(
    tmp_path: Path, name: str
) -> None:
    said = refused(UnsafePath, tmp_path / name, tmp_path / "store")
    assert said.isprintable()
    assert "control characters" in said


@pytest.fixture
def forbid(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let the system refuse to open a path, as it does for all but the superuser."""

    def forbid(forbidden: str) -> None:
        monkeypatch.setattr(os, "open", refusing(os.open, forbidden))
        monkeypatch.setattr(os, "scandir", refusing(os.scandir, forbidden))

    return forbid


def refusing(really: Callable[..., object], forbidden: str) -> Callable[..., object]:
    def refuse(path: object, *given: object, **named: object) -> object:
        if str(path).endswith(forbidden):
            raise PermissionError(13, "Permission denied", path)
        return really(path, *given, **named)

    return refuse


def test_an_unreadable_file_is_listed_and_tried_again(
    tmp_path: Path, forbid: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = put(tmp_path / "logs", {"a.json": log([record("A")])})
    put(logs, {"secret.json": log([record("Secret")])})
    forbid("secret.json")
    store = opened(logs, tmp_path / "store")
    broken = rows(store, "select reason from {files} where status = 'broken'")
    assert broken == [("Cannot be read: Permission denied.",)]
    assert store.counts["events"] == 1
    monkeypatch.undo()
    assert opened(logs, tmp_path / "store").counts["events"] == 2


def test_an_unreadable_file_alone_is_no_evidence_and_says_why(
    tmp_path: Path, forbid: Callable[[str], None]
) -> None:
    logs = put(tmp_path / "logs", {"secret.json": log([record()])})
    forbid("secret.json")
    said = refused(NoRecords, logs, tmp_path / "store")
    assert "secret.json: Cannot be read: Permission denied." in said


def test_an_unreadable_folder_is_listed_and_what_was_read_still_counts(
    tmp_path: Path, forbid: Callable[[str], None]
) -> None:
    logs = put(tmp_path / "logs", {"a.json": log([record("A")])})
    put(logs / "closed", {"b.json": log([record("B")])})
    assert opened(logs, tmp_path / "store").counts["events"] == 2
    forbid("closed")
    store = opened(logs, tmp_path / "store")
    assert store.counts["events"] == 2
    broken = rows(store, "select reason from {files} where status = 'broken'")
    assert broken == [("The folder: Permission denied.",)]


# The originals


def test_an_original_that_has_changed_is_not_shown(tmp_path: Path) -> None:
    made = record()
    logs = put(tmp_path / "logs", {"a.json": log([made])})
    store = opened(logs, tmp_path / "store")
    put(logs, {"a.json": log([{**made, "eventName": "Forged"}])})
    with pytest.raises(EvidenceError) as caught:
        store.original(made["eventID"])
    assert "a.json" in str(caught.value)
    assert "Its content has changed." in str(caught.value)
    assert "tk.local(" in str(caught.value)


def test_an_original_that_is_gone_is_not_shown(tmp_path: Path) -> None:
    made = record()
    logs = put(tmp_path / "logs", {"a.json": log([made])})
    store = opened(logs, tmp_path / "store")
    (logs / "a.json").unlink()
    with pytest.raises(EvidenceError, match="No such file"):
        store.original(made["eventID"])


# The store


@pytest.mark.parametrize("place", ["logs", "logs/store", "logs/../logs/store"])
def test_a_store_in_the_evidence_is_refused(tmp_path: Path, place: str) -> None:
    logs = put(tmp_path / "logs", {"a.json": log([record()])})
    said = refused(StoreError, logs, tmp_path / place)
    assert f'inside the evidence "{logs}"' in said
    assert "into which nothing is ever written" in said
    assert 'tk.local(…, store="…")' in said
    assert [path.name for path in logs.iterdir()] == ["a.json"]


def test_a_link_into_the_evidence_hides_no_store_there(tmp_path: Path) -> None:
    logs = put(tmp_path / "logs", {"a.json": log([record()])})
    (tmp_path / "link").symlink_to(logs)
    refused(StoreError, logs, tmp_path / "link" / "store")
    refused(StoreError, tmp_path / "link", logs / "store")


def test_a_folder_with_other_things_is_no_place_for_a_store(tmp_path: Path) -> None:
    logs = put(tmp_path / "logs", {"a.json": log([record()])})
    home = put(tmp_path / "home", {"letter.txt": b"Dear"})
    said = refused(StoreError, logs, home)
    assert f'"{home}" is not empty, and no store of trailkit.' in said
    assert "TRAILKIT_CACHE" in said
    assert [path.name for path in home.iterdir()] == ["letter.txt"]


def test_a_file_is_no_place_for_a_store(tmp_path: Path) -> None:
    logs = put(tmp_path / "logs", {"a.json": log([record()])})
    put(tmp_path, {"file": b""})
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        said = refused(StoreError, logs, place)
        assert f'The store cannot lie in "{place}"' in said
        assert 'store="…"' in said


def test_a_pattern_is_no_place_for_a_store(tmp_path: Path) -> None:
    logs = put(tmp_path / "logs", {"a.json": log([record()])})
    said = refused(StoreError, logs, tmp_path / "store[1]")
    assert "takes * ? [ ] in a path as a pattern" in said


def test_a_store_that_another_process_keeps_is_called_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import filelock

    logs = put(tmp_path / "logs", {"a.json": log([record()])})
    (tmp_path / "store").mkdir()
    monkeypatch.setattr("trailkit.store.store._PATIENCE_SECONDS", 0)
    with filelock.FileLock(tmp_path / "store" / "trailkit.lock"):
        said = refused(StoreBusy, logs, tmp_path / "store")
    assert f'"{tmp_path}/store"' in said
    assert 'store="…"' in said
    assert opened(logs, tmp_path / "store").counts["events"] == 1


# A full disk

CHILD = """
import resource, sys
from pathlib import Path
from trailkit.errors import StoreFull
from trailkit.store.store import open_store

logs, store, largest = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
try:
    open_store(logs, folder=store, progress=False)
except StoreFull as error:
    print("\\n".join(error._render_traceback_()))
else:
    print("made")
"""


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return many(tmp_path_factory.mktemp("many") / "logs", 40, 50)


@pytest.fixture(scope="module")
def whole(logs: Path) -> str:
    return checksum(opened(logs, logs.parent / "whole"))


@pytest.mark.parametrize("largest", [0, 600, 2_000, 10_000, 30_000, 100_000, 400_000])
def test_a_full_disk_is_told_with_the_mend_and_leaves_the_store_whole(
    logs: Path, whole: str, largest: int, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    child = [sys.executable, "-c", CHILD, str(logs), str(store), str(largest)]
    ended = subprocess.run(child, cwd=PROJECT, capture_output=True, text=True)
    assert ended.stderr == ""
    said = ended.stdout.strip()
    assert said.startswith(f'StoreFull: There is no room for the store in "{store}"')
    assert "bytes are free" in said
    assert 'Name another folder: tk.local(…, store="…")' in said
    assert "TRAILKIT_CACHE" in said
    assert checksum(opened(logs, store)) == whole


# By the front door


def test_the_user_reads_the_same_sentences(tmp_path: Path) -> None:
    with pytest.raises(NoSuchEvidence, match="There is no file or folder"):
        local(tmp_path / "nothing", progress=False)
    logs = put(tmp_path / "logs", {"a.json": log([record()])})
    with pytest.raises(StoreError, match="inside the evidence"):
        local(logs, store=logs / "store", progress=False)
