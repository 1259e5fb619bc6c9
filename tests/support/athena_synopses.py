"""Athena's statements as the synopses of its User Guide give them.

A statement is read word by word, as its page shows it; what departs is named. Pages:
"CREATE TABLE", "Create Iceberg tables" (and "Supported data types for Iceberg tables"),
"CREATE DATABASE", "DROP TABLE", "ALTER TABLE ADD PARTITION", "ALTER TABLE SET
TBLPROPERTIES", "INSERT INTO", "UNLOAD", "OPTIMIZE", "VACUUM", "SELECT", "Table
location in Amazon S3", "Service quotas". ``if not exists`` of an Iceberg table is on no
page; AWS's own SDK for pandas sends it (awswrangler/athena/_write_iceberg.py).
"""

import re
from collections.abc import Callable
from typing import NoReturn

MOST_BYTES = 262_144

_TOKEN = re.compile(
    r"""(?x)
    \s+ | --[^\n]* | /\*.*?\*/
    | (?P<text> '(?:[^'\\]|\\.|'')*' )
    | (?P<hive> `(?:[^`]|``)+` )
    | (?P<trino> "(?:[^"]|"")+" )
    | (?P<word> [A-Za-z_]\w* )
    | (?P<number> \d+ )
    | (?P<sign> . )
    """,
    re.DOTALL,
)
_SIMPLE = {
    "boolean",
    "int",
    "bigint",
    "double",
    "float",
    "string",
    "binary",
    "date",
} | {
    "timestamp",
    "decimal",
}
_HIVE_ALONE = {"tinyint", "smallint", "char", "varchar"}
_ICEBERG_PROPERTIES = {
    "table_type": r"ICEBERG",
    "format": r"parquet|orc|avro",
    "write_compression": r"zstd|snappy|gzip|none|lz4",
    "optimize_rewrite_data_file_threshold": r"\d+",
    "optimize_rewrite_delete_file_threshold": r"\d+",
    "vacuum_min_snapshots_to_keep": r"\d+",
    "vacuum_max_snapshot_age_seconds": r"\d+",
    "vacuum_max_metadata_files_to_keep": r"\d+",
}
_FORMATS = {"SEQUENCEFILE", "TEXTFILE", "RCFILE", "ORC", "PARQUET", "AVRO", "ION"}
_UNLOADED = {
    "format": r"ORC|PARQUET|AVRO|JSON|TEXTFILE",
    "compression": r"\w+",
}


class Departs(Exception):
    """The statement is not as Athena's page shows it."""


def departure(sql: str) -> str | None:
    """Return where a statement departs from its synopsis; None where it does not."""
    if len(sql.encode()) > MOST_BYTES:
        return f"more than {MOST_BYTES:,} bytes"
    first = re.match(r"[a-z]*", sql, re.IGNORECASE)
    begin = first[0].lower() if first else ""
    if begin not in _STATEMENTS:
        return f"begins with {begin or sql[:10]!r}"
    read = _Reader(sql)
    try:
        _STATEMENTS[begin](read)
        read.end()
    except Departs as error:
        return str(error)
    return None


class _Reader:
    """The words of a statement, taken one after the other."""

    def __init__(self, sql: str) -> None:
        self._sql, self._at = sql, 0
        found = (each for each in _TOKEN.finditer(sql) if each.lastgroup)
        self._tokens = [(str(each.lastgroup), each[0], each.start()) for each in found]

    def _next(self) -> tuple[str, str, int]:
        ended = ("end", "", len(self._sql))
        return self._tokens[self._at] if self._at < len(self._tokens) else ended

    def fail(self, wanted: str) -> NoReturn:
        _, text, place = self._next()
        line = self._sql.count("\n", 0, place) + 1
        raise Departs(f"line {line}: {wanted} wanted, not {text[:40]!r}")

    @property
    def ended(self) -> bool:
        return self._at == len(self._tokens)

    def end(self) -> None:
        if not self.ended:
            self.fail("the end")

    def is_next(self, *words: str) -> bool:
        ahead = self._tokens[self._at : self._at + len(words)]
        return [text.lower() for _, text, _ in ahead] == [*words]

    def maybe(self, *words: str) -> bool:
        found = self.is_next(*words)
        self._at += len(words) * found
        return found

    def must(self, *words: str) -> None:
        if not self.maybe(*words):
            self.fail(" ".join(words))

    def name(self, *kinds: str) -> str:
        """Read a word of one of these kinds."""
        kind, text, _ = self._next()
        if kind not in kinds:
            self.fail(" or ".join(kinds))
        self._at += 1
        return text

    def table(self, *kinds: str) -> None:
        self.name(*kinds)
        if self.maybe("."):
            self.name(*kinds)

    def text(self, wanted: str = ".*") -> str:
        """Read a text in quotes."""
        before = self._at
        found = self.name("text")[1:-1]
        if not re.fullmatch(wanted, found, re.DOTALL):
            self._at = before
            self.fail(f"a text like {wanted}")
        return found

    def list(self, each: Callable[[], object]) -> None:
        """Read something in brackets, once or more."""
        self.must("(")
        each()
        while self.maybe(","):
            each()
        self.must(")")

    def select(self, until: str | None = None) -> None:
        """Read a SELECT: as it is Trino's own, only what Trino never takes is found."""
        if not (self.is_next("select") or self.is_next("with")):
            self.fail("SELECT or WITH")
        depth = 0
        while True:
            kind, text, _ = self._next()
            if depth == 0 and (text == until or (self.ended and not until)):
                return
            if self.ended:
                self.fail(until or ")")
            if kind == "hive" or text == ";":
                self.fail("no backtick and no semicolon")
            depth += (text == "(") - (text == ")")
            if depth < 0:
                self.fail("no bracket too many")
            self._at += 1


def _type(read: _Reader, iceberg: bool) -> None:
    kind = read.name("word").lower()
    if kind in ("array", "map"):
        read.must("<")
        _type(read, iceberg)
        if kind == "map":
            read.must(",")
            _type(read, iceberg)
        return read.must(">")
    if kind == "struct":
        read.must("<")
        _field(read, iceberg)
        while read.maybe(","):
            _field(read, iceberg)
        return read.must(">")
    if kind not in _SIMPLE | (set() if iceberg else _HIVE_ALONE):
        read.fail(f"a type that the table takes before it, not {kind},")
    if read.is_next("("):
        read.list(lambda: read.name("number"))
    return None


def _field(read: _Reader, iceberg: bool) -> None:
    read.name("word", "hive")
    read.must(":")
    _type(read, iceberg)


def _column(read: _Reader, iceberg: bool) -> None:
    read.name("word", "hive")
    _type(read, iceberg)
    if read.maybe("comment"):
        read.text()


def _location(read: _Reader) -> None:
    """Read a place: with a slash at its end, none twice, no wildcard."""
    read.text(r"s3://[a-z0-9.-]{3,63}/(?:[^/*?\s]+/)*")


def _properties(read: _Reader, known: dict[str, str] | None = None) -> None:
    def pair() -> None:
        name = read.text("[^']+")
        read.must("=")
        if known is not None and name not in known:
            read.fail(f"a property that there is before it, not {name!r},")
        read.text(known[name] if known is not None else ".*")

    read.list(pair)


def _create(read: _Reader) -> None:
    read.must("create")
    if read.maybe("database") or read.maybe("schema"):
        read.maybe("if", "not", "exists")
        read.name("word", "hive")
        if read.maybe("comment"):
            read.text()
        if read.maybe("location"):
            _location(read)
        return
    external = read.maybe("external")
    read.must("table")
    read.maybe("if", "not", "exists")
    read.table("word", "hive")
    read.list(lambda: _column(read, not external))
    (_external if external else _iceberg)(read)


def _external(read: _Reader) -> None:
    if read.maybe("comment"):
        read.text()
    if read.maybe("partitioned", "by"):
        read.list(lambda: _column(read, False))
    if read.maybe("row", "format", "serde"):
        read.text(r"[\w.]+")
        if read.maybe("with", "serdeproperties"):
            _properties(read)
    if read.maybe("stored", "as"):
        if read.maybe("inputformat"):
            read.text(r"[\w.$]+")
            read.must("outputformat")
            read.text(r"[\w.$]+")
        elif read.name("word").upper() not in _FORMATS:
            read.fail("a format that there is before it,")
    read.must("location")
    _location(read)
    if read.maybe("tblproperties"):
        _properties(read)


def _iceberg(read: _Reader) -> None:
    if read.maybe("partitioned", "by"):
        read.list(lambda: read.name("word", "hive"))
    read.must("location")
    _location(read)
    read.must("tblproperties")
    if not read.is_next("(", "'table_type'"):
        read.fail("'table_type' = 'ICEBERG'")
    _properties(read, _ICEBERG_PROPERTIES)


def _drop(read: _Reader) -> None:
    read.must("drop", "table")
    read.maybe("if", "exists")
    read.table("word", "hive")


def _alter(read: _Reader) -> None:
    read.must("alter", "table")
    read.table("word", "hive")
    if read.maybe("set", "tblproperties"):
        return _properties(read)
    read.must("add")
    read.maybe("if", "not", "exists")
    _partition(read)
    while read.is_next("partition"):
        _partition(read)
    return None


def _partition(read: _Reader) -> None:
    def pair() -> None:
        read.name("word", "hive")
        read.must("=")
        read.name("text", "number")

    read.must("partition")
    read.list(pair)
    if read.maybe("location"):
        _location(read)


def _insert(read: _Reader) -> None:
    read.must("insert", "into")
    read.table("word", "trino")
    if read.is_next("("):
        read.list(lambda: read.name("word", "trino"))
    read.select()


def _unload(read: _Reader) -> None:
    read.must("unload", "(")
    read.select(until=")")
    read.must(")", "to")
    _location(read)
    read.must("with")

    def pair() -> None:
        name = read.name("word").lower()
        if name not in _UNLOADED:
            read.fail("a property that there is before it,")
        read.must("=")
        read.text(_UNLOADED[name])

    read.list(pair)


def _bare_table(read: _Reader) -> None:
    """Read a name as OPTIMIZE and VACUUM take it: without double quotes.

    In backticks stands only a name that begins with an underscore.
    """
    read.name("word")
    if read.maybe(".") and read.name("word", "hive").startswith("_"):
        read.fail("backticks around the name before it, which has an underscore,")


def _optimize(read: _Reader) -> None:
    read.must("optimize")
    _bare_table(read)
    read.must("rewrite", "data", "using", "bin_pack")
    if read.maybe("where"):
        read.name("word")
        while not read.ended:
            read.name("word", "text", "number", "sign")


def _vacuum(read: _Reader) -> None:
    read.must("vacuum")
    _bare_table(read)


_STATEMENTS: dict[str, Callable[[_Reader], object]] = {
    "create": _create,
    "drop": _drop,
    "alter": _alter,
    "insert": _insert,
    "unload": _unload,
    "optimize": _optimize,
    "vacuum": _vacuum,
    "select": lambda read: read.select(),
    "with": lambda read: read.select(),
}
