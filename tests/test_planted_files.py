"""Whatever file is planted beside a record, every question that found it still does.

Each twin has the id of a real record and differs in one way; the rows of each question
over the real records are looked for among those over real and planted ones. ``make
test`` plants some hundred, ``make soak`` two thousand, beside all examples.
"""

import copy
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import trailkit as tk
from tests.support import examples_read
from tests.support.evidence_made import FORMS, dumped, log, put
from tests.support.records_made import Record, new_id
from trailkit.case import Case

DAY = ("2026-03-09", "2026-03-10")
PLANTER = {
    "type": "IAMUser",
    "principalId": "AIDA0PLANTED00000000",
    "arn": "arn:aws:iam::000000000001:user/aa",
    "accountId": "000000000001",
    "accessKeyId": "AKIA0PLANTEDEXAMPLE0",
    "userName": "aa",
}
"""A caller who sorts before all others."""

Twin = Callable[[Record], bytes]


def text(made: object) -> str:
    return dumped(made).decode()


def with_tail(made: Record, tail: str) -> bytes:
    return ('{"Records":[' + text(made)[:-1] + "," + tail + "}]}").encode()


def other(**fields: Any) -> Twin:
    return lambda made: log([{**made, **fields}])


def moved(minutes: int) -> Twin:
    def twin(made: Record) -> bytes:
        time = pd.Timestamp(made["eventTime"]) + pd.Timedelta(minutes=minutes)
        return log([{**made, "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ")}])

    return twin


def reversed_deep(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: reversed_deep(each) for key, each in reversed(value.items())}
    return [*map(reversed_deep, value)] if isinstance(value, list) else value


def as_floats(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: as_floats(each) for key, each in value.items()}
    if isinstance(value, list):
        return [*map(as_floats, value)]
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return float(value) if is_whole else value


def other_keys(made: Record) -> bytes:
    """Hand out another key, in an answer that is else the same."""
    answer = text(made.get("responseElements"))
    for begin in ("AKIA", "ASIA"):
        answer = answer.replace(f'"{begin}', f'"{begin}ZZZ')
    return log([{**made, "responseElements": json.loads(answer) or {"a": 1}}])


TWINS: dict[str, Twin] = {
    "a name twice": lambda made: with_tail(made, '"eventName":"Other"'),
    "an id twice": lambda made: with_tail(made, '"eventID":"other"'),
    "an identity twice": lambda made: with_tail(
        made, '"userIdentity":' + text(PLANTER)
    ),
    "lower case": lambda made: dumped(
        {"records": [{key.lower(): each for key, each in made.items()}]}
    ),
    "other order": lambda made: log([reversed_deep(made)]),
    "blanks": lambda made: json.dumps({"Records": [made]}, indent=2).encode(),
    "escapes": lambda made: log([made]).replace(b"aws", b"\\u0061ws"),
    "two wrappers": lambda made: dumped({"Records": [made], "records": [{"a": made}]}),
    "other numbers": lambda made: log([{**as_floats(made), "n": 1.0}]),
    "other caller": other(userIdentity=PLANTER),
    "no caller": other(userIdentity=None),
    "refused": other(errorCode="AccessDenied", errorMessage="no"),
    "failed": other(errorCode="Throttling", errorMessage="no"),
    "done": other(errorCode=None, errorMessage=None),
    "earlier": moved(-5),
    "later": moved(5),
    "other account": other(recipientAccountId="000000000001"),
    "other Region": other(awsRegion="af-south-1"),
    "other name": other(eventName="AAA"),
    "other service": other(eventSource="aaa.amazonaws.com"),
    "other address": other(sourceIPAddress="1.1.1.1"),
    "other agent": other(userAgent="aaa"),
    "no request": other(requestParameters=None),
    "no answer": other(responseElements=None),
    "other keys": other_keys,
    "other kind": other(eventType="AwsServiceEvent"),
    "data event": other(eventCategory="Data", managementEvent=False),
    "as if for an owner": lambda made: log(
        [{**made, "eventID": new_id(), "recipientAccountId": "000000000001"}]
    ),
    "as if by another": lambda made: log(
        [{**made, "eventID": new_id(), "userIdentity": PLANTER}]
    ),
}

WEIGHED = {"overview/first-seen", "overview/rare", "overview/rates", "overview/top"}
"""What is rare, new or busiest is so among all events: SECURITY.md says so of them."""

OF_OTHERS = {
    "credentials/windows-passwords": {"instances_asked"},
    "discovery/caller-identity": {"first_here", "addresses"},
    "discovery/principal-guessing": {"wrong_guesses"},
    # It lists what was left, each with the last call that gave it.
    "identity/left-behind": {"time", "event_id", "source_ip", "user_agent"},
    "identity/role-assumptions": {"copies"},
    "impairment/clean-up": {"made_at", "made_by", "made_by_same", "minutes_lived"},
    "lineage/handovers": {"copy_event_id"},
    "overview/console-changes": {"changes", "services"},
    "overview/errors": {"identity"},
    "resource/history": {"before"},
    "signin/failures": {"finding"},
    "signin/local-users": {"federated_in_account"},
    "signin/new": {"news"},
}
"""Columns that tell of other events than their row's own."""


def plain(value: Any) -> str:
    """Write a value; JSON as its value, in whichever order it is written."""
    written = str(value)
    try:
        return json.dumps(json.loads(written), sort_keys=True)
    except ValueError:
        return written


def told(question: str, frame: pd.DataFrame) -> list[str]:
    """Name the columns of a row's own event, or of a summary's subject."""
    others = OF_OTHERS.get(question, set())
    names = [str(name) for name in frame if name not in others]
    if [*frame][:2] == ["time", "action"]:
        return names
    kinds = [pd.api.types.is_string_dtype(frame[name]) for name in names]
    return names[: kinds.index(False)] if False in kinds else names


def rows(frame: pd.DataFrame, names: list[str]) -> Counter[tuple[str, ...]]:
    values = frame[names].itertuples(index=False, name=None)
    return Counter(tuple(map(plain, row)) for row in values)


def lost(question: str, real: Case, planted: Case) -> list[tuple[str, ...]]:
    """List the rows of a question that are no longer among its rows."""
    ask = examples_read.read(question).ask
    before, after = (each.window(*DAY).ask(question, **ask) for each in (real, planted))
    names = told(question, before)
    return [*(rows(before, names) - rows(after, names))]


def plant(folder: Path, records: Iterable[Record], dice: random.Random) -> None:
    """Put a twin beside each record, in a file that is read before it or after."""
    twins = TWINS | dict.fromkeys(FORMS)
    for number, made in enumerate(records):
        kind = dice.choice([*twins])
        write = twins[kind]
        made = copy.deepcopy(made)
        files = {"x.json": write(made)} if write else FORMS[kind]([made])
        begin = f"{dice.choice('az')}-{number}"
        put(folder, {f"{begin}-{name}": content for name, content in files.items()})


def found_still(questions: list[str], pairs: int, seed: int, folder: Path) -> set[str]:
    """Plant twins of the questions' examples; return the questions that lost a row."""
    dice = random.Random(seed)
    records = [
        each
        for name in questions
        for each in examples_read.read(name).finds
        if "eventTime" in each
    ]
    logs = put(folder / "logs", {"m.json": log(records)})
    real = tk.local(logs, store=folder / "real", progress=False)
    plant(logs, dice.choices(records, k=pairs), dice)
    planted = tk.local(logs, store=folder / "planted", progress=False)
    asked = [name for name in questions if name not in WEIGHED]
    return {name for name in asked if lost(name, real, planted)}


SOME = [
    "credentials/secrets-read",
    "discovery/caller-identity",
    "identity/handed-over",
    "identity/left-behind",
    "identity/role-assumptions",
    "impact/launches",
    "lineage/handovers",
    "s3/bucket-access",
    "s3/objects-read",
    "signin/new",
]
"""Questions in which a record could once take the place of another, and one more."""


def test_planted_files_take_no_row_away(tmp_path: Path) -> None:
    assert not found_still(SOME, 300, seed=20261128, folder=tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1, 2])
def test_two_thousand_planted_files_take_no_row_away(seed: int, tmp_path: Path) -> None:
    assert not found_still(examples_read.names(), 1_000, seed, tmp_path)
