"""The project's own files agree with each other, and keep the rules of the house."""

import re
import subprocess
import tomllib
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[1]


def text_of(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def pyproject() -> dict[str, Any]:
    return tomllib.loads(text_of("pyproject.toml"))["project"]


def requirements() -> list[Requirement]:
    extras = pyproject()["optional-dependencies"].values()
    return [Requirement(x) for x in chain(pyproject()["dependencies"], *extras)]


def tracked_files() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, check=True
    )
    paths = (PROJECT / name for name in listing.stdout.decode().split("\0") if name)
    return [path for path in paths if path.is_file()]


# --- What is installed -----------------------------------------------------------


def test_conda_environment_holds_the_dependencies_of_pyproject() -> None:
    environment = yaml.safe_load(text_of("environment.yml"))
    *conda, pip = environment["dependencies"]
    assert conda == [f"python{pyproject()['requires-python']}", "pip"]
    *libraries, project = pip["pip"]
    assert libraries == pyproject()["dependencies"]
    assert project == "--editable ."


def test_constraints_allow_what_pyproject_asks_for() -> None:
    lines = text_of("constraints.txt").splitlines()
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)
    versions = {canonicalize_name(n): v for n, v in (x.split("==") for x in lines)}
    for wanted in requirements():
        assert versions[canonicalize_name(wanted.name)] in wanted.specifier, wanted


def test_every_dependency_has_its_line_among_the_decisions() -> None:
    decisions = text_of("docs/decisions/0002-dependencies.md")
    for wanted in requirements():
        assert re.search(rf"\b{re.escape(wanted.name)}\b", decisions), wanted


# --- What is written down --------------------------------------------------------


def test_changelog_has_a_place_for_what_is_next() -> None:
    headings = re.findall(r"^## (.*)$", text_of("CHANGELOG.md"), re.MULTILINE)
    assert headings[0] == "Unreleased"


def test_commands_of_the_readme_are_targets_of_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    readme = text_of("README.md")
    commands = set(re.findall(r"(?:^    |`)make ([a-z]+)", readme, re.MULTILINE))
    assert {"lab", "test"} <= commands <= targets


def test_links_between_documents_lead_somewhere() -> None:
    for document in PROJECT.glob("**/*.md"):
        if ".venv" in document.parts:
            continue
        links = re.findall(r"\]\(([^)#]+)", document.read_text(encoding="utf-8"))
        for link in links:
            if not link.startswith("https://"):
                assert (document.parent / link).exists(), f"{document.name}: {link}"


# --- What must not be in it ------------------------------------------------------

LEAKS = {
    "a path of someone's machine": rf"{re.escape(str(PROJECT))}\b|/(home|Users)/\w+/",
    "a registry's host": r"://[^\s/\"']*(pypi|pythonhosted|npmjs|repo\w*\.maven|crates|debian)\b",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY",
    "an access key": r"\b(AKIA|ASIA)(?!IOSFODNN7|[A-Z0-9]*EXAMPLE)[A-Z0-9]{16}\b",
}


@pytest.mark.parametrize("leak", LEAKS)
def test_no_tracked_file_gives_away(leak: str) -> None:
    found: list[str] = []
    for path in tracked_files():
        text = path.read_bytes().decode("utf-8", "replace")
        if path != Path(__file__) and re.search(LEAKS[leak], text):
            found.append(str(path.relative_to(PROJECT)))
    assert not found
