"""The manifest is replaced in one step, and names only what is whole."""

import json
import os
from pathlib import Path

import pytest

from trailkit.store import manifest
from trailkit.store.manifest import (
    WORK,
    Manifest,
    begin,
    read_manifest,
    sweep,
    write_manifest,
)


@pytest.fixture
def begun(tmp_path: Path) -> Manifest:
    return write_manifest(tmp_path, begin(tmp_path, limit=10))


def test_what_was_written_is_read(tmp_path: Path, begun: Manifest):
    assert read_manifest(tmp_path) == begun
    assert all((tmp_path / name).is_file() for name in begun.files())


def test_a_folder_without_a_manifest_holds_no_store(tmp_path: Path):
    assert read_manifest(tmp_path) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"made_for": 1}', "\x00"])
def test_a_manifest_that_is_none_holds_no_store(
    tmp_path: Path, begun: Manifest, text: str
):
    (tmp_path / "manifest.json").write_text(text)
    assert read_manifest(tmp_path) is None


def test_a_store_of_another_format_is_none_of_ours(
    tmp_path: Path, begun: Manifest, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(manifest, "FORMAT", manifest.FORMAT + 1)
    assert read_manifest(tmp_path) is None


def test_a_store_with_other_columns_is_none_of_ours(tmp_path: Path, begun: Manifest):
    path = tmp_path / "manifest.json"
    written = json.loads(path.read_text())
    written["made_for"]["tables"]["records"].append("another")
    path.write_text(json.dumps(written))
    assert read_manifest(tmp_path) is None


def test_a_store_that_lacks_a_file_is_not_whole(tmp_path: Path, begun: Manifest):
    (tmp_path / begun.parts["places"][0]).unlink()
    assert read_manifest(tmp_path) is None


def test_a_manifest_that_cannot_be_replaced_leaves_the_old_one(
    tmp_path: Path, begun: Manifest, monkeypatch: pytest.MonkeyPatch
):
    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        write_manifest(tmp_path, Manifest(1, 2, 3, begun.parts))
    assert read_manifest(tmp_path) == begun


def test_every_file_is_on_the_disk_before_the_manifest_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    made = begin(tmp_path, limit=10)
    written: list[str] = []
    sync, replace = manifest._sync, Path.replace

    def note_sync(path: Path) -> None:
        written.append(path.name)
        sync(path)

    def note_replace(path: Path, target: Path) -> Path:
        assert made.files() | {path.name} <= set(written)
        return replace(path, target)

    monkeypatch.setattr(manifest, "_sync", note_sync)
    monkeypatch.setattr(Path, "replace", note_replace)
    write_manifest(tmp_path, made)
    assert written[-1] == tmp_path.name


def test_only_our_own_files_are_swept_away(tmp_path: Path, begun: Manifest):
    (tmp_path / WORK).mkdir()
    (tmp_path / WORK / "texts.arrow").write_text("left")
    for name in ("records-000099.parquet", "manifest.json.new"):
        (tmp_path / name).write_text("left")
    kept = {"notes.txt", "records.parquet", "records-1.csv"}
    for name in kept:
        (tmp_path / name).write_text("mine")
    sweep(tmp_path, begun)
    there = {path.name for path in tmp_path.iterdir()}
    assert there == kept | begun.files() | {"manifest.json"}


def test_a_new_store_takes_no_name_that_is_in_use(tmp_path: Path):
    (tmp_path / "records-000041.parquet").write_text("of another format")
    assert begin(tmp_path, 10).parts["records"] == ["records-000042.parquet"]
