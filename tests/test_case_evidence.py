"""A case says what its evidence is, and what digests prove of it."""

import json
from pathlib import Path

import pytest

import trailkit as tk
from tests.digests_made import REGIONS, key_list, practice_trail
from tests.tamperings import TAMPERINGS
from trailkit.errors import EvidenceError, TableError
from trailkit.integrity.validation import COLUMNS


def opened(folder: Path, store: Path, tampered: str = "") -> tk.Case:
    """Open a plain copy of a trail, with public keys beside it."""
    trail = practice_trail()
    if tampered:
        TAMPERINGS[tampered](trail)
    trail.write(folder)
    keys = {"PublicKeysByRegion": {each: key_list(each) for each in REGIONS}}
    (folder / "public-keys.json").write_text(json.dumps(keys))
    return tk.local(folder, store=store, progress=False)


def test_every_later_frame_says_what_digests_prove(tmp_path: Path) -> None:
    case = opened(tmp_path / "logs", tmp_path / "store")
    select = "select count(*) as events from events"
    assert tk.provenance(case.query(select)).proof is None
    frame = case.evidence.digests(progress=False)
    assert list(frame.columns) == [*COLUMNS]
    found = tk.provenance(case.query(select))
    assert found.proof == "43 of 48 files validated by digests"
    assert "43 of 48 files validated by digests" in str(found)
    assert not case.evidence.problems()["lost"].any()


def test_tampering_is_told_with_its_hour_and_what_it_hides(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = opened(tmp_path / "logs", tmp_path / "store", "a log file deleted")
    frame = case.evidence.digests(progress=False)
    assert "1 signs of tampering" in capsys.readouterr().err
    [row] = frame[frame["verdict"] == "tampered"].query("what != 'chain'").itertuples()
    assert row.what == "log file missing"
    assert str(row.start) == "2026-03-09 11:00:00+00:00"
    assert row.hides.startswith("what happened from 2026-03-09T1")


def test_keys_of_a_file_are_those_that_the_command_prints(tmp_path: Path) -> None:
    case = opened(tmp_path / "logs", tmp_path / "store")
    keys = tmp_path / "keys.json"
    both = [key for region in REGIONS for key in key_list(region)]
    keys.write_text(json.dumps({"PublicKeyList": both}))
    frame = case.evidence.digests(keys=keys, progress=False)
    assert set(frame["what"]) == {"chain", "signature not at hand"}


def test_a_file_without_keys_is_refused_with_the_command(tmp_path: Path) -> None:
    case = opened(tmp_path / "logs", tmp_path / "store")
    (tmp_path / "keys.json").write_text("{}")
    with pytest.raises(EvidenceError, match="aws cloudtrail list-public-keys"):
        case.evidence.digests(keys=tmp_path / "keys.json", progress=False)


def test_a_table_has_no_files_to_validate() -> None:
    case = tk.athena("security.cloudtrail", workgroup="dfir")
    with pytest.raises(TableError):
        _ = case.evidence
