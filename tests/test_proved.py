"""Digests that validate, and selectors that are known: recorded, proved."""

import json

import pytest

import trailkit as tk
from tests.support.digests_made import (
    ACCOUNT,
    FIRST,
    HOUR,
    LAST,
    REGIONS,
    TRAIL,
    iso,
    key_list,
    practice_trail,
)
from tests.support.records_made import record
from trailkit.case import Case

WRITE, REGION = "management:write", "us-east-1"
SELECTED = {
    "trailName": TRAIL,
    "advancedEventSelectors": [
        {"fieldSelectors": [{"field": "eventCategory", "equals": ["Management"]}]}
    ],
}


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Open a copy of a trail's files with their digests, and its selectors before."""
    folder = tmp_path_factory.mktemp("proved")
    practice_trail().write(folder / "logs")
    keys = [key for region in REGIONS for key in key_list(region)]
    (folder / "keys.json").write_text(json.dumps({"PublicKeyList": keys}))
    selected = record(
        "PutEventSelectors",
        "cloudtrail",
        at=iso(FIRST),
        requestParameters=SELECTED,
        awsRegion=REGION,
        recipientAccountId=ACCOUNT,
    )
    (folder / "logs" / "selectors.json").write_text(json.dumps({"Records": [selected]}))
    opened = tk.local(folder / "logs", store=folder / "store", progress=False)
    said = tk.provenance(
        hours(opened).ask("s3/bucket-deletions", bucket="no-such-bucket")
    ).notes[-1]
    assert "case.evidence.digests() may prove more" in said
    opened.evidence.digests(keys=folder / "keys.json", progress=False)
    return opened


def hours(case: Case) -> Case:
    return case.window(FIRST + HOUR, LAST - 3 * HOUR).accounts(ACCOUNT).regions(REGION)


def test_a_valid_chain_proves_what_its_trails_selectors_let_through(case: Case) -> None:
    frame = hours(case).coverage().set_index("need")
    assert frame.loc[WRITE, "state"] == "recorded, proved"
    assert frame.loc["management:read", "state"] == "recorded, proved"
    assert "recorded, proved" not in {frame.loc["data:s3", "state"]}


def test_an_empty_answer_says_that_digests_prove_it(case: Case) -> None:
    frame = hours(case).ask("s3/bucket-deletions", bucket="no-such-bucket")
    said = tk.provenance(frame)
    assert "(proved by digests), and this is not among them." in said.notes[-1]
    assert said.recorded
    assert tk.amount(frame) == "0"


def test_beyond_the_chain_nothing_is_proved(case: Case) -> None:
    late = case.window(LAST, LAST + 2 * HOUR).accounts(ACCOUNT).regions(REGION)
    assert "recorded, proved" not in {*late.coverage()["state"]}
