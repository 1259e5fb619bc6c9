"""Every statement is as Athena's synopsis has it: those written, and those sent."""

import pytest

from tests.support.athena_server import AthenaServer
from tests.support.athena_synopses import departure
from tests.support.statements_written import ATHENA
from tests.support.trail_listed import session
from trailkit.engines.athena import AthenaEngine
from trailkit.errors import QueryFailed

VALID = {
    "optimize": ATHENA["optimize"],
    "iceberg": ATHENA["Iceberg copy of event"],
    "insert": ATHENA["fill from account_trail"],
    "unload": ATHENA["unload"],
    "vacuum": ATHENA["vacuum"],
    "table": ATHENA["account_trail"],
    "partitions": ATHENA["partitions of a copy"],
}

WRONG = [
    ("optimize", "security.copy", '"security"."copy"'),
    ("optimize", "security.copy", "`security`.copy"),
    ("optimize", "bin_pack", "sort"),
    ("optimize", "event_day between", '"event_day" between'),
    ("vacuum", "security.copy", "security._copy"),
    ("vacuum", "security.copy", "security.copy;"),
    ("iceberg", "create table", "create external table"),
    ("iceberg", "`event_time` timestamp", "`event_time` varchar(9)"),
    ("iceberg", "'table_type' = 'ICEBERG',", ""),
    ("iceberg", "'format'", "'classification'"),
    ("iceberg", "'zstd'", "'brotli'"),
    ("iceberg", "s3://analysis/cloudtrail/", "s3://analysis/cloudtrail"),
    ("iceberg", "(`event_day`, `account`)", "(`event_day` string)"),
    ("table", "s3://central-logs/", "s3://central-logs//"),
    ("table", "s3://central-logs/", "s3://central-logs/*/"),
    ("table", "row format serde", "row format"),
    ("table", "`eventid` string", "`eventid` text"),
    ("table", "`eventid`", '"eventid"'),
    ("partitions", "`event_day` =", "event_day between"),
    ("partitions", "add if not exists", "add if not there"),
    ("insert", '"security"."copy"', "`security`.`copy`"),
    ("insert", "\nselect", "\nvalues"),
    ("insert", "group by", "group by )"),
    ("unload", "PARQUET", "CSV"),
    ("unload", "unload/1/", "unload/1"),
    ("unload", "\n) to", "\n;) to"),
]


def test_what_is_written_is_as_its_synopsis() -> None:
    departs = {name: departure(text) for name, text in ATHENA.items()}
    assert {name: said for name, said in departs.items() if said} == {}


def test_a_statement_that_departs_is_found() -> None:
    """The lint can fail: what AWS's pages do not show, or warn of."""
    for name, written, instead in WRONG:
        assert written in VALID[name], (name, written)
        text = VALID[name].replace(written, instead, 1)
        assert departure(text) is not None, (name, instead)
    assert departure("show tables") is not None
    assert departure(f"select '{'x' * 262_144}'") is not None


def test_the_tests_athena_starts_no_other(athena: AthenaServer) -> None:
    """So whatever a test sends is held to the synopses."""
    engine = AthenaEngine("security.copy", workgroup="dfir", session=session())
    with pytest.raises(QueryFailed, match="line 1: the end wanted"):
        engine.execute("vacuum security.copy where true")
    assert not athena.queries
