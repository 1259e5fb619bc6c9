"""A store that was edited is noticed, named and made anew; strangers cannot read it."""

import json
import random
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.conftest import PROJECT
from tests.support.evidence_made import checksum, many
from trailkit.errors import StoreError
from trailkit.store.store import Store, open_store

SOAK = pytest.mark.soak
SMALL = 1 << 20
"""Parts up to this size are hashed as a whole on opening."""


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return many(tmp_path_factory.mktemp("defence") / "logs", 3, 10)


@pytest.fixture
def store(logs: Path, tmp_path: Path) -> Store:
    return opened(logs, tmp_path)


def opened(logs: Path, tmp_path: Path) -> Store:
    return open_store(logs, folder=tmp_path / "store", progress=False)


def test_others_can_neither_read_nor_enter_it(store: Store) -> None:
    modes = {stat.S_IMODE(path.stat().st_mode) for path in store.folder.iterdir()}
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    assert modes == {0o600}


def test_a_store_as_it_was_written_is_verified(store: Store, logs: Path) -> None:
    assert store.verify() == []
    assert opened(logs, store.folder.parent).notes == []


def edited(content: bytes, how: int, dice: random.Random) -> bytes:
    """Turn a bit, cut, lengthen or empty a file."""
    at = dice.randrange(len(content))
    turned = content[:at] + bytes([content[at] ^ 1 << dice.randrange(8)])
    return [turned + content[at + 1 :], content[:at], content + b"x", b""][how]


SEEDS = [*range(12), *(pytest.param(seed, marks=SOAK) for seed in range(12, 100))]


@pytest.mark.parametrize("seed", SEEDS)
def test_an_edit_is_named_and_made_good(seed: int, store: Store, logs: Path) -> None:
    dice, before = random.Random(seed), checksum(store)
    names = [*sorted(store.manifest.files()), "manifest.json"]
    path = store.folder / names[seed % len(names)]
    path.write_bytes(edited(path.read_bytes(), seed // len(names) % 4, dice))
    assert path.name in store.verify()
    again = opened(logs, store.folder.parent)
    assert checksum(again) == before
    if path.name != "manifest.json":
        assert f"{path.name} had been changed, cut or removed." in again.notes[0]
    else:
        assert "manifest.json" in again.notes[0] or "version" in again.notes[0]
    assert again.verify() == []


def test_a_part_that_is_gone_or_swapped_is_named(store: Store, logs: Path) -> None:
    first, second = (store.parquet(name)[0] for name in ("files", "problems"))
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)
    assert set(store.verify()) >= {first.name, second.name}
    again = opened(logs, store.folder.parent)
    assert "had been changed" in again.notes[0]
    again.parquet("records")[0].unlink()
    assert (
        "had been changed, cut or removed" in opened(logs, store.folder.parent).notes[0]
    )


def test_a_foreign_part_is_named_and_never_read(
    store: Store, logs: Path, tmp_path: Path
) -> None:
    before, records = checksum(store), store.parquet("records")[0]
    planted = ["records-0.parquet", "records-999999.parquet", "notes.txt"]
    for name in planted:
        shutil.copy(records, store.folder / name)
    again = opened(logs, tmp_path)
    assert f"are not read: {', '.join(sorted(planted))}." in again.notes[-1]
    assert set(again.verify()) == set(planted)
    assert checksum(again) == before
    # Another file of evidence comes, and the one writer makes room for its parts.
    more = shutil.copytree(logs, tmp_path / "logs")
    (store.folder / "notes.txt").unlink()
    grown = open_store([logs, more], folder=store.folder, progress=False)
    assert "are not read: records-0.parquet." in grown.notes[-1]
    assert not [name for name in planted if (store.folder / name).exists()]
    last = open_store([logs, more], folder=store.folder, progress=False)
    assert not [note for note in last.notes if "none of its own" in note]
    assert last.verify() == []


def test_an_edit_of_the_manifest_is_noticed(store: Store, logs: Path) -> None:
    path = store.folder / "manifest.json"
    written = json.loads(path.read_text())
    written["counts"]["problems"] = 7
    path.write_text(json.dumps(written))
    again = opened(logs, store.folder.parent)
    assert again.counts["problems"] == 0
    assert "manifest.json had been changed." in again.notes[0]


def test_a_store_of_another_version_is_said_and_made_anew(
    store: Store, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = checksum(store)
    monkeypatch.setattr("trailkit.store.manifest.FORMAT", 1_000)
    again = opened(logs, store.folder.parent)
    assert "made anew from the evidence: it was of another version" in again.notes[0]
    assert checksum(again) == before


STRANGER = """
import os, sys
from pathlib import Path
import trailkit as tk

logs, more, place = map(Path, sys.argv[1:])
options = {"progress": False}
theirs, mine = place / "theirs", place / "mine"
for store in (theirs, mine):
    tk.local(logs, store=store, **options).ask("overview/volume")
if os.geteuid() == 0:
    for path in (theirs, *theirs.iterdir()):
        path.chmod(0o755)
    for path in (place, mine, *mine.iterdir()):
        os.chown(path, 54_321, 54_321)
    os.setgroups([])
    os.setgid(54_321)
    os.setuid(54_321)
    for name in ("HOME", "XDG_CACHE_HOME", "TRAILKIT_CACHE"):
        os.environ.pop(name, None)
else:
    theirs.chmod(0o500)
mine.chmod(0o500)

def tried(*evidence, **given):
    try:
        case = tk.local([*evidence], **given, **options)
        print(len(case.ask("overview/volume")) > 0)
    except Exception as error:
        print(type(error).__name__, error)

for store in (theirs, mine):
    tried(logs, store=store)
    tried(logs, more, store=store)
print(oct(mine.stat().st_mode)[-3:])
tried(logs, store=place / "fresh")
if "HOME" not in os.environ:
    tried(logs)
"""


def test_a_stranger_without_a_home_reads_a_store_and_is_told_what_he_cannot(
    logs: Path,
) -> None:
    with TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o755)
        place, more = folder / "place", many(folder / "more", 1, 2)
        place.mkdir()
        copied = shutil.copytree(logs, folder / "logs")
        words = [sys.executable, "-c", STRANGER, copied, more, place]
        ended = subprocess.run(words, capture_output=True, text=True, cwd=PROJECT)
    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    assert lines[0] == lines[2] == lines[5] == "True"
    for refused, name in ((lines[1], "theirs"), (lines[3], "mine")):
        assert refused.startswith(f'StoreError The store "{place / name}" cannot be')
        assert "the evidence holds what it lacks" in refused
    assert lines[4] == "500"
    assert all("StoreError There is no home folder" in each for each in lines[6:])


def test_no_raw_error_of_a_library_reaches_the_user(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import duckdb

    def fail(*_: object) -> None:
        raise duckdb.OutOfRangeException("Out of Range Error: Overflow")

    monkeypatch.setattr("trailkit.store.ingest.deduplicate", fail)
    with pytest.raises(StoreError, match="could not be made: Out of Range"):
        opened(logs, tmp_path)
