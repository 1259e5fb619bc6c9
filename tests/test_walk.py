"""Which files of the evidence are opened, and which never."""

import os
from pathlib import Path

import pytest

from trailkit.errors import NoSuchEvidence, UnsafePath
from trailkit.store.walk import Found, locate, walk


def found(folder: Path) -> dict[str, Found]:
    return {Path(each.path).name: each for each in walk(locate(folder))}


def test_every_file_below_is_found_once(tmp_path: Path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    for name in ("a/b/one.json", "a/two.json", ".three"):
        (tmp_path / name).write_text("{}")
    listed = walk(locate([tmp_path, tmp_path / "a", tmp_path / ".three"]))
    names = [str(Path(each.path).relative_to(tmp_path)) for each in listed]
    assert names == [".three", "a/b/one.json", "a/two.json"]
    assert all(each.size == 2 and each.modified for each in listed)


def test_a_link_out_of_the_evidence_is_not_followed(tmp_path: Path):
    (tmp_path / "secret.json").write_text("{}")
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    (evidence / "out").symlink_to(tmp_path / "secret.json")
    (evidence / "up").symlink_to(tmp_path)
    (evidence / "nowhere").symlink_to("missing")
    (evidence / "loop").symlink_to("loop")
    listed = found(evidence)
    assert set(listed) == {"out", "up", "nowhere", "loop"}
    assert {each.status for each in listed.values()} == {"skipped"}
    assert all("leads out" in each.reason for each in listed.values())


def test_a_link_within_the_evidence_is_not_read_twice(tmp_path: Path):
    (tmp_path / "log.json").write_text("{}")
    (tmp_path / "again.json").symlink_to("log.json")
    assert "read by itself" in found(tmp_path)["again.json"].reason


def test_a_pipe_is_refused(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.json")
    assert found(tmp_path)["pipe.json"].status == "skipped"
    with pytest.raises(UnsafePath, match="a pipe"):
        locate(tmp_path / "pipe.json")


def test_a_device_is_refused():
    with pytest.raises(UnsafePath, match="a device"):
        locate("/dev/null")


@pytest.mark.parametrize("name", ["a\nb.json", "a\x1b[2J.json", "a\u2028b.json"])
def test_a_name_with_control_characters_is_refused(tmp_path: Path, name: str):
    (tmp_path / name).write_text("{}")
    (each,) = walk(locate(tmp_path))
    assert (each.status, each.path.isprintable()) == ("skipped", True)
    with pytest.raises(UnsafePath, match="control characters"):
        locate(tmp_path / name)


def test_a_name_that_is_no_text_is_refused(tmp_path: Path):
    (tmp_path / os.fsdecode(b"\xff.json")).write_text("{}")
    (each,) = walk(locate(tmp_path))
    assert (each.status, each.path.isprintable()) == ("skipped", True)


def test_names_in_any_script_are_read(tmp_path: Path):
    for name in ("día.json", "로그.json", "a b'c\".json", "😀.json"):
        (tmp_path / name).write_text("{}")
    assert [each.status for each in walk(locate(tmp_path))] == [""] * 4


def test_what_is_not_there_is_said_with_its_nearest_name(tmp_path: Path):
    (tmp_path / "evidence").mkdir()
    with pytest.raises(NoSuchEvidence, match='Did you mean "evidence"'):
        locate(tmp_path / "evidense")
    with pytest.raises(NoSuchEvidence, match="list of evidence is empty"):
        locate([])


def test_a_folder_that_cannot_be_opened_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "closed").mkdir()
    scan = os.scandir

    def refuse(path: str):
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    (each,) = walk(locate(tmp_path))
    assert (each.status, each.reason) == ("broken", "The folder: Permission denied.")
