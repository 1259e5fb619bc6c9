"""A case says what its evidence is, and what digests prove of it."""

import gzip
import json
from pathlib import Path

import pandas as pd
import pytest

import trailkit as tk
from tests.support.digests_made import (
    ACCOUNT,
    FIRST,
    HOME,
    REGIONS,
    ROOT,
    TRAIL,
    Trail,
    key_list,
    practice_trail,
)
from tests.support.evidence_made import log, put
from tests.support.records_made import record
from tests.support.tamperings import TAMPERINGS
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


def test_coverage_knows_the_hours_of_which_a_log_file_is_missing(
    tmp_path: Path,
) -> None:
    case = opened(tmp_path / "logs", tmp_path / "store", "a log file deleted")
    for validated in (False, True):
        if validated:
            case.evidence.digests(progress=False)
        frame = case.coverage()
        found = frame[frame["cause"] == "digests"]
        assert set(found["region"]) == {"us-east-1"}
        assert "a digest names 1 log files" in found["why"].iloc[0]


def test_what_digests_prove_is_kept_until_a_file_changes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = opened(tmp_path / "logs", tmp_path / "store", "a log file deleted")
    case.evidence.digests(progress=False)
    assert str(case.source.proof).endswith("signs of tampering: 1")
    capsys.readouterr()
    again = tk.local(tmp_path / "logs", store=tmp_path / "store", progress=False)
    told = capsys.readouterr().err
    assert told.startswith("Validated 20")
    assert "1 signs of tampering" in told
    assert again.source.proof == case.source.proof
    found = tk.provenance(again.query("select count(*) as events from events"))
    assert found.proof == str(case.source.proof)
    (tmp_path / "logs" / "more.json").write_text('{"Records": []}')
    grown = tk.local(tmp_path / "logs", store=tmp_path / "store", progress=False)
    assert grown.source.proof is None


def test_a_kept_proof_that_was_changed_counts_for_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = opened(tmp_path / "logs", tmp_path / "store", "a log file deleted")
    case.evidence.digests(progress=False)
    kept = tmp_path / "store" / "digests.kept"
    assert oct(kept.stat().st_mode)[-3:] == "600"
    kept.write_bytes(
        kept.read_bytes().replace(b"log file missing", b"log file m1ssing")
    )
    again = tk.local(tmp_path / "logs", store=tmp_path / "store", progress=False)
    assert again.source.proof is None
    assert "counts for nothing" in capsys.readouterr().err


SELECTORS = {
    "trailName": TRAIL,
    "eventSelectors": [
        {
            "readWriteType": "All",
            "includeManagementEvents": True,
            "dataResources": [],
            "excludeManagementEventSources": [],
        }
    ],
}


ORGANIZATION, MEMBER = "AWSLogs/o-a1b2c3d4e5", "444455556666"


def eight_hours(root: str, changes: bool, account: str = ACCOUNT) -> Trail:
    """Make a trail with a log file an hour; ``changes`` says what the trail records.

    A member of an organization has digests alone, of hours without a log file.
    """
    trail = Trail(root=root)
    for hour in range(8, 16):
        start = FIRST.replace(hour=hour)
        at = {"at": f"{hour:02}:05:00", "awsRegion": HOME}
        events = [record("CreateUser", "iam", **at)]
        if hour == 8 and changes:
            said = {"requestParameters": SELECTORS, "responseElements": SELECTORS}
            events.append(record("PutEventSelectors", "cloudtrail", **at, **said))
            whole = {
                "name": TRAIL,
                "isMultiRegionTrail": True,
                "isOrganizationTrail": root.startswith(ORGANIZATION),
            }
            began = {"requestParameters": {"name": TRAIL}}
            events.append(record("StartLogging", "cloudtrail", **at, **began))
            changed = {"requestParameters": whole, "responseElements": whole}
            events.append(record("UpdateTrail", "cloudtrail", **at, **changed))
        name = f"{account}_CloudTrail_{HOME}_{start:%Y%m%dT%H}10Z_{hour:016}.json.gz"
        key = f"{root}/CloudTrail/{HOME}/{start:%Y/%m/%d}/{name}"
        if account == ACCOUNT:
            content = json.dumps({"Records": events}).encode()
            trail.put(key, gzip.compress(content))
        trail.add_digest(HOME, start, [key] if account == ACCOUNT else [])
    return trail


def opened_with_keys(tmp_path: Path, *trails: Trail) -> tk.Case:
    for trail in trails:
        trail.write(tmp_path / "logs")
    keys = {"PublicKeysByRegion": {HOME: key_list(HOME)}}
    (tmp_path / "logs" / "public-keys.json").write_text(json.dumps(keys))
    return tk.local(tmp_path / "logs", store=tmp_path / "store", progress=False)


WRITES = "management:write"


def of_writes(case: tk.Case, account: str) -> pd.DataFrame:
    frame = case.accounts(account).regions(HOME).coverage()
    return frame[frame["need"] == WRITES]


def test_digests_and_known_selectors_prove_that_a_kind_was_recorded(
    tmp_path: Path,
) -> None:
    case = opened_with_keys(tmp_path, eight_hours(ROOT, changes=True))
    assert "recorded, proved" not in set(case.coverage()["state"])
    case.evidence.digests(progress=False)
    frame = case.coverage()
    proved = frame[frame["state"] == "recorded, proved"]
    assert WRITES in set(proved["need"])
    assert str(proved["end"].max()) == "2026-03-09 14:00:00+00:00"


def test_an_organizations_digests_prove_what_its_members_recorded(
    tmp_path: Path,
) -> None:
    owner = eight_hours(f"{ORGANIZATION}/{ACCOUNT}", changes=True)
    member = eight_hours(f"{ORGANIZATION}/{MEMBER}", False, MEMBER)
    case = opened_with_keys(tmp_path, owner, member)
    inferred = of_writes(case, MEMBER)
    told = inferred["why"].str.contains("no one validated")
    assert set(inferred[told]["state"]) == {"recorded, inferred"}
    case.evidence.digests(progress=False)
    proved = of_writes(case, MEMBER).query("state == 'recorded, proved'")
    assert str(proved["end"].max()) == "2026-03-09 14:00:00+00:00"


@pytest.mark.parametrize("root", [f"AWSLogs/{MEMBER}", f"AWSLogs/o-other/{MEMBER}"])
def test_a_trail_of_the_same_name_elsewhere_proves_nothing(
    root: str, tmp_path: Path
) -> None:
    owner = eight_hours(f"{ORGANIZATION}/{ACCOUNT}", changes=True)
    case = opened_with_keys(tmp_path, owner, eight_hours(root, False, MEMBER))
    case.evidence.digests(progress=False)
    assert set(of_writes(case, MEMBER)["state"]) == {"unknown"}


def test_a_hole_in_the_owners_logs_may_hide_a_change_of_the_trail(
    tmp_path: Path,
) -> None:
    owner = eight_hours(f"{ORGANIZATION}/{ACCOUNT}", changes=True)
    gone = next(key for key in owner.objects if "_20260309T1110Z_" in key)
    del owner.objects[gone]
    member = eight_hours(f"{ORGANIZATION}/{MEMBER}", False, MEMBER)
    case = opened_with_keys(tmp_path, owner, member)
    case.evidence.digests(progress=False)
    proved = of_writes(case, MEMBER).query("state == 'recorded, proved'")
    assert str(proved["end"].max()) == "2026-03-09 10:00:00+00:00"


def test_a_table_has_no_files_to_validate() -> None:
    case = tk.athena("security.cloudtrail", workgroup="dfir")
    with pytest.raises(TableError):
        _ = case.evidence


def test_an_event_id_with_other_content_is_noted_with_every_frame(
    tmp_path: Path,
) -> None:
    made = record()
    put(tmp_path / "logs", {"a.json": log([made, {**made, "eventName": "Other"}])})
    case = tk.local(tmp_path / "logs", store=tmp_path / "store", progress=False)
    found = tk.provenance(case.query("select action from events"))
    assert found.rows == 2
    assert "1 event id occurs with different content" in " ".join(found.notes)
