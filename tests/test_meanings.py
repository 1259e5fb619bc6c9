"""Every spelling of one thing is that thing, and what cannot be is refused."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import trailkit as tk
from tests.support.sampled import some
from tools.practice_case import practice
from trailkit.case import Case
from trailkit.errors import InvalidParameter, ScopeError
from trailkit.questions.library import load
from trailkit.questions.meanings import READERS, read
from trailkit.questions.parameters import Parameter

KEY = practice.answers()
USER = f"arn:aws:iam::777788889999:user/{KEY.created_user}"

SPELLINGS = [
    (
        "s3/bucket-deletions",
        "bucket",
        KEY.bucket,
        ["s3://{}/a/b.csv", "arn:aws:s3:::{}", "arn:aws:s3:::{}/x", "{}/x", "'{}'"],
    ),
    (
        "s3/bucket-deletions",
        "bucket",
        KEY.bucket,
        ["https://{}.s3.eu-west-1.amazonaws.com/x", "https://s3.amazonaws.com/{}/x"],
    ),
    (
        "identity/access-key",
        "access_key",
        KEY.leaked_key,
        ["{} ", '"{}"', "aws_access_key_id = {}", "AWS_ACCESS_KEY_ID={}"],
    ),
    ("identity/address", "address", KEY.address, ["[{}]", "{}/32", "{}:443", " {}"]),
    ("overview/event", "event_id", KEY.deletion.event_id, ["{{{}}}", " {} ", "'{}'"]),
    ("identity/role-assumptions", "role", KEY.hops[0].role, [" {}", "'{}'"]),
    (
        "identity/role-assumptions",
        "role",
        KEY.hops[0].role.rpartition("/")[2],
        ["role/{}", "role/{}/alice", "arn:aws:sts::444455556666:assumed-role/{}/bob"],
    ),
    ("overview/records", "services", "iam", ["iam.amazonaws.com", "IAM"]),
    ("overview/records", "actions", "CreateUser", ["iam:CreateUser", " CreateUser"]),
]

FREE = {
    *("about", "allowed", "apart", "area", "events"),
    *("keys", "made", "name", "objects", "portal", "principals"),
    *("roles", "sessions", "links", "names", "texts", "values", "event", "address"),
}
"""Texts without a meaning: words of a question's own, and parameters of lineages."""


@pytest.mark.parametrize(("name", "parameter", "value", "spellings"), SPELLINGS)
def test_every_spelling_gives_the_same_frame(
    name: str, parameter: str, value: str, spellings: list[str], practice_case: Case
) -> None:
    listed = practice_case.questions[name].parameters
    is_list = any(p.name == parameter and p.type.startswith("list") for p in listed)
    plain = practice_case.ask(name, **{parameter: [value] if is_list else value})
    assert len(plain) > 0
    for form in [*spellings, *_in_other_case(parameter)]:
        given = form.format(value) if "{" in form else form
        given = given.upper() if form == "{}" else given
        frame = practice_case.ask(name, **{parameter: [given] if is_list else given})
        pd.testing.assert_frame_equal(frame, plain)
        said = tk.provenance(frame).notes
        assert given.strip() == value or any("was read as" in note for note in said)


def _in_other_case(parameter: str) -> list[str]:
    return ["{}"] if parameter in ("access_key", "event_id") else []


BLANKS = st.text(" \t\n", max_size=3)
QUOTES = st.sampled_from(["", "'", '"', "`"])


@given(
    st.from_regex(r"(AKIA|ASIA)[A-Z0-9]{16}", fullmatch=True), BLANKS, QUOTES, BLANKS
)
@settings(max_examples=60)
def test_a_key_in_any_dress_is_the_key(
    key: str, before: str, quote: str, after: str
) -> None:
    taken = [Parameter("k", "text", means="access_key")]
    for spelt in (key, key.lower(), key.swapcase()):
        dressed = f"{before}{quote}{spelt}{quote}{after}"
        assert read(taken, {"k": dressed})[0] == {"k": key}


@given(st.text(max_size=40))
@settings(max_examples=100)
def test_a_reader_settles_and_never_breaks(text: str) -> None:
    for reader in READERS.values():
        try:
            once = reader(text)
        except InvalidParameter:
            continue
        assert reader(once) == once


@pytest.mark.parametrize(
    ("name", "values", "sentence"),
    [
        ("identity/access-key", {"access_key": USER}, "can never be an access key"),
        ("identity/access-key", {"access_key": "AIDAEXAMPLEXAMPLE"}, "ask identity/"),
        ("identity/access-key", {"access_key": "AKIAIOSF"}, "its whole id"),
        ("overview/event", {"event_id": "1b9a2c3d-0000-40"}, "it whole"),
        ("s3/bucket-deletions", {"bucket": "pay roll"}, "can never be a bucket"),
        ("s3/bucket-deletions", {"bucket": "pay*"}, "can never be a bucket"),
        ("s3/bucket-deletions", {"bucket": " "}, "is empty"),
        ("s3/objects-read", {"bucket": ["a-a", "b-b"]}, "case.ask_all"),
        ("overview/top", {"by": ["action", "service"]}, "one value"),
        ("overview/top", {"by": "actoin"}, 'not one of .* Did you mean "action"'),
        ("execution/functions", {"change": "kode"}, 'Did you mean "code"'),
        ("identity/activity", {"identity": "arn:aws:s3:::payroll"}, "resource/history"),
        ("identity/address", {"address": "203.0.113.999"}, "can never be an address"),
        ("overview/event", {"event_id": "arn:aws:s3:::a b"}, "can never be"),
        ("identity/activity", {"identity": "203.0.113.7"}, "identity/address"),
        ("identity/activity", {"identity": "x", "outcome": "deny"}, '"denied"'),
        ("overview/regions-unused", {"approved": ["Ireland"]}, "is not a region"),
        ("identity/cross-account", {"accounts": ["alice"]}, "is not an account"),
    ],
)
def test_what_can_never_match_is_refused(
    name: str, values: dict[str, object], sentence: str, practice_case: Case
) -> None:
    with pytest.raises(InvalidParameter, match=sentence.replace("pay*", "pay.")):
        practice_case.ask(name, **values)


def test_lists_come_from_python_a_series_and_a_file(
    practice_case: Case, tmp_path: Path
) -> None:
    file = tmp_path / "actions.txt"
    file.write_text("iam:CreateUser\n CreateAccessKey\n", encoding="utf-8")
    lists = [["CreateUser", "CreateAccessKey"], file]
    lists += [pd.Series(["iam:CreateUser", "iam:CreateAccessKey"])]
    first, *others = (
        practice_case.ask("overview/records", actions=each) for each in lists
    )
    assert len(first) > 0
    for other in others:
        pd.testing.assert_frame_equal(other, first)


SEVERAL = [
    ("s3/bucket-deletions", "bucket", [KEY.bucket, "no-such-bucket"]),
    ("identity/access-key", "access_key", [KEY.leaked_key, "AKIAIOSFODNN7EXAMPLE"]),
    ("identity/address", "address", [KEY.address, "AWS Internal"]),
    ("identity/activity", "identity", [KEY.created_user, "role/Nobody"]),
    ("overview/event", "event_id", [KEY.deletion.event_id, "0" * 8]),
]


@pytest.mark.parametrize(("name", "parameter", "values"), SEVERAL)
def test_several_values_find_what_each_finds(
    name: str, parameter: str, values: list[str], practice_case: Case, tmp_path: Path
) -> None:
    file = tmp_path / "values.txt"
    file.write_text("\n".join(values), encoding="utf-8")
    each = [practice_case.ask(name, **{parameter: value}) for value in values]
    found = {event for frame in each for event in frame["event_id"]}
    for form in (values, pd.Series(values), file, ", ".join(values), set(values)):
        together = practice_case.ask(name, **{parameter: form})
        assert set(together["event_id"]) == found
    assert found


def test_a_network_holds_its_addresses_of_either_version(practice_case: Case) -> None:
    alone = practice_case.ask("identity/address", address=KEY.address)
    wide = practice_case.ask("identity/address", address=f"{KEY.address}/24")
    both = practice_case.ask(
        "identity/address", address=["2001:db8::/32", f"{KEY.address}/24"]
    )
    assert 0 < len(alone) <= len(wide) <= len(both)
    assert set(wide["event_id"]) >= set(alone["event_id"])
    console = practice_case.ask("signin/console", address=f"{KEY.address}/24")
    assert set(console["source_ip"]) <= set(wide["source_ip"])


def test_a_network_with_an_address_of_the_logs_is_not_named_as_missing(
    practice_case: Case,
) -> None:
    hour = practice_case.window("2026-03-01", "2026-03-02")
    frame = hour.ask("signin/console", address=f"{KEY.address}/30")
    assert frame.empty
    said = " ".join(tk.provenance(frame).notes)
    assert "No address in these logs" not in said
    away = hour.ask("signin/console", address="192.0.2.240/30")
    assert "No address in these logs" in " ".join(tk.provenance(away).notes)


ROLE = KEY.hops[0].role
SPELT = [
    ROLE.replace(":role/", ":role/some/path/"),
    "role/" + ROLE.rpartition("/")[2],
    ROLE.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/"),
    [ROLE, "role/nobody"],
]
BESIDE = {"identity/containment": {"since": KEY.deletion.time}}
BESIDE |= {"identity/key-turning": {"bad": [KEY.address]}}


PRINCIPALS = [
    (question.name, parameter.name)
    for question in load()
    for parameter in question.parameters
    if parameter.means == "principal"
]


@pytest.mark.parametrize(("name", "parameter"), some(PRINCIPALS, 3))
def test_every_question_about_a_principal_takes_its_spellings(
    name: str, parameter: str, practice_case: Case
) -> None:
    beside = BESIDE.get(name, {})
    plain = practice_case.ask(name, **{parameter: ROLE}, **beside)
    for spelt in SPELT:
        frame = practice_case.ask(name, **{parameter: spelt}, **beside)
        pd.testing.assert_frame_equal(frame, plain)


@pytest.mark.parametrize(
    ("pasted", "name"),
    [
        ("arn:aws:lambda:eu-west-1:111122223333:function:resize:live", "resize"),
        ("arn:aws:logs:eu-west-1:111122223333:log-group:/aws/x:*", "/aws/x"),
        ("arn:aws:secretsmanager:us-east-1:111122223333:secret:db/a-AbCdEf", "db/a"),
        ("arn:aws:iam::111122223333:policy/path/Full", "Full"),
        ("arn:aws:dynamodb:us-east-1:111122223333:table/T/stream/2026", "T"),
        ("arn:aws:sns:us-east-1:111122223333:topic", "topic"),
        ("user/alice", "alice"),
        ("role/Ops/alice", "Ops"),
        ("user/data/1.csv", "user/data/1.csv"),
    ],
)
def test_a_resource_is_looked_for_by_its_name(pasted: str, name: str) -> None:
    assert READERS["resource"](pasted) == name


def test_a_value_that_the_logs_do_not_hold_is_named_with_the_nearest(
    practice_case: Case,
) -> None:
    typed = KEY.bucket[:-2] + KEY.bucket[-1]
    frame = practice_case.ask("s3/bucket-deletions", bucket=typed)
    said = " ".join(tk.provenance(frame).notes)
    assert f'No bucket in these logs is "{typed}"' in said
    assert f'Nearest: "{KEY.bucket}"' in said


def test_an_account_and_a_region_that_the_logs_do_not_hold_are_named(
    practice_case: Case,
) -> None:
    scope = practice_case.accounts("9999-9999-9999").regions("EU_WEST_3")
    said = " ".join(tk.provenance(scope.ask("overview/volume")).notes)
    assert 'No account in these logs is "999999999999"' in said
    assert "111122223333, 444455556666, 777788889999" in said
    assert 'No Region in these logs is "eu-west-3". Nearest: "eu-west-1"' in said


def test_a_scope_reads_the_spellings_of_a_region_and_an_account() -> None:
    scope = tk.Scope().with_regions("us-east-1a", "EU_West_1")
    assert scope.regions == ("us-east-1", "eu-west-1")
    arn = "arn:aws:iam::111122223333:user/alice"
    assert tk.Scope().with_accounts(arn).accounts == ("111122223333",)
    with pytest.raises(ScopeError, match="is not a region"):
        tk.Scope().with_regions("Ireland")


def test_every_text_has_a_meaning_or_is_a_word_of_its_question() -> None:
    free = {
        parameter.name
        for question in load()
        for parameter in question.parameters
        if parameter.type.endswith("text") and not (parameter.means or parameter.one_of)
    }
    assert free <= FREE


def test_a_pattern_that_is_none_is_refused_with_what_to_write() -> None:
    taken = [Parameter("pattern", "text", means="pattern")]
    assert read(taken, {"pattern": ' "x" '}) == ({"pattern": ' "x" '}, [])
    with pytest.raises(InvalidParameter, match=r'pattern: "a\(b" is not .* strpos'):
        read(taken, {"pattern": "a(b"})
    with pytest.raises(InvalidParameter, match="is empty"):
        read(taken, {"pattern": ""})
