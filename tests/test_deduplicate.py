"""Two records with the same content, however they are spelt."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trailkit.store.deduplicate import canonical_hash

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(-1e9, 1e9) | st.text(),
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
    [("1.50", "1.5"), ("2.0", "2"), ("9.8E-5", "0.000098"), ('"\\u0041"', '"A"')],
)
def test_the_spelling_of_a_value_makes_no_difference(one: str, other: str):
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
        ('{"b": null}', "{}"),
    ],
)
def test_another_value_is_other_content(one: str, other: str):
    assert canonical_hash(f'{{"a": {one}}}'.encode()) != canonical_hash(
        f'{{"a": {other}}}'.encode()
    )


def test_what_cannot_be_compared_as_json_is_compared_as_it_is():
    assert canonical_hash(b'{"a": ' + b"[" * 100_000) == canonical_hash(
        b'{"a": ' + b"[" * 100_000
    )
    assert canonical_hash(b"{") != canonical_hash(b"}")
