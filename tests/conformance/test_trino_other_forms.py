"""OCSF, S3 Tables and exports of CloudTrail Lake on a real Trino.

The practice case is written in each form: as Parquet files below a Hive table, and of
S3 Tables as an Iceberg table by day, which is what AWS keeps there.
"""

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

import trailkit as tk
from tests.conformance.trino_server import CATALOG, ICEBERG, LOOPBACK, TrinoServer
from tests.support.other_forms import FORMS
from tests.support.sampled import in_turn, sampled
from tests.support.tables_over_logs import located_in
from tests.test_equal_engines import UNANSWERED, WINDOW, arguments
from tests.test_other_forms import alike, without_details
from trailkit.case import Case
from trailkit.questions.question import Question

DATABASE = "forms"
NAMES = ("lake", "ocsf", "ocsf_1", "s3_tables")
ASKED = [
    pytest.param(form, each, id=f"{form}-{each.name}")
    for each in sampled(a_topic=0)
    if not {"insights", "aggregated"} & {*each.reads}
    for form in in_turn(each.name, NAMES)
]


@pytest.fixture(scope="module")
def forms(trino: TrinoServer, logs: Path) -> dict[str, Case]:
    """Open the practice case in each form."""
    records = [
        each
        for _, each in located_in(logs)
        if "eventName" in each and each.get("eventCategory") != "Insight"
    ]
    for name, form in FORMS.items():
        folder = trino.folder / DATABASE / name
        folder.mkdir(parents=True)
        rows = form.rows(records).drop_columns(["$path"])
        pq.write_table(rows, folder / "part.parquet")
        columns = {**form.columns, **form.partitions}
        definition = form.definition(DATABASE, name)
        whole = type(definition)(DATABASE, name, columns, {}, definition.location)
        trino.create_empty(whole, folder)
    tables = FORMS["s3_tables"].definition(DATABASE, "aws_cloudtrail__management")
    place = trino.folder / DATABASE / tables.name
    trino.create_iceberg(tables, ["day(time_dt)"], place)
    listed = ", ".join(f'"{name}"' for name in tables.columns)
    trino.rows(
        f"insert into {ICEBERG}.{DATABASE}.{tables.name} ({listed})"
        f" select {listed} from {CATALOG}.{DATABASE}.s3_tables"
    )
    return {
        name: opened(trino, f"{CATALOG}.{DATABASE}.{name}")
        for name in FORMS
        if name != "s3_tables"
    } | {"s3_tables": opened(trino, f"{ICEBERG}.{DATABASE}.aws_cloudtrail__management")}


def opened(trino: TrinoServer, name: str) -> Case:
    """Open a table of events and of network activity."""
    where: dict[str, Any] = {"host": LOOPBACK, "port": trino.port, "user": "analyst"}
    return tk.trino(name, network=name, **where).window(*WINDOW)


@pytest.mark.parametrize(("form", "question"), ASKED)
def test_a_form_gives_the_local_frame(
    form: str, question: Question, local: Case, forms: dict[str, Case]
) -> None:
    given, expected = (
        case.ask(question.name, **arguments(question))
        for case in (forms[form], local.window(*WINDOW))
    )
    notes = " ".join(tk.provenance(given).notes)
    if form == "ocsf_1" and without_details(notes):
        return
    pd.testing.assert_frame_equal(alike(given), alike(expected))
    assert len(given) > 0 or question.name in UNANSWERED


def test_an_iceberg_table_by_day_is_read_in_part(
    trino: TrinoServer, forms: dict[str, Case]
) -> None:
    day = forms["s3_tables"].window("2026-03-12", "2026-03-13")
    plan = trino.rows(f"explain (type io, format json) {day.sql('overview/volume')}")
    assert "2026-03-12" in plan[0][0]
