"""ATT&CK ids are those of the one list, and none of them is retired."""

import re
from pathlib import Path

import pytest

import trailkit as tk
from trailkit.questions.library import load
from trailkit.tactics import OTHER, current, listed, tactic, tactics
from trailkit.triage.kinds import kinds

ID = re.compile(r"T\d{4}(?:\.\d{3})?")


def test_every_question_names_techniques_of_the_list() -> None:
    named = {(each.name, item) for each in load() for item in each.attack}
    assert named
    assert [pair for pair in named if pair[1] not in listed()] == []


def test_every_finding_of_triage_has_a_tactic() -> None:
    named = {each.technique for each in kinds().values() if each.technique}
    assert named
    assert [each for each in named if tactic(each) == OTHER] == []


def test_a_retired_id_leads_to_one_that_is_listed_and_not_retired() -> None:
    retired = {name: each.now for name, each in listed().items() if each.now}
    assert "T1562.008" in retired
    assert all(now in listed() and current(now) == now for now in retired.values())


def test_each_technique_has_a_tactic_of_the_matrix() -> None:
    assert {each.tactic for each in listed().values() if not each.now} == set(tactics())


def test_ids_have_the_form_of_attack_and_parents_are_listed() -> None:
    assert all(ID.fullmatch(each) for each in listed())
    assert all(each.partition(".")[0] in listed() for each in listed())


@pytest.mark.parametrize("file", ["questions.csv", "attacker_events.csv"])
def test_every_id_that_other_tools_name_has_a_tactic(
    shared_data: Path, file: str
) -> None:
    with (shared_data.parent / "reference" / file).open(encoding="utf-8") as lines:
        named = set(ID.findall(lines.read()))
    assert [each for each in sorted(named) if tactic(each) == OTHER] == []


@pytest.mark.parametrize(
    ("word", "question"),
    [
        ("T1562.008", "impairment/cloudtrail"),
        ("multi-factor", "persistence/mfa-devices"),
        ("data:s3 critical", "s3/"),
        ("ransomware", "s3/"),
        ("exfil", "exfiltration/"),
        ("crypto mining", "impact/"),
        ("backdoor", "persistence/"),
    ],
)
def test_the_library_is_found_by_what_people_type(word: str, question: str) -> None:
    names = tk.demo().library(word)["name"]
    assert names.str.startswith(question).any()
