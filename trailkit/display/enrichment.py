"""Enrichment: what files on this machine tell of an address, as columns of a frame.

Nothing is looked up over the network: the user brings the files, and the frame says
which they were and how old.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any

import pandas as pd

from trailkit.errors import InvalidParameter, MissingExtra, typed

Network = IPv4Network | IPv6Network
Row = dict[str, Any]

ADDRESSES = ("client_ip", "source_ip", "address")
"""Columns that hold an address; the first that a frame has is looked up."""

_NAMED = ("source_ip", "client_ip", "address", "actor", "identity_id", "principal_arn",
          "access_key", "session_name", "user_agent", "event_id")  # fmt: skip


@typed
def enrich(
    frame: pd.DataFrame,
    *,
    geo: str | Path | Iterable[str | Path] = (),
    aws: str | Path | None = None,
    indicators: str | Path | None = None,
) -> pd.DataFrame:
    """Return the frame with columns of what local files tell of its rows.

    - ``geo``: one or more MaxMind databases (``.mmdb``) of cities, countries or
      networks: ``country``, ``city``, ``asn``, ``network_owner``. It takes the extra
      ``trailkit[geo]``.
    - ``aws``: AWS's ``ip-ranges.json``: ``aws_service`` and ``aws_region`` of an
      address of AWS's own, by its narrowest range. Source: AWS IP address ranges in
      the Amazon VPC User Guide.
    - ``indicators``: a text file with a value a line, or a CSV with the columns
      ``value`` and ``why``: ``indicator`` names what a row holds. Addresses and
      networks match addresses; any other value matches a whole cell of an identity,
      key, session or agent.

    An address that the files do not know is null, not harmless. The frame's provenance
    names the files used. Raises InvalidParameter for a frame without
    anything to look up, and for a file that cannot be read.

    >>> enrich(pd.DataFrame({"client_ip": ["192.0.2.7"]}), aws="no-such-file.json")
    Traceback (most recent call last):
        ...
    trailkit.errors.InvalidParameter: no-such-file.json cannot be read: No such file ...
    """
    paths = (geo,) if isinstance(geo, str | Path) else tuple(geo)
    result, used = frame.copy(), list[str]()
    for path in paths:
        used += _add(result, _maxmind(Path(path)))
    if aws is not None:
        used += _add(result, _aws_ranges(Path(aws)))
    if indicators is not None:
        used += _add_indicators(result, Path(indicators))
    if summary := frame.attrs.get("trailkit"):
        notes = [*summary["notes"], f"Enriched from {', '.join(used)}."]
        result.attrs = {**frame.attrs, "trailkit": summary | {"notes": notes}}
    return result


@dataclass(frozen=True, slots=True)
class AddressBook:
    """What a file tells of an address, in these columns."""

    said: str
    columns: tuple[str, ...]
    find: Callable[[str], Row]


def _add(frame: pd.DataFrame, book: AddressBook) -> list[str]:
    """Add a file's columns; return how the file is to be named."""
    column = next((name for name in ADDRESSES if name in frame), None)
    if column is None:
        raise InvalidParameter(
            "The frame has no address to look up. It needs one of the columns "
            f"{', '.join(ADDRESSES)}; it has {', '.join(map(str, frame.columns))}."
        )
    known = {each: _told(book, each) for each in frame[column].dropna().unique()}
    rows = [known.get(each, {}) for each in frame[column]]
    for name in book.columns:
        kind = "Int64" if name == "asn" else "str"
        frame[name] = pd.array([row.get(name) for row in rows], dtype=kind)
    return [book.said]


def _told(book: AddressBook, text: str) -> Row:
    try:
        ip_address(text)
    except ValueError:
        return {}
    return book.find(text)


def _maxmind(path: Path) -> AddressBook:
    """Open a database of MaxMind's format, of cities, countries or networks."""
    try:
        import maxminddb
    except ImportError:
        raise MissingExtra(
            "A .mmdb file takes the package maxminddb: pip install 'trailkit[geo]'."
        ) from None
    try:
        reader = maxminddb.open_database(path, maxminddb.MODE_MEMORY)
    except (OSError, maxminddb.InvalidDatabaseError, ValueError) as error:
        raise _unreadable(path, error) from None
    about = reader.metadata()
    made = datetime.fromtimestamp(about.build_epoch, UTC)
    asn = "asn" in about.database_type.lower()
    return AddressBook(
        f"{path.name} ({about.database_type} of {made:%Y-%m-%d})",
        ("asn", "network_owner") if asn else ("country", "city"),
        lambda address: _of_maxmind(reader.get(address)),
    )


def _of_maxmind(found: Any) -> Row:
    record: Row = found if isinstance(found, dict) else {}
    country = record.get("country") or record.get("registered_country") or {}
    return {
        "country": country.get("iso_code"),
        "city": record.get("city", {}).get("names", {}).get("en"),
        "asn": record.get("autonomous_system_number"),
        "network_owner": record.get("autonomous_system_organization"),
    }


def _aws_ranges(path: Path) -> AddressBook:
    """Read AWS's ip-ranges.json."""
    try:
        held = json.loads(_text(path))
        listed = [
            (ip_network(each.get("ip_prefix") or each["ipv6_prefix"]), each)
            for each in [*held["prefixes"], *held["ipv6_prefixes"]]
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unreadable(path, error) from None
    ranges = NetworkTable(
        (network, {"aws_service": each["service"], "aws_region": each["region"]})
        # AMAZON holds every range again: the service's own name tells more.
        for network, each in sorted(
            listed, key=lambda one: one[1]["service"] != "AMAZON"
        )
    )
    said = f"{path.name} (of {held.get('createDate', 'an unknown day')})"
    return AddressBook(said, ("aws_service", "aws_region"), ranges.find)


class NetworkTable:
    """The narrowest of many networks that holds an address.

    >>> table = NetworkTable([(ip_network("192.0.2.0/24"), {"why": "office"})])
    >>> table.find("192.0.2.7"), table.find("2001:db8::1")
    ({'why': 'office'}, {})
    """

    def __init__(self, rows: Iterable[tuple[Network, Row]]) -> None:
        """Take the networks; of two alike the later stays."""
        self._rows: dict[tuple[int, int, int], Row] = {}
        for network, row in rows:
            start = int(network.network_address)
            self._rows[network.version, network.prefixlen, start] = row
        self._lengths = sorted({key[:2] for key in self._rows}, reverse=True)

    def find(self, text: str) -> Row:
        """Return what is told of the narrowest network, or nothing."""
        address = ip_address(text)
        for version, length in self._lengths:
            if version == address.version:
                below = address.max_prefixlen - length
                start = int(address) >> below << below
                if row := self._rows.get((version, length, start)):
                    return row
        return {}


def _add_indicators(frame: pd.DataFrame, path: Path) -> list[str]:
    """Mark what a row holds of a list of indicators."""
    networks, texts = list[tuple[Network, Row]](), dict[str, str]()
    for value, why in _indicators(path):
        said = f"{value}: {why}" if why else value
        try:
            networks.append((ip_network(value, strict=False), {"indicator": said}))
        except ValueError:
            texts[value] = said
    columns = [name for name in _NAMED if name in frame]
    if not columns:
        raise InvalidParameter(
            f"The frame has no column to hold indicators to: {', '.join(_NAMED)}."
        )
    held = NetworkTable(networks)
    book = AddressBook(path.name, ("indicator",), held.find)
    frame["indicator"] = pd.array([None] * len(frame), dtype="str")
    for name in columns:
        values = frame[name].dropna().unique()
        found = {
            each: texts.get(each) or _told(book, each).get("indicator")
            for each in values
            if isinstance(each, str)
        }
        frame["indicator"] = frame["indicator"].fillna(frame[name].map(found))
    return [f"{path.name} ({len(networks) + len(texts):,} indicators)"]


def _indicators(path: Path) -> list[tuple[str, str]]:
    """List the values of a file, each with what is told of it."""
    lines = _text(path).splitlines()
    heading = lines[0].lower().split(",") if lines else []
    if "value" in heading:
        rows = csv.DictReader(io.StringIO("\n".join([lines[0].lower(), *lines[1:]])))
        listed = [(row["value"] or "", row.get("why") or "") for row in rows]
    else:
        listed = [(line.split("#", 1)[0], "") for line in lines]
    found = [(value.strip(), why.strip()) for value, why in listed if value.strip()]
    if not found:
        raise InvalidParameter(f"{path} holds no indicator: write one a line.")
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> InvalidParameter:
    said = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
    return InvalidParameter(f"{path} cannot be read: {said}.")
