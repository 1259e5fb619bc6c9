"""Every DDL text before the real parser of Hive, which is the grammar of Athena's DDL.

Three jars come from Maven Central, once: they are kept in the user's cache folder by
version, and checked by SHA-256 every time.
"""

import hashlib
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import platformdirs
import pytest

from tests.support.tables_made import OWN, by_hand
from tests.test_silent_nothing import PROPERTIES
from trailkit.errors import TableError
from trailkit.record import Kind
from trailkit.scope import Scope
from trailkit.tables import copies, ddl, missing_partitions
from trailkit.tables.advice import better
from trailkit.tables.copy import Copy
from trailkit.tables.definition import Definition
from trailkit.tables.raw import MOST_ACCOUNTS
from trailkit.tables.table import Table

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

_A_TABLE = OWN["account_trail"]


def _better(place: str) -> Definition:
    """Return the table that is offered instead of one without partitions."""
    table = replace(by_hand(), location=f"s3://central-logs/x/AWSLogs/{place}")
    return better(Table.of(table), table, "us-east-1").definition()


def _mending(table: Definition) -> str:
    """Return the statement that the refusal of a projection names."""
    with pytest.raises(TableError) as refused:
        Table.of(table)
    statement = re.search(r"alter table … .*\)(?=\.)", str(refused.value))
    assert statement, refused.value
    return statement[0].replace("…", "`security`.`select`")


def _missing(table: Definition, scope: Scope) -> list[str]:
    """Return what adds the partitions that a scope lacks, where there is none yet."""
    scope = scope.with_accounts("111122223333").with_regions("us-east-1", "eu-west-1")
    return missing_partitions.statements(Table.of(table), table, scope, lambda *_: ())


_DAY = Scope().window("2026-03-01", "2026-03-02")
_YEARS = Scope().window("2023-01-01", "2026-01-01")
_BY_DATE = by_hand("account", "region", "year", "month", "day")
_NUMBERS = dict.fromkeys(("year", "month", "day"), "int")

STATEMENTS = {
    **{name: ddl.create_table(table.definition()) for name, table in OWN.items()},
    "keywords": ddl.create_table(
        replace(_A_TABLE, database="database", name="select").definition()
    ),
    "longest names": ddl.create_table(
        replace(_A_TABLE, database="d" * 255, name="9" * 255).definition()
    ),
    "every safe sign": ddl.create_table(
        replace(
            _A_TABLE, layout=replace(_A_TABLE.layout, prefix="a!_.()=@+:,&-z")
        ).definition()
    ),
    **{
        f"copy of {kind}": ddl.create_table(
            Copy("security", "copy", "analysis", "cloudtrail", kind).definition()
        )
        for kind in Kind
    },
    **{
        f"better table over {place}": ddl.create_table(_better(place))
        for place in ("", "111122223333/", "111122223333/CloudTrail/us-east-1/")
    },
    "a thousand accounts": ddl.create_table(
        replace(
            _A_TABLE,
            database="d" * 255,
            name="t" * 255,
            accounts=tuple(f"{number:012}" for number in range(MOST_ACCOUNTS)),
        ).definition()
    ),
    **{
        f"what mends {name}": _mending(table)
        for name, (table, says) in PROPERTIES.items()
        if "' = '" in says
    },
    "partitions of a copy": copies.add_partitions(
        Copy("security", "copy", "analysis", "cloudtrail"),
        Scope().window("2026-03-01", "2026-03-03").with_accounts("111122223333"),
    ),
    **{
        f"missing partitions of {table.name} by {', '.join(table.partitions)}": text
        for table in (
            by_hand("region", "day"),
            by_hand("region", "timestamp"),
            by_hand("account", "region", "date"),
            replace(_BY_DATE, database="database", name="my-trail-1"),
        )
        for text in _missing(table, _DAY)
    },
    "missing partitions in numbers": _missing(
        replace(_BY_DATE, partitions=_BY_DATE.partitions | _NUMBERS), _DAY
    )[0],
    "missing partitions, as long as Athena takes": _missing(_BY_DATE, _YEARS)[0],
    "database": ddl.create_database("security"),
    "drop": ddl.drop_table(_A_TABLE.definition()),
}
WRONG = {
    "a type is missing": STATEMENTS["insight"].replace("`eventid` string", "`eventid`"),
    "a bare keyword": STATEMENTS["insight"].replace("`day`", "timestamp"),
    "a quote left open": STATEMENTS["insight"].replace("'cloudtrail'", "'cloudtrail"),
    "quoted for Trino": STATEMENTS["database"].replace("`", '"'),
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
    verdicts = _verdicts(STATEMENTS, jars, tmp_path)
    assert {n: v for n, v in verdicts.items() if v != "parsed"} == {}


def test_hive_refuses_what_is_wrong(jars: Path, tmp_path: Path) -> None:
    verdicts = _verdicts(WRONG, jars, tmp_path)
    assert {n: v for n, v in verdicts.items() if not v.startswith("refused ")} == {}
