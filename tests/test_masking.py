"""A masked report holds none of the identifiers, whatever form they have."""

import base64
import contextlib
import html
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote_plus

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plotly.offline import get_plotlyjs

import trailkit as tk
from tests.support.records_made import record, write
from trailkit.errors import ReportError
from trailkit.report import pictures
from trailkit.report.masking import KnownValues, Mask
from trailkit.report.report_file import read_report, verify_runs

CHOSEN = random.Random(17)


def word() -> str:
    return "".join(CHOSEN.choices("bcdfghjklmnpqrstvwxz", k=9))


def planted() -> dict[str, list[str]]:
    """Make five hundred identifiers of the kinds that a report must hide."""
    digits, letters = "0123456789", "ABCDEFGH234"
    return {
        "account": ["".join(CHOSEN.choices(digits, k=12)) for _ in range(100)],
        "key": [f"AKIA{''.join(CHOSEN.choices(letters, k=16))}" for _ in range(100)],
        "address": [
            f"{CHOSEN.randrange(11, 200)}.{CHOSEN.randrange(256)}."
            f"{CHOSEN.randrange(256)}.{CHOSEN.randrange(10, 250)}"
            for _ in range(100)
        ],
        "user": [f"{word()}.{word()}" for _ in range(100)],
        "bucket": [f"{word()}-{word()}" for _ in range(100)],
    }


PLANTED = planted()
FORMS = [
    str,
    html.escape,
    lambda text: "".join(f"&#{ord(each)};" for each in text),
    lambda text: quote(text, safe=""),
    lambda text: "".join(f"%{ord(each):02x}" for each in text),
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: json.dumps({"name": text}),
    lambda text: "".join(f"\\u{ord(each):04x}" for each in text),
    lambda text: quote(base64.b64encode(text.encode()).decode()),
]


def made(number: int) -> dict[str, object]:
    """Make a record with one identifier of each kind, some of them encoded."""
    account, key, address, user, bucket = (each[number] for each in PLANTED.values())
    form = FORMS[number % len(FORMS)]
    return record(
        eventID=f"00000000-0000-4000-8000-{number:012}",
        eventName="DeleteBucket",
        eventSource="s3.amazonaws.com",
        eventTime=f"2026-03-02T10:{number % 60:02}:00Z",
        sourceIPAddress=address,
        recipientAccountId=account,
        userAgent=f"agent of {form(user)}",
        userIdentity={
            "type": "IAMUser",
            "principalId": f"AIDA{number:017}",
            "arn": f"arn:aws:iam::{account}:user/{user}",
            "accountId": account,
            "accessKeyId": key,
            "userName": user,
        },
        requestParameters={"bucketName": bucket, "note": form(bucket)},
        errorCode="AccessDenied",
        errorMessage=f"User: arn:aws:iam::{account}:user/{user} may not: {form(key)}",
    )


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> tk.Case:
    folder = tmp_path_factory.mktemp("planted")
    write(folder / "logs", [made(number) for number in range(100)])
    opened = tk.local(folder / "logs", store=folder / "store", progress=False)
    return opened.journal(folder / "case.jsonl", who="mary.major")


@pytest.fixture(scope="module")
def report(case: tk.Case, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("masked")
    frame = case.ask("s3/bucket-deletions", bucket=PLANTED["bucket"][3])
    everything = case.query(
        "select time, action, actor, source_ip, account, region, outcome, event_id,"
        " request, error_message, user_agent, principal_arn, access_key"
        f" from events where account <> '{PLANTED['account'][0]}'"
        " order by time, event_id"
    )
    user, address = PLANTED["user"][5], PLANTED["address"][6]
    case.mark(frame.head(1), f"{user} came from {address}", tag=PLANTED["bucket"][7])
    spoken = base64.b64encode(PLANTED["user"][8].encode()).decode()
    case.mark(everything.head(3), f"as {spoken} and {quote(PLANTED['bucket'][9])} show")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pictures, "chromium", lambda: None)
        return case.report(
            folder / "out.html",
            title=f"What {PLANTED['user'][10]} did",
            summary=f"The account {PLANTED['account'][11]} was entered.",
            frames=[everything],
            masked=True,
        )


def test_none_of_five_hundred_identifiers_stands_in_it(report: Path):
    text = report.read_text().replace(get_plotlyjs(), "")
    forms = [text, *undone(text)]
    names = [each for kind in PLANTED.values() for each in kind]
    assert len(set(names)) == 500
    whole = "\n".join(forms).casefold()
    assert [each for each in names if each.casefold() in whole] == []


def undone(text: str) -> list[str]:
    """Undo encodings of the page twice, as a reader would, and of each base64 text."""
    forms = [text]
    for _ in range(2):
        forms = [*forms, *(form for each in forms for form in once(each))]
    return forms


def once(text: str) -> Iterator[str]:
    yield html.unescape(text)
    yield unquote_plus(text)
    yield re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)
    plain = []
    for found in set(re.findall(r"[A-Za-z0-9+/]{8,}={0,2}", text)):
        with contextlib.suppress(ValueError):
            plain.append(base64.b64decode(found + "=" * (-len(found) % 4)))
    yield b"\n".join(plain).decode("utf-8", "ignore")


def test_the_key_file_stands_apart_and_says_what_each_token_is(report: Path):
    key = report.with_name("out.key.json")
    tokens = json.loads(key.read_text())["tokens"]
    assert {*PLANTED["account"]} <= {*tokens.values()}
    assert oct(key.stat().st_mode)[-3:] == "600"
    assert "account-1" in report.read_text()


def test_tokens_stay_the_same_over_reports(case: tk.Case, report: Path):
    key = report.with_name("out.key.json")
    before = json.loads(key.read_text())["tokens"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pictures, "chromium", lambda: None)
        case.report(report.with_name("again.html"), masked=True, key=key)
    after = json.loads(key.read_text())["tokens"]
    assert after.items() >= before.items()


def test_a_masked_report_is_sealed_but_not_asked_again(case: tk.Case, report: Path):
    told = read_report(report.read_bytes())
    assert told["masked"]
    assert not [run for run in told["runs"] if "sql" in run or "select" in run]
    with pytest.raises(ReportError, match="masked"):
        verify_runs(case, told)


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("role/Admin/mary", "role/name-1/name-2"),
        ("111122223333", "account-1"),
        ("2001:db8::7", "address-1"),
        ("arn:aws:iam::111122223333:role/Admin", "arn:aws:iam::account-1:role/name-1"),
        ("mary@example.com", "name-1"),
        ("service/ec2.amazonaws.com", "service/ec2.amazonaws.com"),
        ("root", "root"),
    ],
)
def test_a_token_keeps_the_form_of_a_name(text: str, token: str):
    assert Mask().value(text) == token


@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=5))
def test_the_same_value_has_the_same_token(values: list[str]):
    mask = Mask()
    first = [mask.value(each) for each in values]
    assert [mask.value(each) for each in values] == first
    assert [Mask(mask.tokens).value(each) for each in values] == first


def test_columns_that_nobody_knows_are_hidden():
    frame = pd.DataFrame({"my_own": ["payroll"], "outcome": ["denied"], "n": [3]})
    masked = Mask().frame(frame)
    assert masked.iloc[0].tolist() == ["name-1", "denied", 3]


def test_a_name_that_is_also_a_column_leaves_the_column_its_name():
    mask = Mask()
    mask.learn(["action", "payroll"])
    frame = mask.frame(pd.DataFrame({"action": ["DeleteBucket"]}))
    assert [*frame.columns] == ["action"]
    assert mask.column("action") == "action"
    assert mask.column("payroll") == mask.value("payroll")


def as_a_pattern(values: list[str], text: str) -> list[tuple[int, int]]:
    """Find the same by one pattern of all values, the longest first."""
    values = sorted({each for each in values if len(each) > 2}, key=len, reverse=True)
    long = [re.escape(each) for each in values if len(each) >= 6]
    short = [rf"(?<!\w){re.escape(each)}(?!\w)" for each in values if len(each) < 6]
    either = re.compile("|".join([*long, *short]) or r"(?!)", re.IGNORECASE)
    return [match.span() for match in either.finditer(text)]


def test_values_are_found_as_by_a_pattern_of_all_of_them():
    chance, found = random.Random(4), 0
    for _ in range(500):
        lengths = chance.choices(range(1, 10), k=chance.randint(0, 40))
        values = ["".join(chance.choices("aAbB-_/1", k=each)) for each in lengths]
        text = "".join(chance.choices("aAbB-_/1", k=80))
        spans = [each[:2] for each in KnownValues(values).matches(text)]
        assert spans == as_a_pattern(values, text)
        found += len(spans)
    assert found > 20


def test_a_value_is_found_in_other_letters_of_any_script():
    known = KnownValues(["Ölhafen-Straße", "Кирилл", "Ünal"])
    text = "at ÖLHAFEN-STRAßE, or КИРИЛЛ; ünal"
    values = [text[start:end] for start, end, _ in known.matches(text)]
    assert values == ["ÖLHAFEN-STRAßE", "КИРИЛЛ", "ünal"]
