"""What other tools read, checked by the schema or the library of each."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import ocsf_json_schema
import openpyxl
import pandas as pd
import pytest
import stix2

import trailkit as tk
from tests.support import field_libraries
from trailkit.errors import ExportError
from trailkit.report.excel import to_excel
from trailkit.report.interchange import to_navigator, to_ocsf, to_stix, to_timesketch
from trailkit.visible import visible

HOSTILE = ["=cmd()", "+1", "@x", "http://x", "it's \\ x", "\x1b[2J", "{=1}", "-2"]


@pytest.fixture(scope="module")
def events(practice_case: tk.Case) -> pd.DataFrame:
    return practice_case.ask("identity/address", address="203.0.113.77")


@pytest.fixture(scope="module")
def hostile(events: pd.DataFrame) -> pd.DataFrame:
    frame = events.head(len(HOSTILE)).copy()
    for name in ("actor", "user_agent", "action", "source_ip", "error_code"):
        frame[name] = HOSTILE
    return frame


def test_timesketch_takes_csv_and_json_lines(events: pd.DataFrame, tmp_path: Path):
    to_timesketch(events, tmp_path / "e.csv")
    to_timesketch(events, tmp_path / "e.jsonl")
    table = pd.read_csv(tmp_path / "e.csv")
    text = (tmp_path / "e.jsonl").read_text()
    lines = [json.loads(each) for each in text.splitlines()]
    assert len(table) == len(lines) == len(events)
    for row in [table.iloc[0].to_dict(), lines[0]]:
        assert {"message", "datetime", "timestamp_desc"} <= row.keys()
        assert pd.Timestamp(row["datetime"]) == events["time"].iloc[0]
    with pytest.raises(ExportError, match=r"\.csv or a \.jsonl"):
        to_timesketch(events, tmp_path / "e.txt")


def test_indicators_are_valid_stix(events: pd.DataFrame, hostile, tmp_path: Path):
    for number, frame in enumerate((events, hostile)):
        path = tmp_path / f"{number}.json"
        to_stix(frame, path)
        bundle = stix2.parse(path.read_text(), allow_custom=False)
        assert {each.type for each in bundle.objects} == {"indicator"}
        assert all(each.pattern_version for each in bundle.objects)
    objects = json.loads((tmp_path / "0.json").read_text())["objects"]
    patterns = [each["pattern"] for each in objects]
    assert "[ipv4-addr:value = '203.0.113.77']" in patterns


def test_private_addresses_and_services_are_no_indicators(tmp_path: Path):
    frame = pd.DataFrame({"source_ip": ["10.0.0.1", "fc00::1", "ec2.amazonaws.com"]})
    with pytest.raises(ExportError, match="no public address"):
        to_stix(frame, tmp_path / "x.json")


LAYER = {
    "type": "object",
    "required": ["name", "versions", "domain", "techniques"],
    "properties": {
        "versions": {
            "required": ["layer"],
            "properties": {"layer": {"const": "4.5"}, "attack": {"type": "string"}},
        },
        "domain": {"enum": ["enterprise-attack", "mobile-attack", "ics-attack"]},
        "techniques": {
            "minItems": 1,
            "items": {
                "required": ["techniqueID"],
                "additionalProperties": False,
                "properties": {
                    "techniqueID": {"pattern": r"^T\d{4}(\.\d{3})?$"},
                    "score": {"type": "number", "minimum": 0, "maximum": 100},
                    "comment": {"type": "string"},
                    "enabled": {"type": "boolean"},
                },
            },
        },
    },
}
"""The Navigator's layer format 4.5, as its specification says."""


def test_a_layer_has_the_navigators_form(practice_case: tk.Case, tmp_path: Path):
    findings = practice_case.triage()
    to_navigator(findings, tmp_path / "layer.json")
    layer = json.loads((tmp_path / "layer.json").read_text())
    jsonschema.validate(layer, LAYER)
    scores = {each["techniqueID"]: each["score"] for each in layer["techniques"]}
    worst = findings[findings["severity"] == "critical"]["technique"].dropna()
    assert all(scores[each] == 100 for name in worst for each in name.split(", "))


@pytest.mark.soak
def test_mitres_and_timesketchs_own_libraries_read_them(
    practice_case: tk.Case, events: pd.DataFrame, tmp_path: Path
):
    """In an environment of their own: they bring 70 packages for this alone."""
    layer, table, lines = (tmp_path / name for name in ("l.json", "e.csv", "e.jsonl"))
    to_navigator(practice_case.triage(), layer)
    to_timesketch(events, table)
    to_timesketch(events, lines)
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    libraries = ("mitreattack-python>=6.3", "timesketch-import-client>=20261014", "six")
    install = (python, "-m", "pip", "install", "--quiet", *libraries)
    subprocess.run(install, check=True)
    said = subprocess.run(
        [python, field_libraries.__file__, layer, table, lines],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    techniques = len(json.loads(layer.read_text())["techniques"])
    assert said == [str(techniques), str(len(events)), str(len(events))]


def test_events_are_valid_ocsf(events: pd.DataFrame, hostile, tmp_path: Path):
    schema = ocsf_json_schema.OcsfJsonSchemaEmbedded(
        ocsf_json_schema.get_ocsf_schema(version="1.5.0")
    )
    check = jsonschema.Draft202012Validator(
        schema.get_class_schema(class_name="api_activity", profiles=["cloud"])
    )
    for frame in (events.head(60), hostile):
        to_ocsf(frame, tmp_path / "e.jsonl")
        lines = (tmp_path / "e.jsonl").read_text().splitlines()
        assert len(lines) == len(frame)
        for each in lines:
            assert [
                fault.message for fault in check.iter_errors(json.loads(each))
            ] == []


def test_a_workbook_holds_texts_and_no_formula(hostile: pd.DataFrame, tmp_path: Path):
    to_excel({"all [1]": hostile, "again": hostile}, tmp_path / "e.xlsx")
    book = openpyxl.load_workbook(tmp_path / "e.xlsx")
    assert book.sheetnames == ["1 all _1_", "2 again"]
    for sheet in book:
        cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
        assert {cell.data_type for cell in cells} <= {"s", "n", "b", "d"}
        assert not any(cell.hyperlink for cell in cells)
        assert all(cell.quotePrefix for cell in cells if cell.data_type == "s")
    heads, *rows = book["2 again"].iter_rows(values_only=True)
    read = pd.DataFrame(rows, columns=list(heads))
    assert read["actor"].tolist() == [visible(each) for each in HOSTILE]
    assert read["time (UTC)"].tolist() == [
        each.tz_localize(None).round("ms") for each in hostile["time"]
    ]


def test_a_workbook_holds_what_excel_cannot_count_as_text(tmp_path: Path):
    frame = pd.DataFrame(
        {
            "time": pd.to_datetime(["1600-01-01", "2026-03-01"], utc=True),
            "share": [float("inf"), 0.5],
            "bytes": pd.array([10**17, None], "Int64"),
            "text": ["x" * 40_000, "_x0041_"],
        }
    )
    to_excel(frame, tmp_path / "e.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "e.xlsx").worksheets[0]
    rows = [[*row] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert rows[0][:3] == ["1600-01-01 00:00:00+00:00", "inf", "100000000000000000"]
    assert (len(rows[0][3]), rows[0][3][-1]) == (32_767, "…")
    assert rows[1] == [pd.Timestamp("2026-03-01"), 0.5, None, "_x0041_"]


@pytest.mark.parametrize("frames", [{}, {1: pd.DataFrame()}, {"a": 5}])
def test_what_is_no_sheet_is_refused(frames, tmp_path: Path):
    with pytest.raises(ExportError, match=r"tk\.to_excel"):
        to_excel(frames, tmp_path / "e.xlsx")


@pytest.mark.parametrize("export", [to_ocsf, to_timesketch])
def test_a_frame_without_a_time_is_refused(export, tmp_path: Path):
    with pytest.raises(ExportError, match="no column of this holds one"):
        export(pd.DataFrame({"actor": ["a"]}), tmp_path / "x.csv")
