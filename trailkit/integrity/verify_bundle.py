"""Check a bundle that trailkit made: with Python's standard library alone.

    python3 -I -S verify_bundle.py case.zip

Every byte of the archive counts: each part must have the size and SHA-256 of the
manifest, the manifest that of manifest.sha256, and what lies between the parts must be
exactly what belongs there. Then the lines of the journal must form a chain, and the
rows of each frame must have the hash that the list of questions names.

It is also the part of trailkit that writes such archives.
"""

import hashlib
import json
import struct
import sys
import zlib
from typing import Any

Content = dict[str, Any]
"""A line of a journal, or an entry of the manifest."""

MANIFEST, ITS_HASH = "manifest.json", "manifest.sha256"
FIRST = "0" * 64
"""What stands before the first line of a journal."""

PLACE = ("line", "before", "hash")
"""The keys that say where a line of a journal stands."""

_TIME, _DAY = 0, 0x21  # 1980-01-01, for every part
_LOCAL, _CENTRAL, _END = "<4s5H3L2H", "<4s6H3L5H2L", "<4s4H2LH"
_UTF_8 = 0x800
_LARGEST = 2**32 - 1


def archive(parts: dict[str, bytes]) -> bytes:
    """Return a ZIP archive of some parts, a manifest of them first; same in, same out.

    Raises ValueError for more than an archive of this form holds: 4 GB.
    """
    manifest = canonical(
        {"form": 1, "parts": [_entry(*each) for each in parts.items()]}
    )
    whole = {
        MANIFEST: manifest.encode(),
        ITS_HASH: f"{_sha256(manifest.encode())}\n".encode(),
        **parts,
    }
    if sum(map(len, whole.values())) > _LARGEST - 10_000_000 or len(whole) > 65_000:
        raise ValueError("a bundle holds 4 GB at most")
    entries = [_entry(*each) for each in whole.items()]
    pieces = zip((_local(each) for each in entries), whole.values(), strict=True)
    return b"".join(piece for pair in pieces for piece in pair) + _directory(entries)


def check(data: bytes) -> tuple[dict[str, bytes], list[str]]:
    """Return the parts of a bundle, and a sentence for each one that was changed."""
    manifest, faults = _read_manifest(data)
    if manifest is None:
        return {}, faults
    parts = {}
    at = 0
    for entry in manifest:
        header = _local(entry)
        start, name = at + len(header), entry["name"]
        at = start + entry["size"]
        parts[name] = data[start:at]
        if _sha256(parts[name]) != entry["sha256"]:
            faults.append(f"{name} was changed: its SHA-256 does not fit.")
        elif data[start - len(header) : start] != header:
            faults.append(
                f"{name} was changed: its header in the archive does not fit."
            )
    faults += _directory_faults(data[at:], manifest)
    if not faults:
        faults += [f"{name}: {said}" for name, said in _inside(parts)]
    return parts, faults


def _read_manifest(data: bytes) -> tuple[list[Content] | None, list[str]]:
    """Return an entry for each part, in their order; None where it cannot be read."""
    size = struct.calcsize(_LOCAL)
    broken = f"{MANIFEST} was changed, or this is not a bundle of trailkit."
    if len(data) < size or data[size : size + len(MANIFEST)] != MANIFEST.encode():
        return None, [broken]
    length = struct.unpack_from("<L", data, 22)[0]
    start = size + len(MANIFEST)
    text, rest = data[start : start + length], data[start + length :]
    first = {"name": ITS_HASH, "size": 65}
    begin = size + len(ITS_HASH)
    told = rest[begin : begin + 65]
    try:
        entries = json.loads(text)["parts"]
        own = [_entry(MANIFEST, text), _entry(ITS_HASH, told)]
        names = [(each["name"], each["size"], each["sha256"]) for each in entries]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None, [broken]
    if len(told) != first["size"] or told != f"{_sha256(text)}\n".encode():
        if canonical(json.loads(text)).encode() == text and _fit(data, own + entries):
            return own + entries, [f"{ITS_HASH} was changed: its SHA-256 does not fit."]
        return None, [f"{MANIFEST} was changed: its SHA-256 does not fit."]
    if len({name for name, _, _ in names}) != len(names):
        return None, [f"{MANIFEST} names a part twice."]
    return own + entries, []


def _fit(data: bytes, entries: list[Content]) -> bool:
    """Return whether all parts but the first two are where the manifest says."""
    at = 0
    for number, entry in enumerate(entries):
        at += len(_local(entry))
        part = data[at : at + entry["size"]]
        if number > 1 and _sha256(part) != entry["sha256"]:
            return False
        at += entry["size"]
    return True


def _directory_faults(found: bytes, entries: list[Content]) -> list[str]:
    """Compare the directory at the archive's end with the one that belongs there."""
    if found == _directory(entries):
        return []
    at = 0
    for entry, piece in zip(entries, _central(entries), strict=True):
        if found[at : at + len(piece)] != piece:
            return [f"{entry['name']} was changed in the directory of the archive."]
        at += len(piece)
    return ["The end of the archive was changed: its directory does not fit."]


def _inside(parts: dict[str, bytes]) -> list[tuple[str, str]]:
    """Check what the parts say of each other."""
    said = []
    if "journal.jsonl" in parts:
        said += [
            ("journal.jsonl", each) for each in read_lines(parts["journal.jsonl"])[1]
        ]
    for run in json.loads(parts.get("questions.json", b'{"runs": []}'))["runs"]:
        rows = run.get("rows_file", "")
        if rows and _sha256(parts.get(rows, b"")) != run["sha256"]:
            said.append((rows, "its rows are not those of the question's hash."))
    return said


def canonical(content: object) -> str:
    r"""Return JSON as it is hashed: sorted keys, no blanks, ASCII.

    >>> canonical({"b": 1, "a": "é"})
    '{"a":"\\u00e9","b":1}'
    """
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)


def read_lines(data: bytes) -> tuple[list[Content], list[str]]:
    """Return the lines of a journal, and a sentence for each that was changed."""
    lines: list[Content] = []
    faults: list[str] = []
    before = FIRST
    *whole, torn = data.split(b"\n")
    for number, raw in enumerate(whole, 1):
        content, fault = read_line(raw)
        if fault:
            faults.append(f"Line {number} was changed: {fault}.")
        elif content["before"] != before:
            faults.append(_misplaced(number, content))
        before = content.get("hash", "")
        lines.append(content)
    if torn:
        faults.append(f"Line {len(whole) + 1} is not whole: a crash, or an edit.")
    return [each for each in lines if each], faults


def read_line(raw: bytes) -> tuple[Content, str]:
    """Return one line of a journal, and what is wrong with it."""
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError):
        return {}, "it is not JSON"
    if not isinstance(content, dict) or not {*PLACE} <= content.keys():
        return {}, "it lacks its number or its hashes"
    if not fits(content) or canonical(content).encode() != raw:
        return content, "its hash does not fit"
    return content, ""


def fits(content: Content) -> bool:
    """Return whether a line's own hash is that of its content."""
    body = {name: value for name, value in content.items() if name != "hash"}
    try:
        return _sha256(canonical(body).encode()) == content.get("hash")
    except ValueError:  # NaN: nothing that we write
        return False


def _misplaced(number: int, content: Content) -> str:
    if content["line"] != number:
        return f"Before line {number} a line is missing, or lines were moved."
    return (
        f"Line {max(number - 1, 1)} was changed: line {number} was written after "
        "another one."
    )


def _entry(name: str, data: bytes) -> Content:
    return {
        "name": name,
        "size": len(data),
        "crc32": zlib.crc32(data),
        "sha256": _sha256(data),
    }


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _local(entry: Content) -> bytes:
    """Return what stands before a part: it is stored as it is, not packed."""
    name, size = entry["name"].encode(), entry["size"]
    told = (20, _UTF_8, 0, _TIME, _DAY, entry["crc32"], size, size, len(name), 0)
    return struct.pack(_LOCAL, b"PK\3\4", *told) + name


def _central(entries: list[Content]) -> list[bytes]:
    pieces, offset = [], 0
    for each in entries:
        name, size = each["name"].encode(), each["size"]
        told = (0x314, 20, _UTF_8, 0, _TIME, _DAY, each["crc32"], size, size)
        told += (len(name), 0, 0, 0, 0, 0o100600 << 16, offset)
        pieces.append(struct.pack(_CENTRAL, b"PK\1\2", *told) + name)
        offset += len(_local(each)) + size
    return pieces


def _directory(entries: list[Content]) -> bytes:
    pieces = b"".join(_central(entries))
    start = sum(len(_local(each)) + each["size"] for each in entries)
    count = len(entries)
    end = struct.pack(_END, b"PK\5\6", 0, 0, count, count, len(pieces), start, 0)
    return pieces + end


def main(words: list[str]) -> int:
    """Check the bundle that is named, and print what was found."""
    if len(words) != 1:
        print("usage: python3 -I -S verify_bundle.py case.zip", file=sys.stderr)
        return 2
    with open(words[0], "rb") as file:  # noqa: PTH123 - quick to start, and enough
        parts, faults = check(file.read())
    for fault in faults:
        print(f"WRONG  {fault}")
    if faults:
        return 1
    for name in parts:
        print(f"ok     {name}")
    print(f"All {len(parts)} parts are as they were. The bundle's own hash is")
    print(f"  {_sha256(parts[MANIFEST])}")
    print("Compare it with the one that you were told by another way.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
