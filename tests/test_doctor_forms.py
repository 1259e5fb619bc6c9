"""Doctor and check of tables that hold no log files, or not as trailkit makes them."""

from collections.abc import Iterable

import boto3
import pytest

import trailkit as tk
from tests.support import trail_listed
from tests.support.athena_queries import put
from tests.support.athena_server import ACCOUNT, AthenaServer
from tests.support.other_forms import FORMS, VERSION_2, OtherForm
from tests.support.records_made import OTHER
from tests.support.trail_listed import session
from tests.support.trail_tables import BUCKET, deliver, publish, table_of
from tests.test_other_forms import RECORDS
from tests.test_views import view
from trailkit.case import Case
from trailkit.errors import TableError
from trailkit.tables.definition import Definition

DAY = "2026-03-09"
ON_THE_DAY = [each for each in RECORDS if each["eventTime"].startswith(DAY)][:40]
IN_S3_TABLES = "s3tablescatalog/aws-cloudwatch.logs.aws_cloudtrail__management"
OF_LAKE = {
    "ocsf": FORMS["ocsf"],
    "ocsf_1": FORMS["ocsf_1"],
    "export": FORMS["lake"],
    "maps": FORMS["lake"].without("eventjson", "eventjsonchecksum"),
}


def opened(name: str, first: str = DAY, end: str = "2026-03-10") -> Case:
    case = tk.athena(name, workgroup="dfir", poll=0.01, session=session())
    return case.window(first, end)


def made(server: AthenaServer, name: str, form: OtherForm) -> Case:
    """Make a table in a form, with a file for each account."""
    server.bucket("lake")
    server.create(form.definition("lake", name), form.rows(ON_THE_DAY), 1_000_000)
    for account in (ACCOUNT, OTHER):
        keys = f"region=eu-west-1/accountId={account}/eventDay=20260309"
        place = keys if "ocsf" in name else account
        put(f"s3://lake/{name}/{place}/a.gz.parquet", bytes(500_000))
    return opened(f"lake.{name}")


def alarms(case: Case) -> list[str]:
    found = case.table.doctor()
    return [str(each) for each in found.lines if str(each.state) != "good"]


def said(case: Case, about: str) -> str:
    [line] = [each.said for each in case.table.doctor().lines if each.about == about]
    return line


@pytest.mark.parametrize("name", ["ocsf", "export", "maps"])
def test_a_form_alarms_nobody_and_is_named(athena: AthenaServer, name: str) -> None:
    case = made(athena, name, OF_LAKE[name])
    assert alarms(case) == []
    form = "OCSF" if name == "ocsf" else "CloudTrail Lake"
    assert said(case, "form").startswith(form)
    assert said(case, "check") == "40 looked at: nothing fails."


def test_a_day_without_records_is_said_to_prove_nothing(athena: AthenaServer) -> None:
    made(athena, "export", OF_LAKE["export"])
    [alarm] = alarms(opened("lake.export", "2026-03-10", "2026-03-11"))
    assert "no record lies on 2026-03-10: nothing was checked" in alarm


def test_a_form_without_requests_is_looked_at(athena: AthenaServer) -> None:
    [alarm] = alarms(made(athena, "ocsf_1", OF_LAKE["ocsf_1"]))
    assert "look  form: OCSF" in alarm
    assert "request_parameters, response_elements" in alarm


@pytest.mark.parametrize("name", OF_LAKE)
def test_a_check_looks_at_a_day_of_a_form(athena: AthenaServer, name: str) -> None:
    result = made(athena, name, OF_LAKE[name]).table.check()
    assert result.records == len(ON_THE_DAY)
    assert list(result.frame.query("verdict == 'fails'").claim) == []
    claims = " ".join(result.frame.claim)
    assert "A record has an event id" in claims
    assert "folder" not in claims
    assert f"Check of lake.{name}, {DAY}" in str(result)


def test_a_check_finds_a_form_that_departs(athena: AthenaServer) -> None:
    broken = [{**each, "eventSource": ""} for each in ON_THE_DAY]
    form = OF_LAKE["export"]
    athena.bucket("lake")
    athena.create(form.definition("lake", "broken"), form.rows(broken), 1_000)
    put("s3://lake/broken/1.parquet", b"x")
    result = opened("lake.broken").table.check()
    assert "departs from the columns that AWS publishes" in str(result)


def test_s3_tables_have_no_price_and_are_checked_all_the_same(
    athena: AthenaServer,
) -> None:
    form = FORMS["s3_tables"]
    name = "aws_cloudtrail__management"
    athena.create(form.definition("logs", name), form.rows(ON_THE_DAY), 1_000)
    case = opened(IN_S3_TABLES)
    [alarm] = alarms(case)
    assert alarm.startswith("look  files: what a question costs cannot be told")
    assert "check(unpriced=True)" in alarm
    with pytest.raises(TableError, match=r"S3 Tables.*check\(unpriced=True\)"):
        case.table.check()
    assert case.table.check(unpriced=True).records == len(ON_THE_DAY)


def test_files_that_lake_formation_keeps_are_no_reason_to_stop(
    athena: AthenaServer,
) -> None:
    case = made(athena, "ocsf", OF_LAKE["ocsf"])
    athena.refuse("s3:ListBucket", "AccessDenied")
    [alarm] = alarms(case)
    assert alarm.startswith("look  files: what a question costs cannot be told")


def test_a_resource_link_is_looked_at_as_its_table(athena: AthenaServer) -> None:
    made(athena, "ocsf", OF_LAKE["ocsf"])
    glue = boto3.client("glue")
    glue.create_database(DatabaseInput={"Name": "shared"})
    target = {"CatalogId": ACCOUNT, "DatabaseName": "lake", "Name": "ocsf"}
    link = {"Name": "link", "TargetTable": target}
    glue.create_table(DatabaseName="shared", TableInput=link)
    rows = OF_LAKE["ocsf"].rows(ON_THE_DAY)
    athena.warehouse.register("shared", "link", rows, (), 1_000_000)
    case = opened("shared.link")
    assert said(case, "link").startswith("a resource link to lake.ocsf")
    assert alarms(case) == []


def test_a_view_is_looked_at_as_its_table(athena: AthenaServer) -> None:
    trail_listed.deliver(athena)
    view("shown", "select * from cloudtrail")
    case = opened("security.shown", "2026-03-03", "2026-03-05")
    assert said(case, "table") == "a view over security.cloudtrail."
    assert _starting("stop", alarms(case)) == []


@pytest.mark.parametrize(
    ("name", "columns", "why"),
    [
        ("x_vpc_flow_2_0", VERSION_2, "of vpc_flow"),
        ("insights", {"eventid": "string", "insightstate": "string"}, "Insights"),
        ("findings", {"metadata": "struct<uid:string>"}, "without event_time"),
    ],
)
def test_what_holds_no_events_is_stopped_at_its_table(
    athena: AthenaServer, name: str, columns: dict[str, str], why: str
) -> None:
    definition = Definition("lake", name, columns, {}, "s3://lake/x/")
    athena.create(definition, FORMS["ocsf"].rows([]), 1)
    [alarm] = alarms(opened(f"lake.{name}"))
    assert alarm.startswith("stop  table: ")
    assert why in alarm


def test_a_catalog_that_is_not_in_glue_is_stopped_at(athena: AthenaServer) -> None:
    boto3.client("athena").create_data_catalog(
        Name="files", Type="LAMBDA", Parameters={"function": "arn:aws:lambda:x"}
    )
    [alarm] = alarms(opened("files.lake.ocsf"))
    assert alarm.startswith('stop  catalog: The data catalog "files" is of type LAMBDA')


@pytest.mark.parametrize("kind", ["unpartitioned", "unpartitioned, of every account"])
def test_a_table_without_partitions_is_checked_for_a_day(
    athena: AthenaServer, kind: str
) -> None:
    athena.bucket(BUCKET)
    table = table_of(kind)
    publish(athena, table, deliver(athena))
    case = opened(f"security.{table.name}", "2026-03-02", "2026-03-08")
    assert _starting("stop", alarms(case)) == []
    assert said(case, "check").endswith("nothing fails.")


def _starting(word: str, lines: Iterable[str]) -> list[str]:
    return [each for each in lines if each.startswith(word)]
