"""What each notebook finds in the practice case, held to the answer key."""

import ast
import contextlib
import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

from tests.support.records_made import record
from tools.practice_case import practice
from trailkit.errors import EvidenceError, NothingFound
from trailkit.store import practice_case

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
KEY = practice.answers()

every_notebook = pytest.mark.parametrize(
    "name", sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
)


class Run:
    """A notebook's code, run in this process: its names, and what it printed."""

    def __init__(self, name: str, **given: Any) -> None:
        self.names: dict[str, Any] = {}
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            for cell in nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4).cells:
                if cell.cell_type == "code":
                    exec(compile(ast.parse(cell.source), name, "exec"), self.names)
                if "parameters" in cell.metadata.get("tags", []):
                    self.names |= given
        self.said = out.getvalue()

    def __getitem__(self, name: str) -> Any:
        return self.names[name]

    @property
    def sentence(self) -> str:
        """The last line: the finding."""
        return self.said.rstrip().splitlines()[-1]


@cache
def run(name: str) -> Run:
    return Run(name)


def moment(time) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"


def name_of(arn: str) -> str:
    return arn.rpartition("/")[2]


def ids(frame: pd.DataFrame) -> set[str]:
    return {*frame["event_id"]}


def test_the_first_hour_leads_to_the_leaked_key_and_its_time():
    found = run("05_what_happened_in_the_first_hour")
    assert found["first"]["example_event_id"] == KEY.first.event_id
    assert found["first"]["actors"] == f"user/{name_of(KEY.culprit)}"
    assert found["first"]["first_seen"] == KEY.first.time
    assert found["last"]["last_seen"] == KEY.last.time
    assert KEY.stopped.event_id in set(found["serious"]["example_event_id"])
    assert moment(KEY.last.time) in found.sentence


def test_the_leaked_key_is_told_from_the_first_call_to_the_last():
    found = run("20_what_did_a_leaked_key_do")
    assert found["first"]["event_id"] == KEY.first.event_id
    assert {*found["strange"]["address"]} == {KEY.address}
    assert found["new_key"] == KEY.created_key
    assert {KEY.granted.event_id, KEY.created.event_id} <= ids(found["changes"])
    assert KEY.hops[0].issued_key in set(found["hops"]["issued_key"].dropna())
    assert KEY.last.event_id == found["theirs"]["event_id"].iloc[-1]
    assert {*found["theirs"]["event_id"]} <= KEY.event_ids
    assert KEY.leaked_key in found.sentence
    assert moment(KEY.first.time) in found.sentence
    assert "calls that switched it off: unknown." in found.sentence


def test_the_sign_in_without_a_second_factor_is_the_intruders():
    found = run("30_who_signed_in_to_the_console")
    assert found["suspect"]["event_id"] == KEY.sign_in.event_id
    assert KEY.failed_sign_in.event_id in ids(found["logins"])
    assert KEY.deletion.event_id in ids(found["address"])
    switched = [hop for hop in KEY.hops if hop.console]
    assert len(switched) == len(found["switches"])
    assert KEY.browser_address in found.sentence
    assert f"user/{name_of(KEY.culprit)} had made" in found.sentence
    assert moment(KEY.sign_in.time) in found.sentence


def test_no_door_of_the_intruder_stands_but_the_leaked_key():
    found = run("40_what_was_left_behind")
    assert not ids(found["doors"]) & KEY.event_ids
    assert len(found["unexpected"]) == 0
    assert {name_of(KEY.created_user), KEY.policy} <= {
        *found["removed"]["target"],
        *found["removed"]["part"],
    }
    assert found["cleaned"] == KEY.cleaned_up.time
    assert found["key"] == KEY.leaked_key
    assert found["proof"]["time"] > KEY.cleaned_up.time
    assert KEY.leaked_key in found.sentence


def test_the_chain_leads_from_the_deletion_to_the_leaked_key():
    found = run("50_from_role_to_role")
    assert found["start"] == KEY.deletion.event_id
    steps = ids(found["steps"])
    assert [hop.role for hop in KEY.hops if not steps & {*hop.event_ids}] == []
    refused = " ".join(found["refused"]["to_label"])
    assert [arn for arn in KEY.refused_roles if name_of(arn) not in refused] == []
    assert KEY.event_ids >= {*found["refused"]["event_id"]}
    assert {KEY.leaked_key, KEY.created_key} <= {*found["credentials"]["access_key"]}
    assert {KEY.first.event_id, KEY.deletion.event_id} <= ids(found["events"])
    assert found.sentence.endswith(f"user/shop-deploy {KEY.leaked_key}.")


def test_what_was_read_is_counted_with_its_bytes():
    found = run("60_what_was_read_and_what_left")
    assert len(found["taken"]) == KEY.reading.objects
    assert found["sent"] == KEY.reading.bytes
    assert found["unknown"] == 0
    read = {*found["values"]["names"].str.split(", ").explode()}
    assert read == {*KEY.secrets, *KEY.parameters}
    assert KEY.refused_secret not in read
    assert f"{KEY.reading.objects:,} objects" in found.sentence
    assert f"{KEY.reading.bytes:,} bytes" in found.sentence


def test_the_silence_is_told_from_stop_to_start():
    found = run("70_when_was_the_log_blind")
    assert found["stop"]["event_id"] == KEY.stopped.event_id
    assert found["start"]["event_id"] == KEY.started.event_id
    known = {KEY.refused_stop, KEY.narrowed, KEY.restored}
    assert {deed.event_id for deed in known} <= ids(found["changes"])
    minutes = (KEY.started.time - KEY.stopped.time).total_seconds() / 60
    assert f"{minutes:.0f} minutes later" in found.sentence
    assert KEY.trail in found.sentence
    doubts = found["in_doubt"]
    stopped = doubts[doubts["cause"] == "stopped"]
    assert {*stopped["start"]} == {KEY.stopped.time}
    assert {*stopped["end"]} == {KEY.started.time}


def test_nothing_was_opened_to_others():
    found = run("80_what_was_exposed")
    for frame in found["doors"].values():
        assert not ids(frame) & KEY.event_ids
        assert not (frame["outcome"] == "success").any()
    assert found.sentence.endswith("What was open before is not shown.")
    assert "Calls that opened something: unknown" in found.said


def test_both_addresses_and_the_tools_of_the_intruder_are_new():
    found = run("85_what_is_new_or_sudden")
    assert {KEY.address, KEY.browser_address} <= {*found["public"]["value"]}
    assert {KEY.agent, KEY.first.agent} <= {*found["agents"]["value"]}
    assert KEY.created_user_id in {*found["identities"]["value"]}
    assert found["jumps"]["events"].max() == KEY.objects_deleted
    assert f"most refused: {KEY.address}" in found.sentence
    refused = found["probing"].groupby("identity")["denied"].sum()
    assert refused.idxmax() == f"user/{name_of(KEY.culprit)}"


def test_the_history_of_the_trail_has_each_change_of_it():
    found = run("88_what_happened_to_a_resource")
    deeds = [KEY.refused_stop, KEY.narrowed, KEY.stopped, KEY.started, KEY.restored]
    assert {deed.event_id for deed in deeds} <= ids(found["changes"])
    assert ids(found["refused"]) == {KEY.refused_stop.event_id}
    assert found["last"]["event_id"] == KEY.restored.event_id
    assert KEY.narrowed.event_id in ids(found["nearby"])
    assert "Refused or failed: 1." in found.sentence


def test_a_question_weighs_what_its_log_files_weigh_on_the_disk():
    found = run("92_what_will_a_question_cost")
    logs = practice_case.folder().glob("AWSLogs/*/*/CloudTrail/*/2026/03/1[23]/*")
    sizes = [path.stat().st_size for path in logs]
    assert (found["price"].files, found["price"].bytes) == (len(sizes), sum(sizes))
    assert found["by_account"]["bytes"].sum() == sum(sizes)
    assert found["hour"].files == len(sizes)
    assert KEY.deletion.event_id in ids(found["deletions"])
    assert f"{len(sizes):,} log files, {sum(sizes):,} bytes" in found.sentence
    assert KEY.culprit.split(":")[4] in found["setup"].sql()


def test_the_question_of_ones_own_finds_the_refused_roles():
    found = run("95_write_your_own_question")
    wanted = [name_of(arn) for arn in KEY.refused_roles]
    assert [name_of(role) for role in found["roles"]["target"]] == wanted
    assert found["refusal"]["source_ip"] == KEY.address
    assert f"2 times a role was refused, first role/{wanted[0]} to" in found.said


@every_notebook
def test_a_log_without_any_of_it_ends_in_a_sentence_at_most(name, tmp_path):
    quiet = json.dumps({"Records": [record()]})
    (tmp_path / "quiet.json").write_text(quiet)
    with contextlib.suppress(NothingFound, EvidenceError):
        Run(name, folder=str(tmp_path))


def test_the_report_is_about_the_deletion_of_the_story() -> None:
    report = run("90_write_the_report")
    assert report["last"]["event_id"] == KEY.deletion.event_id
    assert "backup-sync deleted" in report.sentence
    assert f"{KEY.deletion.time:%Y-%m-%d %H:%M} UTC" in report.sentence
