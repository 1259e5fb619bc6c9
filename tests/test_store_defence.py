"""A store that was edited is noticed, named and made anew; strangers cannot read it."""

import json
import random
import stat
from pathlib import Path

import pytest

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


SEEDS = [*range(24), *(pytest.param(seed, marks=SOAK) for seed in range(24, 100))]


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


def test_an_edit_of_the_manifest_is_noticed(store: Store, logs: Path) -> None:
    path = store.folder / "manifest.json"
    written = json.loads(path.read_text())
    written["counts"]["problems"] = 7
    path.write_text(json.dumps(written))
    again = opened(logs, store.folder.parent)
    assert again.counts["problems"] == 0
    assert "manifest.json had been changed." in again.notes[0]


def test_a_read_only_store_that_lacks_files_says_so(
    store: Store, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("filelock.FileLock.acquire", refuse)
    more = many(store.folder.parent / "more", 1, 2)
    with pytest.raises(StoreError, match="cannot be written to, and the evidence"):
        open_store([logs, more], folder=store.folder, progress=False)
    assert opened(logs, store.folder.parent).counts == store.counts


def test_without_a_home_folder_one_sentence_says_so(
    logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRAILKIT_CACHE", raising=False)
    monkeypatch.setattr(
        "platformdirs.user_cache_path", lambda *_, **__: Path("~/.cache/trailkit")
    )
    monkeypatch.setattr(Path, "expanduser", no_home)
    with pytest.raises(StoreError, match="There is no home folder for the store"):
        open_store(logs, progress=False)


def no_home(path: Path) -> Path:
    if str(path).startswith("~"):
        raise RuntimeError("Could not determine home directory.")
    return path


def test_no_raw_error_of_a_library_reaches_the_user(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import duckdb

    def fail(*_: object) -> None:
        raise duckdb.OutOfRangeException("Out of Range Error: Overflow")

    monkeypatch.setattr("trailkit.store.ingest.deduplicate", fail)
    with pytest.raises(StoreError, match="could not be made: Out of Range"):
        opened(logs, tmp_path)
