"""Trino's jars, from Maven Central, once: kept in the user's cache folder.

Release 406 runs on Java 17 and is of the age of Athena's engine version 3. Its server
is put together from jars: some repositories do not have the whole distribution.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from trailkit.store import practice_case

HERE = Path(__file__).parent / "trino"
# Read before a fixture gives the tests an empty cache folder.
CACHE = practice_case.cache_folder() / "conformance"
VERSION = "406"
CHECKSUM = "662969747bf512fa81b31422cbe93ff0670ed00f0095f2684d69090bca9232ba"
"""SHA-256 of the names and checksums of all jars."""


class NotStarted(Exception):
    """Trino does not run, with the reason."""


def home() -> Path:
    """Return the folder with ``lib`` and ``plugin/lake``; make it if it is not there.

    It is made beside and moved into place, so that one that is there is whole.
    """
    folder = CACHE / f"trino-{VERSION}"
    if not folder.is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix="trino-", dir=CACHE))
        try:
            _make(making)
            making.rename(folder)
        finally:
            shutil.rmtree(making, ignore_errors=True)
    found = checksum(folder)
    assert found == CHECKSUM, f"{folder} holds other jars ({found}): delete it"
    return folder


def checksum(folder: Path) -> str:
    """Work out the checksum of all jars."""
    whole = hashlib.sha256()
    for jar in sorted(folder.rglob("*.jar")):
        own = hashlib.sha256(jar.read_bytes()).hexdigest()
        whole.update(f"{own} {jar.relative_to(folder).as_posix()}\n".encode())
    return whole.hexdigest()


def _make(folder: Path) -> None:
    for part, place in (("trino-main", "lib"), ("trino-iceberg", "plugin/lake")):
        _fetch(part, folder / place)
    classes = folder / "plugin" / "lake" / "classes"
    jars = os.pathsep.join(f"{folder / place}/*" for place in ("lib", "plugin/lake"))
    source = str(HERE / "StartTrino.java")
    _run("javac", "--class-path", jars, "-d", str(classes), source)
    services = classes / "META-INF" / "services"
    services.mkdir(parents=True)
    named = services / "io.trino.spi.Plugin"
    named.write_text("StartTrino$Connectors\n", encoding="utf-8")


def _fetch(part: str, folder: Path) -> None:
    _run(
        "mvn",
        "--batch-mode",
        "--quiet",
        f"--file={HERE / 'pom.xml'}",
        "dependency:copy-dependencies",
        f"-Dtrino.version={VERSION}",
        f"-Dpart={part}",
        f"-DoutputDirectory={folder}",
    )


def _run(program: str, *arguments: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise NotStarted(
            f"There is no {program}: apt-get install maven default-jdk-headless"
        )
    subprocess.run([found, *arguments], check=True, timeout=1200)
