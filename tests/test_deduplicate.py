"""Two records with the same content, however they are spelt."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trailkit.store.deduplicate import (
    DOUBLED,
    ESCAPED,
    INEXACT,
    canonical_hash,
    unusual,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**14), 10**14) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def shuffled(value: object) -> object:
    if isinstance(value, dict):
        items = [(key, shuffled(each)) for key, each in value.items()]
        return dict(random.sample(items, len(items)))
    return [shuffled(each) for each in value] if isinstance(value, list) else value


@given(st.dictionaries(st.text(), JSON))
def test_order_blanks_and_escapes_make_no_difference(record: dict[str, object]):
    compact = json.dumps(record, separators=(",", ":"))
    pretty = json.dumps(shuffled(record), indent=2, ensure_ascii=False)
    respelt = pretty.encode("utf-8", "surrogatepass")
    assert canonical_hash(compact.encode()) == canonical_hash(respelt)


@pytest.mark.parametrize(
    ("one", "other"),
    [('"\\u00e9"', '"é"'), ('"\\u003c"', '"<"'), ('"\\u0026"', '"&"')],
)
def test_the_spelling_of_a_character_makes_no_difference(one: str, other: str):
    assert canonical_hash(f'{{"a": {one}}}'.encode()) == canonical_hash(
        f'{{"a":{other}}}'.encode()
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1", '"1"'),
        ("null", '""'),
        ("[1, 2]", "[2, 1]"),
        ("true", "1"),
        ("9007199254740993", "9007199254740992"),
        ("2.0", "2"),
        ("1.50", "1.5"),
        ("1e400", "1e401"),
        ('"\\u0041"', '"A"'),
        ('"\\/"', '"/"'),
        ('1, "a": 1', "1"),
        ('["1"]', "1"),
        ('{"b": null}', "{}"),
    ],
)
def test_another_value_is_other_content(one: str, other: str):
    assert canonical_hash(f'{{"a": {one}}}'.encode()) != canonical_hash(
        f'{{"a": {other}}}'.encode()
    )


@pytest.mark.parametrize(
    ("value", "remark"),
    [
        ('{"b": 1, "b": 1}', DOUBLED),
        ('[{"c": 1, "\\u0063": 2}]', ESCAPED),
        ('"arn:aws:s3:::\\u0070ayroll"', ESCAPED),
        ("0.1000000000000000055", INEXACT),
        ('"\\u003c \\n \\" \\\\/ \\u00e9"', None),
        ("-1.5e9", None),
    ],
)
def test_what_tools_read_in_different_ways_is_remarked(value: str, remark: str | None):
    assert unusual(f'{{"a": {value}}}'.encode()) == remark


def test_what_cannot_be_compared_as_json_is_compared_as_it_is():
    assert canonical_hash(b'{"a": ' + b"[" * 100_000) == canonical_hash(
        b'{"a": ' + b"[" * 100_000
    )
    assert canonical_hash(b"{") != canonical_hash(b"}")
