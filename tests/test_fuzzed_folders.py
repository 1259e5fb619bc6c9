"""Folders of odd files: all adds up, and what is whole is found, whatever lies beside.

``make test`` tries some sixty folders, ``make soak`` ten thousand.
"""

import bz2
import gzip
import io
import json
import lzma
import random
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.support.evidence_made import FORMS, Files, all_is_accounted_for, log, zipped
from tests.support.records_made import Record, record
from trailkit.errors import NoRecords
from trailkit.store.store import Store, open_store

SEEDS, SOAK = 20, 10_000
VALUES: list[Any] = [
    *(None, True, 0, -1, 1.5, 10**30, "", "x", "\0", "é\u2028", "2026-03-09"),
    *(
        [],
        [1, "a"],
        {},
        {"a": {"b": []}},
        "{",
        '{"eventName": "x"}',
        "aws:s3",
        "+99:99",
    ),
]


def tarred(files: Files) -> bytes:
    """Pack files into a tar archive."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return packed.getvalue()


def zstandard(content: bytes) -> bytes:
    """Pack with Zstandard."""
    packed = pa.BufferOutputStream()
    with pa.CompressedOutputStream(packed, "zstd") as stream:
        stream.write(content)
    return packed.getvalue().to_pybytes()


PACKERS: list[Callable[[bytes], bytes]] = [
    *(bytes, gzip.compress, bz2.compress, lzma.compress, zstandard),
    lambda content: zipped({"a.json": content, "b.txt": b"no log"}),
    lambda content: tarred({"in/a.json": content, "in/b.bin": b"\0" * 99}),
    lambda content: gzip.compress(tarred({"a.json": content})),
]


class Folder:
    """Files with records of their own, some of them hurt."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._number = 0
        self.whole: set[str] = set()
        self.files: Files = {"sure.json": log(self._records(keep=True))}
        for number in range(self._dice.randrange(1, 7)):
            self._add(f"{number}")

    def _records(self, keep: bool) -> list[Record]:
        made: list[Record] = []
        for _ in range(self._dice.randrange(1, 5)):
            self._number += 1
            name = f"e-{self._number}"
            made.append(record("GetObject", "s3", eventID=name, requestID=name))
            if keep:
                self.whole.add(name)
        return made

    def _add(self, name: str) -> None:
        dice = self._dice
        hurt = dice.random() < 0.6
        form = dice.choice([*FORMS.values()])
        made = self._records(keep=not hurt)
        if hurt and dice.random() < 0.5:
            odd = dice.choice(made)
            odd[dice.choice([*odd])] = dice.choice(VALUES)
        for inner, content in form(made).items():
            is_archive = content.startswith(b"PK")
            pack = dice.choice(PACKERS) if dice.random() < 0.5 else bytes
            packed = content if is_archive else pack(content)
            self.files[f"{name}-{inner}"] = self._hurt(packed) if hurt else packed

    def _hurt(self, content: bytes) -> bytes:
        dice = self._dice
        at = dice.randrange(len(content))
        other = dice.randbytes(dice.randrange(1, 9))
        return dice.choice(
            [
                content,
                content[:at],
                content[:at] + other + content[at:],
                content[:at] + other + content[at + len(other) :],
                content + other,
                content + content,
                b"label " + content,
                content.replace(b"\n", b"\n--\n"),
                content.replace(b":1,", b":NaN,"),
                content[at:],
            ]
        )


def claim(seed: int, folder: Path) -> None:
    """Claim that a folder adds up, and that its whole files are read."""
    made = Folder(seed)
    logs = folder / "logs"
    logs.mkdir()
    for name, content in made.files.items():
        (logs / name.replace("/", "_")).write_bytes(content)
    store = open_store(logs, folder=folder / "store", progress=False)
    assert all_is_accounted_for(store), seed
    assert made.whole <= ids(store), seed


def ids(store: Store) -> set[str]:
    read = [str(path) for path in store.parquet("records")]
    rows = duckdb.execute("select event_id from read_parquet(?)", [read]).fetchall()
    return {row[0] for row in rows}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_fuzzed_folder_adds_up(seed: int, tmp_path: Path) -> None:
    claim(seed, tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("hundred", range(SOAK // 100))
def test_ten_thousand_fuzzed_folders_add_up(hundred: int, tmp_path: Path) -> None:
    for seed in range(100 * hundred, 100 * hundred + 100):
        folder = tmp_path / str(seed)
        folder.mkdir()
        claim(SEEDS + seed, folder)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=5,
)
FIELDS = sorted(record("GetObject", "s3"))


@settings(max_examples=12, phases=[Phase.generate])
@given(st.sampled_from([*FIELDS, "message", "Records", "detail"]), JSON)
def test_any_value_in_any_field_leaves_all_other_records_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, field: str, value: Any
) -> None:
    folder = tmp_path_factory.mktemp("any")
    others = [record("GetObject", "s3", eventID=f"other-{n}") for n in range(2)]
    odd = {**record("GetObject", "s3", eventID="odd"), field: value}
    (folder / "logs").mkdir()
    content = json.dumps({"Records": [others[0], odd, others[1]]})
    (folder / "logs" / "a.json").write_text(content, "utf-8", "replace")
    store = open_store(folder / "logs", folder=folder / "store", progress=False)
    assert all_is_accounted_for(store)
    assert {"other-0", "other-1"} <= ids(store)


TWINS = {
    "as it is": lambda made: json.dumps(made),
    "compact": lambda made: json.dumps(made, separators=(",", ":")),
    "other order": lambda made: json.dumps(dict(reversed(made.items()))),
    "doubled key": lambda made: json.dumps(made)[:-1] + ', "eventName": "Other"}',
    "other number": lambda made: json.dumps({**made, "n": 1.0}),
    "escaped": lambda made: json.dumps(made).replace("GetObject", "GetO\\u0062ject"),
    "other value": lambda made: json.dumps({**made, "awsRegion": "sa-east-1"}),
}


@settings(max_examples=4, phases=[Phase.generate])
@given(st.permutations([*TWINS]), st.integers(1, len(TWINS)), st.integers(0, 2))
def test_whatever_comes_first_the_store_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, order: list[str], steps: int, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("orders")
    made = record("GetObject", "s3", eventID=f"e-{seed}", n=1)
    names = sorted(TWINS)
    (folder / "logs").mkdir()
    grown: Store | None = None
    for number, name in enumerate(order):
        path = folder / "logs" / f"{names.index(name)}.json"
        path.write_text('{"Records": [' + TWINS[name](made) + "]}")
        if number % steps == 0:
            grown = open_store(folder / "logs", folder=folder / "grown", progress=False)
    grown = open_store(folder / "logs", folder=folder / "grown", progress=False)
    at_once = open_store(folder / "logs", folder=folder / "once", progress=False)
    assert facts(grown) == facts(at_once)
    assert at_once.counts["repeats"] == 2
    assert at_once.counts["events"] == 5


def facts(store: Store) -> tuple[Any, ...]:
    """List what a store says, but for the order of keys in JSON texts."""
    where = {name: [str(path) for path in store.parquet(name)] for name in TABLES}
    return (
        store.counts,
        *(duckdb.execute(TABLES[name], [where[name]]).fetchall() for name in TABLES),
    )


TABLES = {
    "records": "select event_id, event_name, aws_region, file "
    "from read_parquet(?) order by all",
    "places": "select file, position, hex(content) from read_parquet(?) order by all",
    "problems": "select file, position, reason, lost from read_parquet(?) order by all",
}


def test_a_folder_without_any_record_says_so(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.txt").write_text("nothing")
    with pytest.raises(NoRecords):
        open_store(tmp_path / "logs", folder=tmp_path / "store", progress=False)
