"""Where a store may lie."""

from pathlib import Path

import pytest

from trailkit.errors import StoreError
from trailkit.evidence.home import CACHE, store_folder
from trailkit.evidence.manifest import LOCK


@pytest.fixture
def evidence(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "evidence"
    folder.mkdir()
    return [folder]


def test_the_same_evidence_has_the_same_store(
    evidence: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(CACHE, str(tmp_path / "cache"))
    first, again = store_folder(evidence, None), store_folder(evidence, None)
    assert first == again
    assert first.is_relative_to(tmp_path / "cache")
    assert first != store_folder([*evidence, tmp_path / "more"], None)


def test_the_users_cache_folder_is_the_default(
    evidence: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv(CACHE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "home"))
    assert store_folder(evidence, None).is_relative_to(tmp_path / "home")


def test_a_store_never_lies_in_the_evidence(
    evidence: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "link").symlink_to(evidence[0])
    for folder in (evidence[0], evidence[0] / "store", tmp_path / "link" / "store"):
        with pytest.raises(StoreError, match="inside the evidence"):
            store_folder(evidence, folder)
    monkeypatch.setenv(CACHE, str(evidence[0]))
    with pytest.raises(StoreError, match=CACHE):
        store_folder(evidence, None)
    assert list(evidence[0].iterdir()) == []


def test_a_folder_with_other_things_is_no_store(evidence: list[Path], tmp_path: Path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_text("")
    with pytest.raises(StoreError, match="not empty, and no store"):
        store_folder(evidence, tmp_path / "photos")
    (tmp_path / "photos" / LOCK).write_text("")
    assert store_folder(evidence, tmp_path / "photos")


def test_a_path_that_is_a_pattern_is_refused(evidence: list[Path], tmp_path: Path):
    with pytest.raises(StoreError, match="as a pattern"):
        store_folder(evidence, tmp_path / "case [1]")


def test_a_folder_that_cannot_be_made_is_said(evidence: list[Path], tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot lie in"):
        store_folder(evidence, tmp_path / "file" / "store")
