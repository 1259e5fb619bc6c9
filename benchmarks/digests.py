"""Validate digests over very many log files, beside hashing the same files.

The baseline is the least that any validation must do: read each file, unpack it, hash
the text, on as many processes as there are cores. Files repeat a few contents, so that
they are written quickly; each has its own name, and is read and hashed by itself.
"""

import gzip
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from isal import isal_zlib

from benchmarks import logs, measure
from tests.support.digests_made import (
    ACCOUNT,
    BUCKET,
    HOUR,
    ROOT,
    Trail,
    everything,
    iso,
    key_list,
    nothing,
)
from trailkit.integrity.digest_keys import BY_REGION

FOLDER = Path("build/benchmarks")
FILES, A_DIGEST, CONTENTS = 100_000, 100, 50
EVENTS = 125
REGION = "us-east-1"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
STEPS = ["-m", "benchmarks.digests"]


def main(smaller: int = 1) -> None:
    """Print the time of both, and their ratio."""
    number = FILES // smaller
    folder = FOLDER / f"{number}-digested"
    if not folder.exists():
        print(f"Generating {number:,} log files with their digests, once.")
        write(folder, number)
    ours, hashing = measure.alternating(
        [*STEPS, "validate_digests", str(folder)], [*STEPS, "hash_files", str(folder)]
    )
    print(f"validating digests         {ours}")
    print(f"hashing the same files     {hashing}")
    print(f"  ratio {ours.median / hashing.median:.2f}, at most 1.50")


def write(folder: Path, files: int) -> None:
    """Write log files, a hundred an hour, with the signed digest of each hour."""
    contents = _contents()
    said = [_said(content) for content in contents]
    trail = Trail()
    for first in range(0, files, A_DIGEST):
        start = BEGAN + first // A_DIGEST * HOUR
        keys = [_key(start, number) for number in range(first, first + A_DIGEST)]
        named = [{"s3Object": key, **said[n % CONTENTS]} for n, key in enumerate(keys)]
        for number, key in enumerate(keys):
            path = folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(contents[number % CONTENTS])
        trail.add_digest(REGION, start, (), named=named)
    trail.write(folder)
    keys_of = {BY_REGION: {REGION: key_list(REGION)}}
    (folder / "public-keys.json").write_text(json.dumps(keys_of))


def _key(start: datetime, number: int) -> str:
    name = f"{ACCOUNT}_CloudTrail_{REGION}_{start:%Y%m%dT%H}05Z_{number:016}.json.gz"
    return f"{ROOT}/CloudTrail/{REGION}/{start:%Y/%m/%d}/{name}"


def _contents() -> list[bytes]:
    """Make different log files of about 20 KB, packed."""
    with tempfile.TemporaryDirectory() as made:
        logs.write(Path(made), CONTENTS * EVENTS, CONTENTS)
        paths = sorted(Path(made).rglob("*.json.gz"))
        return [path.read_bytes() for path in paths][:CONTENTS]


def _said(content: bytes) -> dict[str, str]:
    time = iso(BEGAN)
    return {
        "s3Bucket": BUCKET,
        "hashValue": hashlib.sha256(gzip.decompress(content)).hexdigest(),
        "hashAlgorithm": "SHA-256",
        "newestEventTime": time,
        "oldestEventTime": time,
    }


def validate_digests(folder: str) -> None:
    """Validate a plain copy, and see that all but the newest hour is proved."""
    from trailkit.integrity.digest_keys import read_keys
    from trailkit.integrity.held_files import Held, LocalFiles
    from trailkit.integrity.validation import validate

    paths = list(_paths(folder))
    held = LocalFiles([Held(path, path) for path in paths])
    keys = read_keys(Path(folder) / "public-keys.json")
    found = validate(held, keys, nothing, everything)
    expected = found.proof.files - A_DIGEST
    if found.proof.validated != expected or len(found.findings) != 1:
        raise SystemExit(found.summary)


def hash_files(folder: str) -> None:
    """Read, unpack and hash each log file, on every core."""
    paths = [each for each in _paths(folder) if "-Digest" not in each]
    chunks = [paths[at : at + 500] for at in range(0, len(paths), 500)]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        hashed = sum(pool.map(_hash, chunks))
    if hashed != len(paths):
        raise SystemExit(f"{hashed} of {len(paths)} files hashed")


def _hash(paths: Sequence[str]) -> int:
    hashes = list[bytes]()
    for path in paths:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - the quickest way
            text = isal_zlib.decompress(file.read(), wbits=31)
        hashes.append(hashlib.sha256(text).digest())
    return len(hashes)


def _paths(folder: str) -> list[str]:
    return [
        os.path.join(below, name)  # noqa: PTH118 - the quickest way
        for below, _, names in os.walk(folder)
        for name in names
        if name.endswith(".json.gz")
    ]


if __name__ == "__main__":
    {"validate_digests": validate_digests, "hash_files": hash_files}[sys.argv[1]](
        sys.argv[2]
    )
