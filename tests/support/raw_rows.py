"""Records as Athena shows them in a raw table: Hive's JSON reader, in small.

Keys are found whatever their case; what a table does not declare is left out; a string
column takes any value, an object as its JSON text.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pyarrow as pa
from sqlglot import exp

from trailkit.tables.definition import Definition
from trailkit.tables.layout import parse

Located = tuple[str, Mapping[str, Any]]
"""The S3 address of a log file, and one of its records."""

Reader = Callable[[Any], Any]


def raw_rows(records: Iterable[Located], table: Definition) -> pa.Table:
    """Return the rows of a table over these records, with its keys and ``"$path"``."""
    declared = {name: _declared(text) for name, text in table.columns.items()}
    fields = {name: _arrow_type(kind) for name, kind in declared.items()}
    fields |= dict.fromkeys([*table.partitions, "$path"], pa.string())
    read = _struct_reader(declared)
    rows = [
        read(record) | partition_values(path, table) | {"$path": path}
        for path, record in records
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema(fields))


def partition_values(path: str, table: Definition) -> dict[str, str]:
    """Return the partition keys of a file, by the names that the tests' tables use."""
    key = parse(path)
    assert key is not None, path
    year, month, day = key.day.isoformat().split("-")
    whole = f"{year}/{month}/{day}"
    known = {"account": key.account, "region": key.region, "year": year}
    known |= {"month": month, "day": day if "year" in table.partitions else whole}
    known |= {"timestamp": whole, "date_partition": whole}
    known |= {"dt": key.day.isoformat()}
    known |= {"region_partition": key.region, "account_partition": key.account}
    return {name: known[name] for name in table.partitions}


def _declared(text: str) -> exp.DataType:
    return exp.DataType.build(text, dialect="hive")


def _fields(kind: exp.DataType) -> dict[str, exp.DataType]:
    return {field.name.lower(): field.args["kind"] for field in kind.expressions}


def _arrow_type(kind: exp.DataType) -> pa.DataType:
    match kind.this:
        case exp.DType.STRUCT:
            fields = {name: _arrow_type(each) for name, each in _fields(kind).items()}
            return pa.struct(list(fields.items()))
        case exp.DType.ARRAY:
            return pa.list_(_arrow_type(kind.expressions[0]))
        case exp.DType.MAP:
            return pa.map_(pa.string(), pa.string())
        case _:
            return pa.string()


def _reader(kind: exp.DataType) -> Reader:
    match kind.this:
        case exp.DType.STRUCT:
            return _struct_reader(_fields(kind))
        case exp.DType.ARRAY:
            item = _reader(kind.expressions[0])
            return lambda value: [item(each) for each in value]
        case exp.DType.MAP:
            return lambda value: {name: _text(each) for name, each in value.items()}
        case _:
            return _text


def _struct_reader(fields: Mapping[str, exp.DataType]) -> Reader:
    readers = {name: _or_null(_reader(kind)) for name, kind in fields.items()}

    def read(value: Mapping[str, Any]) -> dict[str, Any]:
        values = {name.lower(): each for name, each in value.items()}
        return {name: inner(values.get(name)) for name, inner in readers.items()}

    return read


def _or_null(read: Reader) -> Reader:
    return lambda value: None if value is None else read(value)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
