"""Names are checked before they go into a table's text, and quoted there."""

from collections.abc import Callable

import botocore.session
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st

from trailkit.errors import TableError
from trailkit.scope import quoted
from trailkit.tables import names
from trailkit.tables.regions import REGIONS, regions_of


@pytest.mark.parametrize("partition", REGIONS)
def test_the_regions_are_those_that_boto_knows(partition: str) -> None:
    known = botocore.session.get_session().get_available_regions(
        "cloudtrail", partition_name=partition
    )
    assert sorted(known) == list(REGIONS[partition])


@pytest.mark.parametrize("region", [each for some in REGIONS.values() for each in some])
def test_every_known_region_has_the_form_of_one(region: str) -> None:
    assert names.region(region) == region


def test_an_unknown_partition_names_the_known_ones() -> None:
    with pytest.raises(TableError, match="aws-us-gov"):
        regions_of("gov")


@pytest.mark.parametrize(
    ("check", "good"),
    [
        (names.database, "security"),
        (names.database, "_2026"),
        (names.table, "t" * 255),
        (names.table, "select"),
        (names.bucket, "abc"),
        (names.bucket, "a.b-c.d"),
        (names.bucket, "b" * 63),
        (names.prefix, ""),
        (names.prefix, "p" * 200),
        (names.prefix, "team=blue/logs_2026"),
        (names.account, "000000000012"),
        (names.organization, "o-a1b2c3d4e5"),
        (names.region, "us-iso-east-1"),
    ],
)
def test_what_aws_allows_is_taken(check: Callable[[str], str], good: str) -> None:
    assert check(good) == good


@pytest.mark.parametrize(
    ("check", "bad"),
    [
        (names.database, ""),
        (names.database, "Security"),
        (names.database, "security-lake"),
        (names.table, "t" * 256),
        (names.table, "a`b"),
        (names.table, "a b"),
        (names.table, "a.b"),
        (names.table, "cloudtrail\n"),
        (names.table, "größe"),
        (names.bucket, "ab"),
        (names.bucket, "b" * 64),
        (names.bucket, "-abc"),
        (names.bucket, "a..b"),
        (names.bucket, "192.0.2.1"),
        (names.bucket, "under_score"),
        (names.prefix, "a//b"),
        (names.prefix, "a b"),
        (names.prefix, "p" * 201),
        (names.account, "1111222233"),
        (names.account, "1111-2222-3333"),
        (names.account, " 111122223333"),
        (names.account, "١١١١٢٢٢٢٣٣٣٣"),
        (names.account, 111122223333),
        (names.organization, "o-short"),
        (names.region, "us-esat-1"),
        (names.region, "us-east-1a"),
        (names.region, "us_east_1"),
        (names.region, "us-east-1 "),
        (names.region, "virginia"),
    ],
)
def test_what_aws_refuses_is_refused_with_the_value_and_an_example(
    check: Callable[[object], str], bad: object
) -> None:
    with pytest.raises(TableError) as refused:
        check(bad)
    shown = bad[:40] if isinstance(bad, str) else str(bad)
    assert shown.strip() in str(refused.value).replace("\\n", "\n")


@given(st.text(min_size=1).filter(lambda text: "\0" not in text))
def test_a_quoted_name_or_text_is_one_token_of_a_select(text: str) -> None:
    tokens = sqlglot.tokenize(
        f"select {names.trino(text)}, {quoted(text)}", dialect="trino"
    )
    assert [token.text for token in tokens] == ["select", text, ",", text]


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0")))
def test_a_quoted_text_of_ddl_ends_where_it_should(text: str) -> None:
    tokens = sqlglot.tokenize(f"location {names.hive_text(text)} end", dialect="hive")
    assert len(tokens) == 3
