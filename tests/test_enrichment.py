"""Local files tell of addresses, and what they do not know stays unknown."""

import json
from ipaddress import ip_address, ip_network
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mmdb_writer import MMDBWriter
from netaddr import IPSet

import trailkit as tk
from trailkit.case import Case
from trailkit.display.enrichment import NetworkTable
from trailkit.errors import InvalidParameter

RANGES = {
    "createDate": "2026-11-20-00-00-00",
    "prefixes": [
        {"ip_prefix": "203.0.113.0/24", "region": "us-east-1", "service": "EC2"},
        {"ip_prefix": "203.0.113.0/24", "region": "us-east-1", "service": "AMAZON"},
        {"ip_prefix": "203.0.113.64/26", "region": "GLOBAL", "service": "AMAZON"},
    ],
    "ipv6_prefixes": [
        {"ipv6_prefix": "2001:db8::/32", "region": "eu-west-1", "service": "S3"}
    ],
}


def frame(*addresses: str | None, **columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"client_ip": pd.array(addresses, "str"), **columns})


@pytest.fixture
def ranges(tmp_path: Path) -> Path:
    path = tmp_path / "ip-ranges.json"
    path.write_text(json.dumps(RANGES), encoding="utf-8")
    return path


def database(path: Path, kind: str, **networks: dict[str, object]) -> Path:
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type=kind)
    for network, told in networks.items():
        writer.insert_network(IPSet([network]), told)
    writer.to_db_file(str(path))
    return path


def test_an_address_of_aws_is_named_by_its_narrowest_range(ranges: Path) -> None:
    told = tk.enrich(
        frame("203.0.113.9", "203.0.113.70", "2001:db8::1", "192.0.2.1", None),
        aws=ranges,
    )
    assert told["aws_service"].tolist()[:3] == ["EC2", "AMAZON", "S3"]
    assert told["aws_service"].isna().tolist() == [False] * 3 + [True] * 2
    assert told["aws_region"].tolist()[:3] == ["us-east-1", "GLOBAL", "eu-west-1"]


def test_cities_and_networks_come_from_maxminds_files(tmp_path: Path) -> None:
    city = {"country": {"iso_code": "NL"}, "city": {"names": {"en": "Delft"}}}
    asn = {"autonomous_system_number": 64500, "autonomous_system_organization": "Ex"}
    places = database(tmp_path / "c.mmdb", "GeoLite2-City", **{"192.0.2.0/24": city})
    owners = database(tmp_path / "a.mmdb", "GeoLite2-ASN", **{"192.0.2.0/24": asn})
    told = tk.enrich(frame("192.0.2.7", "198.51.100.1"), geo=[places, owners])
    assert told.iloc[0, 1:].tolist() == ["NL", "Delft", 64500, "Ex"]
    assert told.iloc[1, 1:].isna().all()
    assert [*told.dtypes.astype(str)][1:] == ["str", "str", "Int64", "str"]


def test_indicators_match_networks_and_whole_cells(tmp_path: Path) -> None:
    listed = tmp_path / "bad.csv"
    listed.write_text("value,why\n192.0.2.0/24,scanner\nuser/eve,left in May\n")
    told = tk.enrich(
        frame("192.0.2.7", None, "198.51.100.1", actor=["root", "user/eve", "user/ev"]),
        indicators=listed,
    )
    assert told["indicator"].tolist()[:2] == [
        "192.0.2.0/24: scanner",
        "user/eve: left in May",
    ]
    assert told["indicator"].isna().tolist() == [False, False, True]


def test_a_frame_says_which_files_told_it(
    practice_case: Case, ranges: Path, tmp_path: Path
) -> None:
    listed = tmp_path / "bad.txt"
    listed.write_text("203.0.113.77  # seen elsewhere\n")
    asked = practice_case.ask("s3/bucket-deletions")
    told = tk.enrich(asked, aws=ranges, indicators=listed)
    assert tk.provenance(told).notes[-1] == (
        "Enriched from ip-ranges.json (of 2026-11-20-00-00-00), bad.txt (1 indicators)."
    )
    assert tk.provenance(told).run == tk.provenance(asked).run
    assert not any("Enriched" in note for note in tk.provenance(asked).notes)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"prefixes": 1}', "\0"])
def test_a_file_of_another_kind_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd.json"
    path.write_text(text)
    with pytest.raises(InvalidParameter, match=r"odd\.json cannot be read"):
        tk.enrich(frame("192.0.2.7"), aws=path)
    with pytest.raises(InvalidParameter, match=r"odd\.json cannot be read"):
        tk.enrich(frame("192.0.2.7"), geo=path)


def test_a_frame_without_addresses_is_refused(ranges: Path) -> None:
    with pytest.raises(InvalidParameter, match="no address to look up"):
        tk.enrich(pd.DataFrame({"events": [1]}), aws=ranges)


@given(
    st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=20),
    st.lists(st.integers(0, 32), min_size=20, max_size=20),
    st.integers(0, 2**32 - 1),
)
def test_the_narrowest_network_is_found(
    starts: list[int], lengths: list[int], number: int
) -> None:
    given_ones = [
        ip_network((start, length), strict=False)
        for start, length in zip(starts, lengths, strict=False)
    ]
    address = ip_address(number)
    holding = [each for each in given_ones if address in each]
    found = NetworkTable((each, {"is": each}) for each in given_ones).find(str(address))
    narrowest = max(holding, key=lambda each: each.prefixlen, default=None)
    assert found.get("is") == narrowest
