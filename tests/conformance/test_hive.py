"""Every DDL text before the real parser of Hive, which is the grammar of Athena's DDL.

Three jars come from Maven Central, once: they are kept in the user's cache folder by
version, and checked by SHA-256 every time.
"""

import hashlib
import re
import subprocess
from pathlib import Path

import platformdirs
import pytest

from tests.support.statements_written import ATHENA, HIVE

HERE = Path(__file__).parent
JARS = {
    "org.apache.hive:hive-exec:2.3.10:jar:core": (
        "hive-exec-2.3.10-core.jar",
        "1699ff817dd73db685ff112f109ec7ae380e0a6fa1a204166e55f66268fcd801",
    ),
    "org.antlr:antlr-runtime:3.5.2:jar": (
        "antlr-runtime-3.5.2.jar",
        "ce3fc8ecb10f39e9a3cddcbb2ce350d272d9cd3d0b1e18e6fe73c3b9389c8734",
    ),
    "org.slf4j:slf4j-api:1.7.36:jar": (
        "slf4j-api-1.7.36.jar",
        "d3ef575e3e4979678dc01bf1dcce51021493b4d11fb7f1be8ad982877c16a1c0",
    ),
}

ICEBERG = {
    name: re.sub("(?m)^partitioned by .*\n", "", text)
    for name, text in ATHENA.items()
    if "'ICEBERG'" in text
}
"""Their CREATE TABLE names its keys without types, as Athena asks and Hive does not."""

WRONG = {
    "a type is missing": HIVE["insight"].replace("`eventid` string", "`eventid`"),
    "a bare keyword": HIVE["insight"].replace("`day`", "timestamp"),
    "a quote left open": HIVE["insight"].replace("'cloudtrail'", "'cloudtrail"),
    "quoted for Trino": HIVE["database"].replace("`", '"'),
}


@pytest.fixture(scope="module")
def jars() -> Path:
    """Return the folder of the three jars, fetched where they are not there yet."""
    folder = platformdirs.user_cache_path("trailkit") / "conformance"
    folder.mkdir(parents=True, exist_ok=True)
    for artifact, (name, checksum) in JARS.items():
        if not (folder / name).exists():
            _fetch(artifact, folder)
        found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        assert found == checksum, f"{folder / name} is another file: delete it"
    return folder


def _fetch(artifact: str, folder: Path) -> None:
    copy = ["dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={folder}"]
    subprocess.run(["mvn", "--batch-mode", "--quiet", *copy], check=True, timeout=300)


def _verdicts(statements: dict[str, str], jars: Path, folder: Path) -> dict[str, str]:
    """Ask the parser about all statements at once: a Java machine takes a second."""
    files = [folder / f"{number}.sql" for number in range(len(statements))]
    for file, text in zip(files, statements.values(), strict=True):
        file.write_text(text, encoding="utf-8")
    program = ["java", "-cp", f"{jars}/*", str(HERE / "HiveParse.java")]
    answer = subprocess.run(
        [*program, *map(str, files)],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return dict(zip(statements, answer.stdout.splitlines(), strict=True))


def test_hive_takes_every_statement(jars: Path, tmp_path: Path) -> None:
    verdicts = _verdicts(HIVE | ICEBERG, jars, tmp_path)
    assert {n: v for n, v in verdicts.items() if v != "parsed"} == {}


def test_hive_refuses_what_is_wrong(jars: Path, tmp_path: Path) -> None:
    verdicts = _verdicts(WRONG, jars, tmp_path)
    assert {n: v for n, v in verdicts.items() if not v.startswith("refused ")} == {}
