"""What a statement reads in the tests' S3: the folders it lists, the files it gets.

Worked out from the table's definition in Glue and from the objects that lie there, as
the Athena User Guide tells it ("Partition projection", "Considerations for S3 Glacier")
and with nothing of trailkit's own. S3 gives a thousand keys for a LIST; a text file is
one GET, one in columns a GET for its end and its columns, and one more for every 8 MB;
a file with a KMS key takes a Decrypt a GET, a hundredth of them with an S3 Bucket Key.
"""

import re
import threading
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, lru_cache
from itertools import product
from typing import Any

import duckdb
import pyarrow as pa
import sqlglot
from moto.core import DEFAULT_ACCOUNT_ID
from moto.glue.models import glue_backends
from moto.s3.models import s3_backends
from sqlglot import exp

from trailkit import clock, dialect
from trailkit.tables.definition import Definition

_PART = 8 * 1024**2
_ARCHIVE = ("GLACIER", "DEEP_ARCHIVE")
_RETRIEVED = {"STANDARD_IA": 1, "ONEZONE_IA": 1, "GLACIER_IR": 3}
_NOW = re.compile(r"NOW\s*(?:([+-])\s*([0-9]+)\s*(YEAR|MONTH|WEEK|DAY)S?)?", re.I)
_DAYS = {"YEAR": 366, "MONTH": 31, "WEEK": 7, "DAY": 1}


@dataclass(frozen=True)
class Read:
    """What was read: bytes and requests, and the addresses of the files."""

    bytes: int = 0
    gets: int = 0
    lists: int = 0
    decrypts: float = 0
    retrieved: int = 0
    paths: frozenset[str] = frozenset()

    def plus(self, other: "Read", times: int = 1) -> "Read":
        """Add another one, read so many times."""
        return Read(
            self.bytes + times * other.bytes,
            self.gets + times * other.gets,
            self.lists + times * other.lists,
            self.decrypts + times * other.decrypts,
            self.retrieved + times * other.retrieved,
            self.paths | other.paths,
        )


@lru_cache(maxsize=512)
def parsed(sql: str) -> exp.Expr:
    """Parse a statement, or a condition; the tree is shared: read it only."""
    return sqlglot.parse_one(sql, read="athena")


def read(table: Definition, region: str, conditions: Sequence[str]) -> Read:
    """Return what is read of a table under conditions on its partition keys."""
    bucket = table.location.partition("://")[2].partition("/")[0]
    lying = Lying(bucket)
    if table.is_iceberg:
        return _below(lying, f"{table.location}data/", table, lists=False)
    total, paths = Read(), set[str]()
    for place in _places(table, region, conditions):
        found = _below(lying, place, table)
        paths |= found.paths
        total = replace(total.plus(replace(found, paths=frozenset())))
    return replace(total, paths=frozenset(paths))


class Lying:
    """The objects of a bucket, in the order of their keys."""

    def __init__(self, bucket: str) -> None:
        """Look at what lies there now."""
        buckets = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets
        there = buckets[bucket].keys.items() if bucket in buckets else ()
        self.bucket, self._of = bucket, dict(there)
        self._keys = sorted(self._of)

    def below(self, prefix: str) -> list[Any]:
        """Return what begins with a prefix."""
        first = bisect_left(self._keys, prefix)
        last = bisect_left(self._keys, prefix + chr(0x10FFFF))
        return [self._of[key] for key in self._keys[first:last]]


def _places(table: Definition, region: str, conditions: Sequence[str]) -> Iterator[str]:
    """Return the folders of the partitions that fit."""
    if not table.partitions:
        yield table.location
        return
    template = table.properties.get("storage.location.template")
    if table.properties.get("projection.enabled", "").lower() == "true":
        for values in _fitting(table, _projected(table, conditions), conditions):
            text = template or "".join(f"{name}=${{{name}}}/" for name in values)
            place = text if template else f"{table.location}{text}"
            yield re.sub(r"\$\{(\w+)\}", lambda at: values[at[1]], place)  # noqa: B023
        return
    glue = glue_backends[DEFAULT_ACCOUNT_ID][region]
    listed = [
        each.as_dict() for each in glue.get_partitions(table.database, table.name, "")
    ]
    locations = {
        tuple(each["Values"]): each["StorageDescriptor"]["Location"] for each in listed
    }
    rows = [dict(zip(table.partitions, each, strict=True)) for each in locations]
    for values in _fitting(table, rows, conditions):
        yield locations[tuple(values.values())]


def _fitting(
    table: Definition, rows: Sequence[Mapping[str, str]], conditions: Sequence[str]
) -> list[dict[str, str]]:
    """Keep the partitions that the conditions let through."""
    if not rows or not conditions:
        return [dict(row) for row in rows]
    keys = list(table.partitions)
    types = {
        key: "bigint" if "int" in kind else "varchar"
        for key, kind in table.partitions.items()
    }
    typed = [f'try_cast("{key}" as {types[key]}) as "{key}"' for key in keys]
    where = " and ".join([*conditions, "true"])
    sql = dialect.to_duckdb(
        f'select "$place" from (select {", ".join(typed)}, "$place" from partitions) '
        f"where {where}"
    )
    columns = {key: [row[key] for row in rows] for key in keys}
    with _LOCK:
        connection = _duckdb()
        connection.register(
            "partitions", pa.table({**columns, "$place": list(range(len(rows)))})
        )
        found = connection.execute(sql).fetchall()
    return [dict(rows[place]) for (place,) in found]


_LOCK = threading.Lock()


@cache
def _duckdb() -> duckdb.DuckDBPyConnection:
    """Return a DuckDB that knows the functions of Athena."""
    connection = duckdb.connect(config={"threads": 1})
    for statement in (*dialect.settings(), *dialect.macros()):
        connection.execute(statement)
    return connection


def _projected(table: Definition, conditions: Sequence[str]) -> list[dict[str, str]]:
    """Return all partitions; each key is narrowed first by what is said of it alone."""
    values: list[list[str]] = []
    for key, kind in table.partitions.items():
        alone = replace(table, partitions={key: kind})
        rows = [{key: each} for each in _values(table, key, conditions)]
        about = [each for each in conditions if _columns(each) == {key}]
        values.append([row[key] for row in _fitting(alone, rows, about)])
    return [dict(zip(table.partitions, each, strict=True)) for each in product(*values)]


def _columns(condition: str) -> set[str]:
    tree = parsed(condition)
    return {column.name.lower() for column in tree.find_all(exp.Column)}


def _values(table: Definition, key: str, conditions: Sequence[str]) -> list[str]:
    """Return the values that a projected key can have."""
    kind, more = _property(table, key, "type").lower(), table.properties
    match kind:
        case "enum":
            return _property(table, key, "values").split(",")
        case "injected":
            return _named(key, conditions)
        case "integer":
            first, last = map(int, _property(table, key, "range").split(","))
            digits = int(more.get(f"projection.{key}.digits", 0))
            return [f"{number:0{digits}}" for number in range(first, last + 1)]
        case _:
            return _days(table, key)


def _property(table: Definition, key: str, name: str) -> str:
    return table.properties[f"projection.{key}.{name}"].strip()


def _named(key: str, conditions: Sequence[str]) -> list[str]:
    """Return the literals that a statement names for a key."""
    return [
        literal.name
        for each in conditions
        for node in parsed(each).find_all(exp.In, exp.EQ)
        if node.this.name.lower() == key
        for literal in node.find_all(exp.Literal)
    ]


def _days(table: Definition, key: str) -> list[str]:
    first, last = map(_moment, _property(table, key, "range").split(","))
    form = _property(table, key, "format")
    for java, python in (("yyyy", "%Y"), ("MM", "%m"), ("dd", "%d")):
        form = form.replace(java, python)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return list(dict.fromkeys(f"{day:{form}}" for day in days))


def _moment(text: str) -> date:
    today = clock.today()
    if match := _NOW.fullmatch(text.strip()):
        sign, count, unit = match.groups()
        days = int(count or 0) * _DAYS[(unit or "DAY").upper()]
        return today - timedelta(days=days) if sign == "-" else today
    return date(*map(int, re.split("[/-]", text.strip())))


def _below(lying: Lying, place: str, table: Definition, lists: bool = True) -> Read:
    """List what lies in a folder, and get the files that Athena looks at."""
    bucket, _, key = place.partition("://")[2].partition("/")
    there = lying if bucket == lying.bucket else Lying(bucket)
    keys = there.below(f"{key.rstrip('/')}/" if key else "")
    seen = [file for file in keys if not _is_hidden(file.name)]
    readable = [file for file in seen if _is_read(file, table)]
    gets = [_gets(file.size, table) for file in readable]
    decrypts = [
        count * _decrypts(file) for count, file in zip(gets, readable, strict=True)
    ]
    return Read(
        bytes=sum(file.size for file in readable),
        gets=sum(gets),
        lists=-(-max(1, len(keys)) // 1000) if lists else 0,
        decrypts=sum(decrypts),
        retrieved=sum(
            file.size * _RETRIEVED.get(file.storage_class, 0) for file in readable
        ),
        paths=frozenset(f"s3://{bucket}/{file.name}" for file in readable),
    )


def _is_read(file: Any, table: Definition) -> bool:
    """Return whether Athena reads a file of this storage class."""
    if file.storage_class not in _ARCHIVE:
        return True
    reads = table.properties.get("read_restored_glacier_objects", "").lower() == "true"
    return reads and file.status == "RESTORED"


def _is_hidden(key: str) -> bool:
    name = key.rpartition("/")[2]
    return not name or name.startswith(("_", "."))


def _gets(size: int, table: Definition) -> int:
    return 2 + size // _PART if "parquet" in table.serde.lower() else 1


def _decrypts(file: Any) -> float:
    if not (file.encryption or "").startswith("aws:kms"):
        return 0
    return 0.01 if file.bucket_key_enabled else 1
