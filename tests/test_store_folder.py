"""Where a store may lie."""

from pathlib import Path

import pytest

from trailkit.errors import StoreError
from trailkit.store.manifest import LOCK
from trailkit.store.store import CACHE, store_folder


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


def test_a_cache_folder_in_the_evidence_is_refused(
    evidence: list[Path], monkeypatch: pytest.MonkeyPatch
):
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
