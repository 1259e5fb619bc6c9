"""The store says what the evidence says: repeats, changes, and hostile files."""

import gzip
import json
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.evidence_made import (
    all_is_accounted_for,
    content,
    dumped,
    log,
    many,
    put,
    rows,
    zipped,
)
from tests.support.records_made import record
from trailkit.store.store import Store, open_store

OPENED = "select event_name from {records}"


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Return the folder of some evidence, still empty."""
    folder = tmp_path / "logs"
    folder.mkdir()
    return folder


def opened(logs: Path, store: str = "store", **options: Any) -> Store:
    opened = open_store(logs, folder=logs.parent / store, progress=False, **options)
    assert all_is_accounted_for(opened)
    return opened


def statuses(store: Store) -> dict[str, tuple[str, str]]:
    """Return the status and reason of each file, by its name."""
    listed = rows(store, "select file, status, coalesce(reason, '') from {files}")
    return {str(file).rpartition("/")[2]: (str(s), str(r)) for file, s, r in listed}


def events_and_repeats(store: Store) -> tuple[int, int, int]:
    count = store.counts
    return count["events"], count["repeats"], count["conflicts"]


# Repeats


def test_a_repeat_in_one_file_is_one_event(logs: Path) -> None:
    twice = record()
    put(logs, {"a.json": log([twice, record(), twice])})
    assert events_and_repeats(opened(logs)) == (2, 1, 0)


def test_a_repeat_that_comes_later_is_the_same_event(logs: Path) -> None:
    made = [record(), record()]
    put(logs, {"a.json": log(made)})
    opened(logs)
    put(logs, {"b.json": log([*made, record()])})
    assert events_and_repeats(opened(logs)) == (3, 2, 0)


def test_the_same_id_with_other_content_stays_and_is_counted(logs: Path) -> None:
    made = record("CreateUser", "iam")
    other = {**made, "eventName": "DeleteUser"}
    put(logs, {"a.json": log([made, other, record()])})
    store = opened(logs)
    assert events_and_repeats(store) == (3, 0, 1)
    reasons = rows(store, "select position, reason from {problems}")
    assert [position for position, _ in reasons] == [1, 2]
    assert "other content" in str(reasons[0][1])


def test_other_content_that_comes_later_stays_and_is_counted(logs: Path) -> None:
    made = record("CreateUser", "iam")
    put(logs, {"a.json": log([made])})
    opened(logs)
    put(logs, {"b.json": log([{**made, "awsRegion": "us-east-1"}])})
    assert events_and_repeats(opened(logs)) == (2, 0, 1)


def respelt(made: dict[str, Any]) -> bytes:
    """Write a record with other blanks, escapes and order of keys."""
    backwards = {"Records": [_backwards(made)]}
    return json.dumps(backwards, indent=3, ensure_ascii=True).encode()


def _backwards(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _backwards(value[name]) for name in reversed(value)}
    return value


@pytest.mark.parametrize("name", ["0.json", "b.json"], ids=["before", "after"])
@pytest.mark.parametrize("at_once", [True, False], ids=["at once", "later"])
def test_another_spelling_of_a_record_is_a_repeat(
    logs: Path, name: str, at_once: bool
) -> None:
    made = record(userAgent="naïve/1.0", requestParameters={"b": [1, 2], "a": None})
    put(logs, {"a.json": log([made])})
    if not at_once:
        opened(logs)
    put(logs, {name: respelt(made)})
    assert events_and_repeats(opened(logs)) == (1, 1, 0)


def test_records_without_an_id_fold_only_when_they_are_equal(logs: Path) -> None:
    made = {k: v for k, v in record("GetObject").items() if k != "eventID"}
    put(logs, {"a.json": log([made, made, {**made, "eventName": "PutObject"}])})
    assert events_and_repeats(opened(logs)) == (2, 1, 0)


# Growth and change


@pytest.fixture
def read_files(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the names of the evidence's files that are opened."""
    import trailkit.store.reader as reader

    seen: list[str] = []
    open_plain = reader.open_plain

    def noted(path: str) -> Any:
        seen.append(Path(path).name)
        return open_plain(path)

    monkeypatch.setattr(reader, "open_plain", noted)
    return seen


def test_an_unchanged_store_opens_without_a_look_into_any_file(
    logs: Path, read_files: list[str]
) -> None:
    put(logs, {"a.json": log([record()]), "b.json.gz": gzip.compress(log([record()]))})
    first = opened(logs)
    held = {path: path.stat() for path in first.folder.iterdir()}
    read_files.clear()
    second = opened(logs)
    assert second.manifest == first.manifest
    assert not read_files
    now = {path: path.stat() for path in second.folder.iterdir()}
    assert {p: s.st_mtime_ns for p, s in held.items() if p.suffix} == {
        p: s.st_mtime_ns for p, s in now.items() if p.suffix
    }


def test_a_new_file_is_added_without_reading_the_old_ones(
    logs: Path, read_files: list[str]
) -> None:
    many(logs, 20, 30)
    first = opened(logs)
    before = {path: path.read_bytes() for path in first.parquet("records")}
    read_files.clear()
    put(logs, {"new.json": log([record("CreateUser", "iam")])})
    second = opened(logs)
    assert read_files == ["new.json"]
    assert second.counts["events"] == first.counts["events"] + 1
    assert (
        before.items() <= {p: p.read_bytes() for p in second.parquet("records")}.items()
    )


def test_a_changed_file_is_noticed_and_read_again(
    logs: Path, read_files: list[str]
) -> None:
    put(logs, {"a.json": log([record("CreateUser")]), "b.json": log([record()])})
    opened(logs)
    read_files.clear()
    put(logs, {"a.json": log([record("DeleteUser"), record("ListUsers")])})
    store = opened(logs)
    assert read_files == ["a.json"]
    names = [name for (name,) in rows(store, OPENED)]
    assert names == ["DeleteUser", "DescribeInstances", "ListUsers"]
    (note,) = store.notes
    assert "changed" in note
    assert "a.json" in note


def test_a_change_of_the_same_size_is_noticed_by_its_time(logs: Path) -> None:
    made = record("AAAAAAAA")
    put(logs, {"a.json": log([made])})
    opened(logs)
    put(logs, {"a.json": log([{**made, "eventName": "BBBBBBBB"}])})
    later = (logs / "a.json").stat().st_mtime + 1
    os.utime(logs / "a.json", (later, later))
    assert rows(opened(logs), OPENED) == [("BBBBBBBB",)]


def test_a_vanished_file_no_longer_counts_and_is_told(logs: Path) -> None:
    only_there, everywhere = record("OnlyThere"), record("Everywhere")
    put(logs, {"a.json": log([only_there, everywhere]), "b.json": log([everywhere])})
    opened(logs)
    (logs / "a.json").unlink()
    store = opened(logs)
    assert rows(store, OPENED) == [("Everywhere",)]
    assert events_and_repeats(store) == (1, 0, 0)
    (note,) = store.notes
    assert "not in the evidence any more" in note
    assert "a.json" in note


def grow(logs: Path) -> Iterator[None]:
    """Change the evidence step by step, in all ways."""
    first, second = record("First"), record("Second")
    put(logs, {"m.json": log([first, second]), "n.json": log([record()])})
    yield
    put(logs, {"a.json": log([first]), "z.json": log([second, first])})
    yield
    put(logs, {"b.json": log([{**first, "eventName": "Other"}])})
    yield
    (logs / "m.json").unlink()
    yield
    put(logs, {"n.json": b'{"Records": [{"eventName": "Cut'})
    yield
    put(logs, {"o.zip": zipped({"1.json": log([second]), "2.json": log([record()])})})
    yield
    put(logs, {"o.zip": zipped({"2.json": log([record("Third"), second])})})
    yield
    put(logs, {"0.json": respelt(second), "n.json": log([record("Mended")])})
    yield
    (logs / "b.json").unlink()
    (logs / "z.json").unlink()
    yield
    spelt = record(requestParameters={"b": [1, 2], "a": None})
    put(logs, {"s2.json": log([spelt])})
    yield
    put(logs, {"s1.json": respelt(spelt), "s3.json": respelt(spelt)})
    yield
    put(logs, {"s0.zip": zipped({"1.json": log([record(), spelt])})})
    yield
    (logs / "s0.zip").unlink()
    yield
    put(logs, {"s1.json": log([record("Changed")])})
    yield
    put(logs, {"s2.json": log([record("Changed")])})
    yield


def test_a_store_that_grew_equals_one_made_at_once(logs: Path) -> None:
    for step, _ in enumerate(grow(logs)):
        grown, at_once = opened(logs), opened(logs, f"store {step}")
        assert content(grown) == content(at_once), step
        assert grown.counts == at_once.counts


def test_a_store_in_many_steps_stays_in_few_files(logs: Path) -> None:
    for step in range(18):
        put(logs, {f"{step}.json": log([record()])})
        opened(logs)
    grown = opened(logs)
    assert grown.counts["events"] == 18
    assert len(grown.parquet("records")) < 5
    assert content(grown) == content(opened(logs, "at once"))


# Hostile files


def test_what_is_no_regular_file_is_never_opened(logs: Path) -> None:
    put(logs.parent / "outside", {"secret.json": log([record("Secret")])})
    put(logs, {"a.json": log([record("Inside")])})
    (logs / "out.json").symlink_to(logs.parent / "outside" / "secret.json")
    (logs / "folder out").symlink_to(logs.parent / "outside")
    (logs / "dangling.json").symlink_to("nowhere.json")
    (logs / "loop.json").symlink_to("loop.json")
    (logs / "twin.json").symlink_to("a.json")
    (logs / "device.json").symlink_to("/dev/zero")
    os.mkfifo(logs / "pipe.json")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.path.relpath(logs / "socket.json"))
    store = opened(logs)
    assert ("Inside",) in rows(store, OPENED)
    assert all_is_accounted_for(store)
    seen = statuses(store)
    assert seen.pop("a.json")[0] == "read"
    assert {status for status, _ in seen.values()} == {"skipped"}
    led_out = [name for name, (_, why) in seen.items() if "leads out" in why]
    assert led_out == [
        "dangling.json",
        "device.json",
        "folder out",
        "loop.json",
        "out.json",
    ]
    assert "which is read by itself" in seen["twin.json"][1]
    assert "pipe" in seen["pipe.json"][1]
    assert "socket" in seen["socket.json"][1]


def test_a_link_that_takes_a_files_place_is_not_followed(
    logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import trailkit.store.reader as reader

    put(logs.parent / "outside", {"secret.json": log([record("Secret")])})
    put(logs, {"a.json": log([record("Inside")]), "b.json": log([record("Gone")])})
    open_plain = reader.open_plain

    def swapped(path: str) -> Any:
        if path.endswith("b.json") and not Path(path).is_symlink():
            Path(path).unlink()
            Path(path).symlink_to(logs.parent / "outside" / "secret.json")
        return open_plain(path)

    monkeypatch.setattr(reader, "open_plain", swapped)
    store = opened(logs)
    assert rows(store, OPENED) == [("Inside",)]
    assert statuses(store)["b.json"][0] == "broken"


@pytest.mark.parametrize("name", [b"a\nb.json", b"a\x1b[31m.json", b"\xff\xfe.json"])
def test_a_name_that_could_forge_a_report_is_refused(logs: Path, name: bytes) -> None:
    put(logs, {"a.json": log([record("Inside")])})
    Path(os.fsdecode(bytes(logs) + b"/" + name)).write_bytes(log([record("Forged")]))
    store = opened(logs)
    assert rows(store, OPENED) == [("Inside",)]
    (reason,) = (r for s, r in statuses(store).values() if s == "skipped")
    assert "control characters" in reason
    assert all(
        str(file).isprintable() for (file,) in rows(store, "select file from {files}")
    )


def test_a_member_of_a_zip_cannot_lead_out_of_it(logs: Path) -> None:
    members = {"../../out.json": log([record("A")]), "/abs.json": log([record("B")])}
    put(logs, {"a.zip": zipped(members | {"n\nl.json": log([record("C")])})})
    store = opened(logs)
    assert rows(store, OPENED) == [("A",), ("B",)]
    assert sorted(path.name for path in logs.parent.iterdir()) == ["logs", "store"]


LIMIT = 1 << 20
BOMB = b'{"Records": [' + b" " * (50 * LIMIT) + b"]}"


@pytest.mark.parametrize(
    ("name", "bomb"),
    [
        ("bomb.json.gz", lambda: gzip.compress(BOMB)),
        ("nested.json.gz", lambda: gzip.compress(gzip.compress(BOMB))),
        ("members.json.gz", lambda: gzip.compress(BOMB[: 2 * LIMIT]) * 25),
        ("plain.json", lambda: BOMB[: 2 * LIMIT]),
    ],
    ids=["gzip", "gzip twice", "gzip of many members", "plain"],
)
def test_a_bomb_stops_at_the_limit_and_costs_only_itself(
    logs: Path, name: str, bomb: Callable[[], bytes]
) -> None:
    put(logs, {name: bomb(), "a.json": log([record("Inside")])})
    store = opened(logs, unpacked_limit=LIMIT)
    assert rows(store, OPENED) == [("Inside",)]
    status, reason = statuses(store)[name]
    assert status == "broken"
    assert "1,048,576 bytes" in reason
    assert "unpacked_limit" in reason


def test_a_bomb_in_a_zip_costs_only_itself(logs: Path) -> None:
    put(logs, {"a.zip": zipped({"bomb.json": BOMB, "b.json": log([record("Inside")])})})
    store = opened(logs, unpacked_limit=LIMIT)
    assert rows(store, OPENED) == [("Inside",)]
    assert statuses(store)["bomb.json"][0] == "broken"
    assert statuses(store)["b.json"][0] == "read"


def test_a_higher_limit_reads_what_was_too_large(logs: Path) -> None:
    large = [record("Large", requestParameters={"text": "x" * 3000})]
    put(
        logs, {"a.json.gz": gzip.compress(log(large)), "b.json": log([record("Small")])}
    )
    assert rows(opened(logs, unpacked_limit=2000), OPENED) == [("Small",)]
    assert rows(opened(logs), OPENED) == [("Large",), ("Small",)]


PACKED = gzip.compress(log([record(eventName=f"Event{n}") for n in range(500)]))
GOOD_ZIP = zipped({"a.json": log([record() for _ in range(50)])})

BROKEN = {
    "cut.json.gz": PACKED[: len(PACKED) // 2],
    "no end mark.json.gz": PACKED[:-8],
    "turned bit.json.gz": PACKED[:-6] + bytes([PACKED[-6] ^ 1]) + PACKED[-5:],
    "only a head.json.gz": PACKED[:10],
    "cut.zip": GOOD_ZIP[: len(GOOD_ZIP) // 2],
    "cut.json": log([record()])[:-20],
    "deep.json": b"[" * 100_000,
    "deep and closed.json": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deep record.json": b'{"Records": [{"eventName": '
    + b"[" * 5000
    + b"]" * 5000
    + b"}]}",
}


BROKEN_WORDS = (
    "Cut short",
    "Broken gzip",
    "Broken zip",
    "Malformed",
    "Nested or wrapped too",
)


def test_a_broken_file_costs_only_itself(logs: Path) -> None:
    put(logs, BROKEN | {"a.json": log([record("Inside")])})
    store = opened(logs)
    assert ("Inside",) in rows(store, OPENED)
    assert all_is_accounted_for(store)
    seen = statuses(store)
    assert seen.pop("a.json")[0] == "read"
    for name, (status, reason) in seen.items():
        assert status == "broken", name
        assert reason.startswith(BROKEN_WORDS), name


def test_a_deep_line_costs_only_itself(logs: Path) -> None:
    lines = [dumped(record("One")), b'{"a":' * 100_000, dumped(record("Two"))]
    put(logs, {"a.jsonl": b"\n".join(lines)})
    store = opened(logs)
    assert rows(store, OPENED) == [("One",), ("Two",)]
    assert store.counts["problems"] == 1


OTHER_THINGS = {
    "empty.json": b"",
    "blank.json": b" \n\t\n",
    "empty.json.gz": gzip.compress(b""),
    "number.json": b"[1, 2, 3]",
    "photo.jpg": b"\xff\xd8\xff\xe0" + bytes(range(256)),
    "page.html": b"<html></html>",
    "mark.json": b"\xef\xbb\xbf",
    "empty.zip": zipped({}),
    "policy.json": b'{"Version": "2012-10-17", "Statement": []}',
    "no records.json": b'{"Records": []}',
}


def test_what_is_no_log_is_told_from_what_is(logs: Path) -> None:
    put(logs, OTHER_THINGS | {"a.json": log([record("Inside")])})
    store = opened(logs)
    assert rows(store, OPENED) == [("Inside",)]
    assert store.counts["files"] == len(OTHER_THINGS) + 1
    assert store.counts["files_broken"] == 0
    seen = statuses(store)
    assert seen["photo.jpg"] == ("skipped", seen["page.html"][1])
    assert seen["no records.json"][0] == "read"


def raw_log(*records: bytes) -> bytes:
    return b'{"Records": [' + b", ".join(records) + b"]}"


NO_RECORDS = (
    b'"text" 12 null true [] {} {"a":1} {"eventName":null} {"eventID":""} [[]]'.split()
)


def test_what_is_no_record_is_a_problem_with_its_place(logs: Path) -> None:
    one, two = dumped(record("One")), dumped(record("Two"))
    put(logs, {"a.json": raw_log(one, *NO_RECORDS, two)})
    store = opened(logs)
    assert rows(store, OPENED) == [("One",), ("Two",)]
    problems = rows(store, "select position from {problems} where reason > ''")
    assert problems == [(n,) for n in range(2, 2 + len(NO_RECORDS))]


DEEP = b"[" * 300 + b"]" * 300
ODD = {
    "half a surrogate pair": (rb'"userAgent": "a\ud83d"', "user_agent", "a\ufffd"),
    "a byte that is not UTF-8": (b'"userAgent": "a\xff"', "user_agent", "a\ufffd"),
    "a null character": (rb'"userAgent": "a\u0000b"', "user_agent", "a\x00b"),
    "a number for a text": (b'"userAgent": 1e400', "user_agent", "1e400"),
    "a list for a text": (b'"userAgent": [1, "x"]', "user_agent", '[1, "x"]'),
    "a huge number": (
        b'"requestParameters": {"n": ' + b"9" * 400 + b"}",
        "request_parameters",
        '{"n": ' + "9" * 400 + "}",
    ),
    "a text for an object": (b'"requestParameters": "x"', "request_parameters", "x"),
    "deep JSON": (b'"requestParameters": ' + DEEP, "request_parameters", DEEP.decode()),
    "an impossible time": (b'"eventTime": "2026-13-45T99:00:00Z"', "event_time", None),
    "a number for a time": (b'"eventTime": 17', "event_time", None),
    "a text for a truth": (b'"readOnly": "maybe"', "read_only", None),
    "a text for an identity": (b'"userIdentity": "me"', "user_identity_type", None),
    "a number for resources": (b'"resources": 5', "resources", None),
}


@pytest.fixture(scope="module")
def odd_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Open a log of all the odd records."""
    records = [
        b'{"eventName": "Odd", "eventID": "%b", %b}' % (what.encode(), written)
        for what, (written, _, _) in ODD.items()
    ]
    logs = put(tmp_path_factory.mktemp("odd") / "logs", {"a.json": raw_log(*records)})
    return opened(logs)


@pytest.mark.parametrize("what", ODD)
def test_an_odd_value_costs_at_most_itself(odd_store: Store, what: str) -> None:
    _, column, shown = ODD[what]
    select = f"select {column} from {{records}} where event_id = '{what}'"
    assert rows(odd_store, select) == [(shown,)]


# Nothing is written into the evidence


def listing(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Note each entry with mode, size and time."""
    entries = [folder, *folder.rglob("*")]
    facts = {str(each): each.lstat() for each in entries}
    return {k: (f.st_mode, f.st_size, f.st_mtime_ns) for k, f in facts.items()}


@pytest.fixture
def closed(logs: Path) -> Iterator[Path]:
    """Return evidence into which no one may write."""
    put(logs / "below", {"a.json": log([record(), record()]), "b.json": b"{"})
    put(logs, {"c.zip": zipped({"d.json": respelt(record())}), "e.gz": PACKED[:99]})
    for folder in (logs, logs / "below"):
        folder.chmod(0o555)
    yield logs
    for folder in (logs, logs / "below"):
        folder.chmod(0o755)


def test_nothing_is_written_into_the_evidence(closed: Path) -> None:
    before = listing(closed)
    store = opened(closed)
    ids = [str(each) for (each,) in rows(store, "select event_id from {records}")]
    assert all(store.original(each) for each in ids)
    opened(closed)
    assert listing(closed) == before


def test_evidence_in_several_places_is_one(logs: Path) -> None:
    put(logs / "a", {"a.json": log([record("A")])})
    put(logs / "b", {"b.json": log([record("B")]), "c.json": log([record("C")])})
    named = [logs / "b" / "b.json", str(logs / "a"), logs / "a" / "a.json"]
    store = open_store(named, folder=logs.parent / "store", progress=False)
    assert rows(store, OPENED) == [("A",), ("B",)]
    assert store.counts["files"] == 2


def test_a_damaged_store_is_made_anew(logs: Path) -> None:
    put(logs, {"a.json": log([record("A")])})
    store = opened(logs)
    held = content(store)
    (store.folder / "manifest.json").write_text("{")
    assert content(opened(logs)) == held
    opened(logs).parquet("records")[0].unlink()
    assert content(opened(logs)) == held
    shutil.rmtree(store.folder)
    assert content(opened(logs)) == held
