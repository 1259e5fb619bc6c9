"""Tables in other forms than log files: OCSF, S3 Tables, exports of CloudTrail Lake."""

import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Any

import boto3
import pandas as pd
import pytest

import trailkit as tk
from tests.support.athena_queries import put
from tests.support.athena_server import ACCOUNT, AthenaServer
from tests.support.other_forms import FORMS, VERSION_2
from tests.support.records_made import OTHER
from tests.support.sampled import WHOLE, sampled
from tests.test_questions import EVERYTHING, WEEK, ask, case_of
from trailkit.case import Case
from trailkit.engines.athena import AthenaEngine
from trailkit.errors import TableError, UnsupportedSQL
from trailkit.questions.question import Question
from trailkit.tables.definition import Definition
from trailkit.tables.table import Table

JSON = {"request", "response", "additional_data", "service_details"}

ASKED = [
    pytest.param(form, question, id=f"{form}-{question.name}")
    for number, (question, form) in enumerate(product(sampled(), FORMS))
    if (WHOLE or number % 7 == 0) and not {"insights", "aggregated"} & {*question.reads}
]
"""Some questions, each in one form or another; in a soak each in every form."""

RECORDS = [
    each
    for each in EVERYTHING
    if each.get("eventCategory") not in ("Insight", "Aggregated")
    and "eventName" in each
]

DEEPER = {"impact/account-closure"}
"""What reads a detail of a service event below its first level, which OCSF has not."""


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Open the records as AWS wrote them."""
    return case_of(tmp_path_factory.mktemp("raw"), EVERYTHING).window(*WEEK)


@pytest.fixture(scope="module")
def server(_running_athena: AthenaServer) -> Iterator[AthenaServer]:
    with pytest.MonkeyPatch.context() as patch:
        _running_athena.begin(patch)
        yield _running_athena


@pytest.fixture(scope="module")
def forms(server: AthenaServer) -> dict[str, Case]:
    """Open the same records in each form."""
    for name, form in FORMS.items():
        server.create(form.definition("lake", name), form.rows(RECORDS), 1_000_000)
    return {name: opened(f"lake.{name}") for name in FORMS}


@cache
def session() -> boto3.Session:
    return boto3.Session()


def opened(name: str) -> Case:
    case = tk.athena(
        name,
        network=name,
        workgroup="dfir",
        session=session(),
        poll=0.01,
        unload=False,
        reuse=None,
    )
    return case.window(*WEEK)


def alike(frame: pd.DataFrame) -> pd.DataFrame:
    """Read JSON texts, which a form writes anew: in OCSF every value is a text."""
    read = frame.copy()
    for name in JSON & {*frame}:
        read[name] = frame[name].map(lambda text: plain(json.loads(text)), "ignore")
    return read


def plain(value: Any) -> Any:
    match value:
        case dict():
            return {name: plain(each) for name, each in value.items() if each != ""}
        case list():
            return [plain(each) for each in value]
        case str():
            return value
        case _:
            return json.dumps(value)


def without_details(notes: str) -> bool:
    """Return whether notes say that requests or answers are not in the table."""
    return re.search("does not carry [^:]*re(questParam|sponseElem)", notes) is not None


@pytest.mark.parametrize(("form", "question"), ASKED)
def test_a_form_gives_the_frame_of_the_records(
    form: str, question: Question, local: Case, forms: dict[str, Case]
) -> None:
    given, expected = ask(forms[form], question), ask(local, question)
    notes = " ".join(tk.provenance(given).notes)
    if form == "ocsf_1" and without_details(notes):
        return
    if form != "lake" and question.name in DEEPER:
        assert "serviceEventDetails below its first level" in notes
        return
    pd.testing.assert_frame_equal(alike(given), alike(expected))
    assert len(given) > 0


def test_a_question_says_what_its_form_does_not_carry(forms: dict[str, Case]) -> None:
    frame = forms["ocsf_1"].ask("s3/bucket-deletions")
    note = "lake.ocsf_1 does not carry requestParameters, responseElements"
    assert note in " ".join(tk.provenance(frame).notes)
    plain = forms["ocsf"].query("select count(*) as n from events")
    assert "does not carry" not in " ".join(tk.provenance(plain).notes)
    deep = forms["ocsf"].query("select service_details from events")
    assert "serviceEventDetails below its first level" in " ".join(
        tk.provenance(deep).notes
    )


def test_a_form_is_kept_to_a_scope(forms: dict[str, Case]) -> None:
    sql = forms["ocsf"].accounts(OTHER).regions("eu-west-1").sql("overview/volume")
    assert "\"accountid\" in ('444455556666')" in sql
    assert "\"region\" in ('eu-west-1')" in sql
    assert "\"time_dt\" >= timestamp '2026-03-09 00:00:00'" in sql
    day = forms["ocsf_1"].sql("overview/volume")
    assert "\"eventday\" between '20260309' and '20260315'" in day


def test_a_form_has_no_originals(forms: dict[str, Case]) -> None:
    with pytest.raises(TableError, match="holds records in another form"):
        forms["lake"].original(EVERYTHING[0]["eventID"])
    copy = tk.TableCopy(
        "lake.ocsf",
        "lake.copy",
        "s3://results/copy/",
        account=ACCOUNT,
        region="us-east-1",
        workgroup="dfir",
    )
    with pytest.raises(TableError, match="is not a table of log files"):
        copy.fill_in_account("2026-03-09", "2026-03-10", session=session())


def test_lake_without_the_whole_record_reads_its_maps(
    forms: dict[str, Case], local: Case, server: AthenaServer
) -> None:
    maps = FORMS["lake"].without("eventjson", "eventjsonchecksum")
    server.create(maps.definition("lake", "maps"), maps.rows(RECORDS), 1_000_000)
    select = (
        "select event_id, json_extract_scalar(request, '$.policyDocument') as policy"
        " from events order by event_id, policy"
    )
    given, expected = (case.query(select) for case in (opened("lake.maps"), local))
    pd.testing.assert_frame_equal(given, expected)
    assert given["policy"].notna().any()
    notes = " ".join(tk.provenance(given).notes)
    assert "requestParameters below its first level" in notes
    frame = opened("lake.maps").ask("identity/active")
    assert "userIdentity.credentialId" in " ".join(tk.provenance(frame).notes)


def test_an_estimate_of_security_lake_counts_the_days_and_accounts_in_scope(
    forms: dict[str, Case], server: AthenaServer
) -> None:
    server.bucket("lake")
    for account, day in product((ACCOUNT, OTHER), ("20260309", "20260310", "20260401")):
        place = f"ocsf/region=eu-west-1/accountId={account}/eventDay={day}"
        put(f"s3://lake/{place}/a.gz.parquet", b"x" * 1000)
    assert forms["ocsf"].estimate("overview/volume").files == 4
    narrow = forms["ocsf"].accounts(OTHER).window("2026-03-09", "2026-03-10")
    assert narrow.estimate("overview/volume").files == 1


def test_s3_tables_are_asked_by_the_name_of_their_bucket(
    forms: dict[str, Case], local: Case, server: AthenaServer
) -> None:
    form = FORMS["s3_tables"]
    made = form.definition("logs", "aws_cloudtrail__management")
    server.create(made, form.rows(RECORDS), 1_000_000)
    case = opened("s3tablescatalog/aws-cloudwatch.logs.aws_cloudtrail__management")
    pd.testing.assert_frame_equal(
        case.ask("s3/bucket-deletions"), local.ask("s3/bucket-deletions")
    )
    assert '"s3tablescatalog/aws-cloudwatch"."logs"' in case.sql("overview/volume")
    beside = tk.athena(
        "s3tablescatalog/aws-cloudwatch.logs.aws_cloudtrail__management",
        network="lake.ocsf",
        workgroup="dfir",
        session=session(),
    )
    asked = beside.window(*WEEK).sql("exfiltration/endpoint-denials")
    assert 'from "awsdatacatalog"."lake"."ocsf"' in asked
    with pytest.raises(TableError, match="lists its files to no one"):
        case.estimate("overview/volume")
    with pytest.raises(TableError, match="does not name a table bucket"):
        opened("s3tablescatalog.logs.aws_cloudtrail__management").ask("overview/volume")


@pytest.mark.parametrize(
    ("name", "columns", "said"),
    [
        ("amazon_security_lake_table_us_east_1_vpc_flow_2_0", VERSION_2, "of vpc_flow"),
        ("aws_eks__audit", VERSION_2, "of eks__audit"),
        ("findings", {"metadata": "struct<uid:string>"}, "without event_time"),
        (
            "insights",
            {"eventid": "string", "insightstate": "string"},
            "Insights events",
        ),
        ("others", {"eventid": "string", "eventdata": "string"}, "from outside AWS"),
    ],
)
def test_what_is_not_cloudtrail_is_refused_by_its_name(
    name: str, columns: dict[str, str], said: str
) -> None:
    made = Definition("lake", name, columns, {}, "s3://lake/x/")
    with pytest.raises(TableError, match=said):
        Table.of(made)


def test_a_query_of_ones_own_reads_no_maps(local: Case) -> None:
    with pytest.raises(UnsupportedSQL, match="is about maps"):
        local.query("select map_filter(a, (k, v) -> k = v) as b from events")


def test_a_resource_link_is_read_as_the_table_that_it_links_to(
    forms: dict[str, Case],
) -> None:
    target = {"CatalogId": ACCOUNT, "DatabaseName": "lake", "Name": "ocsf"}
    glue = boto3.client("glue")
    glue.create_database(DatabaseInput={"Name": "shared"})
    link = {"Name": "link", "TargetTable": target}
    glue.create_table(DatabaseName="shared", TableInput=link)
    found = AthenaEngine("shared.link", workgroup="dfir").definition("shared.link")
    assert (found.full_name, found.columns) == ("shared.link", VERSION_2)


def test_a_catalog_that_is_not_in_glue_is_refused_by_its_name(
    forms: dict[str, Case],
) -> None:
    boto3.client("athena").create_data_catalog(
        Name="files", Type="LAMBDA", Parameters={"function": "arn:aws:lambda:x"}
    )
    with pytest.raises(TableError, match='"files" is of type LAMBDA'):
        opened("files.lake.ocsf").ask("overview/volume")
