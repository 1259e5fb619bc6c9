"""``make audit`` says which pinned versions are known to be weak, and what it lacks."""

import json
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from tools import audit

VERSIONS = {"some-lib": Version("2.1")}


def advise(folder: Path, **affected: Any) -> None:
    about = {"package": {"ecosystem": "PyPI", "name": "Some.Lib"}, **affected}
    advisory = {"id": "PYSEC-1", "summary": "It leaks.", "affected": [about]}
    (folder / "a.json").write_text(json.dumps(advisory))


def between(*events: dict[str, str]) -> list[dict[str, Any]]:
    return [{"type": "ECOSYSTEM", "events": list(events)}]


@pytest.mark.parametrize(
    ("affected", "is_weak"),
    [
        ({"versions": ["2.0", "2.1"]}, True),
        ({"versions": ["2.0", "not a version"]}, False),
        ({"ranges": between({"introduced": "0"}, {"fixed": "2.2"})}, True),
        ({"ranges": between({"introduced": "0"}, {"fixed": "2.1"})}, False),
        ({"ranges": between({"introduced": "2.2"})}, False),
        ({"ranges": between({"introduced": "0"}, {"last_affected": "2.1"})}, True),
        ({"ranges": between({"introduced": "0"}, {"last_affected": "2.0"})}, False),
        (
            {
                "ranges": between(
                    {"introduced": "0"}, {"fixed": "1.5"}, {"introduced": "2.0"}
                )
            },
            True,
        ),
    ],
)
def test_an_advisory_is_held_to_the_pinned_version(
    tmp_path: Path, affected: dict[str, Any], is_weak: bool
) -> None:
    advise(tmp_path, **affected)
    assert bool(list(audit.weaknesses(tmp_path, VERSIONS))) is is_weak


def test_without_advisories_it_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit.main("") == audit.main(str(tmp_path)) == 2
    assert "nothing is known of weaknesses" in capsys.readouterr().out


def test_it_reads_every_pinned_version_of_ours() -> None:
    text = audit.PINNED.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if "==" in line]
    assert len(audit.pinned(text)) == len(lines) > 50
