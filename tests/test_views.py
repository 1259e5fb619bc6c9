"""Views over a table of log files: read as the table, with what the view shows."""

import base64
import json

import pandas as pd
import pytest
from moto.glue.models import glue_backends

import trailkit as tk
from tests.support.athena_server import ACCOUNT, AthenaServer
from tests.support.trail_listed import TABLE, case, deliver, session
from trailkit.case import Case
from trailkit.errors import TableError

LIST = "s3/bucket-deletions"


def view(name: str, sql: str) -> None:
    """Make a view in Glue, as Athena keeps it."""
    stored = {"originalSql": sql, "catalog": "awsdatacatalog", "schema": "security"}
    text = base64.b64encode(json.dumps(stored).encode()).decode()
    table = {
        "Name": name,
        "TableType": "VIRTUAL_VIEW",
        "ViewOriginalText": f"/* Presto View: {text} */",
        "ViewExpandedText": "/* Presto View */",
        "Parameters": {"presto_view": "true"},
        "PartitionKeys": [],
        "StorageDescriptor": {"Columns": [], "Location": ""},
    }
    glue = glue_backends[ACCOUNT]["us-east-1"]
    glue.create_table("security", name, table, ACCOUNT)


def opened(name: str) -> Case:
    found = tk.athena(
        f"security.{name}", workgroup="dfir", poll=0.01, session=session()
    )
    return found.window("2026-03-03", "2026-03-05")


@pytest.fixture
def whole(athena: AthenaServer) -> pd.DataFrame:
    deliver(athena)
    return case().window("2026-03-03", "2026-03-05").ask(LIST)


@pytest.mark.parametrize(
    ("sql", "kept"),
    [
        ("select * from cloudtrail", "region == region"),
        (
            'SELECT * FROM "awsdatacatalog"."security"."cloudtrail" AS t '
            "WHERE t.awsregion = 'eu-west-1' OR t.eventname = 'x'",
            "region == 'eu-west-1'",
        ),
        (
            "select eventid, eventtime, eventname, eventsource, awsregion, "
            "recipientaccountid, requestparameters, upper(awsregion) as loud, "
            "useragent as agent from security.cloudtrail "
            "where account = '111122223333'",
            "account == '111122223333'",
        ),
    ],
)
def test_a_view_gives_the_rows_that_it_shows(
    athena: AthenaServer, whole: pd.DataFrame, sql: str, kept: str
) -> None:
    view("seen", sql)
    seen = opened("seen")
    expected = whole.query(kept).reset_index(drop=True)
    frame = seen.ask(LIST)
    pd.testing.assert_frame_equal(frame, expected)
    assert len(frame) > 2
    assert "view over security.cloudtrail" in "".join(tk.provenance(frame).notes)
    assert seen.estimate(LIST).files > 0


@pytest.mark.parametrize(
    "sql",
    [
        "select eventname, count(*) as n from cloudtrail group by eventname",
        "select distinct eventid from cloudtrail",
        "select a.eventid from cloudtrail as a join cloudtrail as b on true",
        "select * from cloudtrail where eventid in (select eventid from other)",
        "with a as (select * from cloudtrail) select * from a",
        "select * from cloudtrail limit 10",
        "select *, row_number() over (order by eventid) as n from cloudtrail",
        "select * from cloudtrail union all select * from cloudtrail",
        "not sql at all (",
        "",
    ],
)
def test_a_view_that_does_more_is_refused_by_its_name(
    athena: AthenaServer, whole: pd.DataFrame, sql: str
) -> None:
    view("more", sql)
    with pytest.raises(TableError, match=r"security\.more is a view"):
        opened("more").ask(LIST)


def test_a_view_of_a_view_is_refused(athena: AthenaServer, whole: pd.DataFrame) -> None:
    view("first", "select * from cloudtrail")
    view("second", "select * from first")
    with pytest.raises(TableError, match=r"security\.first is a view"):
        opened("second").ask(LIST)


def test_a_view_without_the_id_names_its_table(
    athena: AthenaServer, whole: pd.DataFrame
) -> None:
    view("summary", "select eventtime, eventname as eventid from cloudtrail")
    with pytest.raises(TableError, match=f"{TABLE.database}.{TABLE.name}"):
        opened("summary").ask(LIST)
