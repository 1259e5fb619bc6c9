"""What other tools read, checked by the schema or the library of each."""

import json
from pathlib import Path

import jsonschema
import ocsf_json_schema
import pandas as pd
import pytest
import stix2

import trailkit as tk
from trailkit.errors import ExportError
from trailkit.report.excel import to_excel
from trailkit.report.interchange import to_navigator, to_ocsf, to_stix, to_timesketch

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
    import zipfile

    to_excel({"all [1]": hostile, "again": hostile}, tmp_path / "e.xlsx")
    with zipfile.ZipFile(tmp_path / "e.xlsx") as parts:
        names = parts.namelist()
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        texts = parts.read("xl/sharedStrings.xml").decode()
        styles = parts.read("xl/styles.xml").decode()
    assert "xl/worksheets/sheet2.xml" in names
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert "=cmd()" in texts
    assert 'quotePrefix="1"' in styles


@pytest.mark.parametrize("export", [to_ocsf, to_timesketch])
def test_a_frame_without_a_time_is_refused(export, tmp_path: Path):
    with pytest.raises(ExportError, match="no column of this holds one"):
        export(pd.DataFrame({"actor": ["a"]}), tmp_path / "x.csv")
