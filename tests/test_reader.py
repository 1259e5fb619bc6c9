"""Files as they lie in the evidence: packed, broken, hostile."""

import gzip
import io
import json
import os
import struct
import tarfile
import tracemalloc
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from trailkit.store import unpack
from trailkit.store.reader import Reading, read_again, read_all, split_records
from trailkit.store.walk import Found, locate, walk

LOG = json.dumps({"Records": [{"eventName": "GetObject"}]}).encode()
LIMIT = 1_000_000


def readings(folder: Path, limit: int = LIMIT) -> dict[str, Reading]:
    found = walk(locate(folder))
    return {
        str(Path(each.file).relative_to(folder)): each
        for each in read_all(found, limit)
    }


def read(
    folder: Path, content: bytes, name: str = "log", limit: int = LIMIT
) -> Reading:
    (folder / name).write_bytes(content)
    return readings(folder, limit)[name]


def zipped(**files: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return written.getvalue()


def tarred(kind: str, **files: bytes) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode=f"w:{kind[4:]}") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return written.getvalue()


def packed(content: bytes) -> bytes:
    """Pack without the time, so that a test has one name in every process."""
    return gzip.compress(content, mtime=0)


@pytest.mark.parametrize(
    "content",
    [
        LOG,
        packed(LOG),
        packed(LOG[:10]) + packed(LOG[10:]),
        packed(LOG) + bytes(512),
        packed(packed(LOG)),
        b"\xef\xbb\xbf" + LOG,
        LOG.decode().encode("utf-16"),
        LOG.decode().encode("utf-32-le"),
        b" \r\n\t" + LOG,
    ],
)
def test_a_file_is_unpacked_and_hashed(tmp_path: Path, content: bytes):
    reading = read(tmp_path, content)
    assert reading.text is not None
    assert reading.text.strip() == LOG
    assert reading.status == "read"
    assert reading.sha256 == sha256(content).hexdigest()
    assert reading.sha256_unpacked == sha256(reading.text).hexdigest()


@pytest.mark.parametrize(
    ("content", "status", "reason"),
    [
        (b"", "skipped", "Empty."),
        (b" \n", "skipped", "Empty."),
        (b"# Notes\n", "skipped", "No log: neither JSON nor a table"),
        (packed(b"a,b\n1,2\n"), "skipped", "No log"),
        (b"\x00\x00\x00\x00" * 100, "skipped", "No log"),
        (bytes(range(128, 192)), "skipped", "No log"),
        (packed(LOG)[:-9], "broken", "Cut short"),
        (packed(LOG)[:5], "broken", "Cut short"),
        (packed(LOG)[:-8] + bytes(8), "broken", "Broken gzip"),
        (b"\x1f\x8b" + b"x" * 50, "broken", "gzip"),
        (zipped(a=LOG)[:-20], "broken", "Broken zip archive"),
    ],
)
def test_what_cannot_be_read_says_why(
    tmp_path: Path, content: bytes, status: str, reason: str
):
    reading = read(tmp_path, content)
    assert reading.status == status
    assert reason in str(reading.reason)
    assert not split_records(reading).problems


def test_json_that_is_no_log_is_known_when_it_is_taken_apart(tmp_path: Path):
    reading = read(tmp_path, b'{"Version": "2012-10-17"}')
    assert split_records(reading).texts == []
    assert reading.status == "skipped"
    broken = read(tmp_path, LOG[:-1])
    assert len(split_records(broken).texts) == 1
    assert (broken.status, broken.reason) == (
        "broken",
        "Cut short: it ends inside of a record or a list.",
    )


@pytest.mark.parametrize("layers", [1, 2])
def test_a_gzip_bomb_stops_at_the_limit(tmp_path: Path, layers: int):
    bomb = b"[" + b" " * 3_000_000
    for _ in range(layers):
        bomb = gzip.compress(bomb)
    reading = read(tmp_path, bomb)
    assert reading.status == "broken"
    assert "Larger than 1,000,000 bytes" in str(reading.reason)
    assert read(tmp_path, bomb, limit=4_000_000).status == "read"


def test_a_zip_bomb_stops_at_the_limit(tmp_path: Path):
    (tmp_path / "a.zip").write_bytes(zipped(bomb=b"[" * 50_000_000, good=LOG))
    found = readings(tmp_path)
    assert "Larger than" in str(found["a.zip/bomb"].reason)
    assert found["a.zip/good"].text == LOG


def test_a_plain_file_stops_at_the_limit(tmp_path: Path):
    assert "Larger than 10 bytes" in str(read(tmp_path, LOG, limit=10).reason)


def test_a_large_file_that_is_no_log_is_not_read(tmp_path: Path):
    with (tmp_path / "disk.img").open("wb") as file:
        file.truncate(1 << 40)
    assert readings(tmp_path)["disk.img"].status == "skipped"


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "tar.xz"])
def test_an_archive_in_an_archive_is_read_like_the_outer_one(
    tmp_path: Path, kind: str
) -> None:
    inner = zipped(x=LOG, y=packed(LOG)) if kind == "zip" else tarred(kind, x=LOG)
    (tmp_path / "a.zip").write_bytes(zipped(**{f"in/c.{kind}": inner, "b": LOG}))
    found = readings(tmp_path)
    assert found[f"a.zip/in/c.{kind}/x"].text == LOG
    assert found["a.zip/b"].text == LOG
    name = str(tmp_path / "a.zip" / f"in/c.{kind}/x")
    assert read_again(name, str(tmp_path / "a.zip"), LIMIT).text == LOG


def test_archives_in_archives_are_opened_twice_and_then_named(tmp_path: Path) -> None:
    nested = zipped(x=LOG)
    for _ in range(3):
        nested = zipped(**{"n.zip": nested})
    (tmp_path / "a.zip").write_bytes(nested)
    found = readings(tmp_path)
    reason = found["a.zip/n.zip/n.zip/n.zip"].reason
    assert reason == "An archive in an archive: unpack the outer one."


def test_a_broken_archive_in_an_archive_costs_only_itself(tmp_path: Path) -> None:
    inner = zipped(x=LOG)[:-20]
    (tmp_path / "a.zip").write_bytes(zipped(**{"in/c.zip": inner, "b": LOG}))
    found = readings(tmp_path)
    assert found["a.zip/in/c.zip"].status == "broken"
    assert found["a.zip/b"].text == LOG


def test_the_files_in_a_zip_are_listed_on_their_own(tmp_path: Path):
    files = {"in/a.json.gz": gzip.compress(LOG), "b.json": LOG, "notes.txt": b"hello"}
    (tmp_path / "a.zip").write_bytes(zipped(**files, **{"in/c.zip": zipped(x=LOG)}))
    found = readings(tmp_path)
    assert {name: each.status for name, each in found.items()} == {
        "a.zip": "read",
        "a.zip/in/a.json.gz": "read",
        "a.zip/b.json": "read",
        "a.zip/notes.txt": "skipped",
        "a.zip/in/c.zip/x": "read",
    }
    assert found["a.zip"].reason == "A zip archive: its files are listed by themselves."
    assert found["a.zip/in/a.json.gz"].archive == str(tmp_path / "a.zip")
    again = read_again(found["a.zip/b.json"].file, str(tmp_path / "a.zip"), LIMIT)
    assert again.sha256 == found["a.zip/b.json"].sha256


def test_a_broken_member_costs_only_itself(tmp_path: Path):
    content = bytearray(zipped(bad=LOG * 50, good=LOG))
    content[60] ^= 0xFF
    (tmp_path / "a.zip").write_bytes(content)
    found = readings(tmp_path)
    assert found["a.zip/bad"].status == "broken"
    assert found["a.zip/good"].status == "read"


def test_an_encrypted_member_is_broken(tmp_path: Path):
    content = bytearray(zipped(secret=LOG))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", content, content.index(signature) + flags, 1)
    (tmp_path / "a.zip").write_bytes(content)
    assert "encrypted" in str(readings(tmp_path)["a.zip/secret"].reason)


def test_a_hostile_name_in_a_zip_is_refused(tmp_path: Path):
    (tmp_path / "a.zip").write_bytes(zipped(**{"a\nb.json": LOG}))
    found = readings(tmp_path)
    assert found["a.zip/'a\\nb.json'"].status == "skipped"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_a_zip_has_twice_is_two_files(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.json", LOG)
        archive.writestr("a.json", LOG)
    found = list(read_all(walk(locate(tmp_path)), LIMIT))
    assert [each.status for each in found] == ["read", "read", "read"]
    assert [each.file.removeprefix(f"{tmp_path}/") for each in found] == [
        "a.zip",
        "a.zip/a.json",
        "a.zip/a.json (2)",
    ]
    again = read_again(found[2].file, str(tmp_path / "a.zip"), LIMIT)
    assert again.sha256 == found[2].sha256


def test_a_file_that_may_not_be_opened_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def refuse(path: str, flags: int):
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(unpack.os, "open", refuse)
    reading = read(tmp_path, LOG)
    assert (reading.status, reading.modified) == ("broken", None)
    assert reading.reason == "Cannot be read: Permission denied."


def test_a_file_that_became_a_link_is_not_followed(tmp_path: Path):
    (tmp_path / "secret").write_bytes(LOG)
    (tmp_path / "link").symlink_to("secret")
    (reading,) = read_all([Found(str(tmp_path / "link"), len(LOG), 0)], LIMIT)
    assert (reading.status, reading.text) == ("broken", None)


def test_a_file_that_became_a_pipe_does_not_block(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    (reading,) = read_all([Found(str(tmp_path / "pipe"))], LIMIT)
    assert reading.status == "skipped"


def test_files_come_in_their_order(tmp_path: Path):
    names = [f"{n:03}.json" for n in range(100)]
    for name in names:
        (tmp_path / name).write_bytes(LOG)
    assert list(readings(tmp_path)) == names


def test_a_bomb_of_small_size_stops_early_and_takes_little_memory(tmp_path: Path):
    bomb = gzip.compress(gzip.compress(b"[" * 64_000_000, 1))
    tracemalloc.start()
    try:
        reading = read(tmp_path, bomb, limit=1 << 30)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 16_000_000
    assert reading.status == "broken"
    assert "Unpacks to more than 200 times its size" in str(reading.reason)
