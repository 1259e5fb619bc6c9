"""Evidence for tests: records in every form, many files, and what a store holds."""

import gzip
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from tests.support.records_made import Record, record
from trailkit.record import PLACE
from trailkit.store.store import Store

Files = dict[str, bytes]
Rows = list[tuple[object, ...]]


def log(records: Sequence[object]) -> bytes:
    """Write records as CloudTrail delivers them, before it packs them."""
    return dumped({"Records": records})


def dumped(value: object) -> bytes:
    """Write JSON as AWS does: without blanks."""
    return _text(value).encode()


def _text(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def zipped(files: Files) -> bytes:
    """Pack files into a zip archive."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    return archive.getvalue()


def _lines(records: list[Record]) -> bytes:
    return b"\n".join(map(dumped, records))


def _each(records: list[Record], write: Callable[[Record], bytes]) -> Files:
    return {f"{n}.json": write(each) for n, each in enumerate(records)}


FORMS: dict[str, Callable[[list[Record]], Files]] = {
    "log file": lambda made: {"a.json": log(made)},
    "gzip": lambda made: {"a.json.gz": gzip.compress(log(made))},
    "gzip without a name": lambda made: {"a": gzip.compress(log(made))},
    "gzip twice": lambda made: {"a.gz": gzip.compress(gzip.compress(log(made)))},
    "list": lambda made: {"a.json": dumped(made)},
    "one object a file": lambda made: _each(made, dumped),
    "JSON lines": lambda made: {"a.jsonl": _lines(made)},
    "JSON lines in gzip": lambda made: {"a.jsonl.gz": gzip.compress(_lines(made))},
    "one after the other": lambda made: {"a.json": b"".join(map(dumped, made))},
    "zip": lambda made: {"a.zip": zipped(_each(made, lambda each: log([each])))},
    "gzip in a zip": lambda made: {
        "a.zip": zipped({"in/a.json.gz": gzip.compress(log(made))})
    },
    "LookupEvents": lambda made: {
        "a.json": dumped(
            {"Events": [{"CloudTrailEvent": _text(each)} for each in made]}
        )
    },
    "EventBridge": lambda made: _each(
        made, lambda each: dumped({"version": "0", "source": "aws.s3", "detail": each})
    ),
    "CloudWatch Logs": lambda made: {
        "a.gz": gzip.compress(
            dumped({"logEvents": [{"message": _text(each)} for each in made]})
        )
    },
    "_raw": lambda made: {"a.json": dumped([{"_raw": _text(each)} for each in made])},
    "collector": lambda made: {
        "a.jsonl": _lines([{"aws": {"cloudtrail": each}} for each in made])
    },
    "byte-order mark": lambda made: {"a.json": b"\xef\xbb\xbf" + log(made)},
    "UTF-16": lambda made: {"a.json": log(made).decode().encode("utf-16")},
}
"""How records travel: from a list of them to files, by the name of the form."""


def put(folder: Path, files: Files) -> Path:
    """Write files into a folder; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def many(folder: Path, files: int, each: int) -> Path:
    """Write many log files; one record in ten is delivered again in the next file."""
    made = [record("GetObject", "s3") for _ in range(files * each)]
    logs = {
        f"{n:04}.json.gz": gzip.compress(
            log(made[max(0, n * each - each // 10) : (n + 1) * each]), 1
        )
        for n in range(files)
    }
    return put(folder, logs)


_RECORDS = f"select * exclude (record_id, {', '.join(PLACE)}) from {{records}}"
_CONTENT = {
    "records": "select * exclude (record_id) from {records}",
    "places": """
        select places.* exclude (record_id), event_id
        from {places} as places join {records} as records using (record_id)
    """,
    "files": "select * from {files}",
    "problems": "select * from {problems}",
}


def content(store: Store) -> dict[str, Rows]:
    """Return all rows of a store, whatever files they lie in and numbers they have."""
    return {table: rows(store, select) for table, select in _CONTENT.items()}


def records_of(store: Store) -> Rows:
    """Return the records without their places."""
    return rows(store, _RECORDS)


def rows(store: Store, select: str) -> Rows:
    """Return the sorted rows of a SELECT, in which a table's name stands in braces."""
    read = {
        name: f"read_parquet({[str(path) for path in store.parquet(name)]})"
        for name in _CONTENT
    }
    with duckdb.connect() as connection:
        return connection.execute(
            f"select * from ({select.format(**read)}) order by all"
        ).fetchall()


def checksum(store: Store) -> str:
    """Return the hash of all that a store holds."""
    held = repr((sorted(store.counts.items()), content(store)))
    return hashlib.sha256(held.encode()).hexdigest()


def all_is_accounted_for(store: Store) -> bool:
    """Return whether every file and every record is somewhere."""
    count = store.counts
    files = count["files_read"] + count["files_skipped"] + count["files_broken"]
    records = count["events"] + count["repeats"] + count["problems"]
    return (count["files"], count["records"]) == (files, records)
