"""The wheel carries all that trailkit needs: it works without the checkout."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from trailkit.questions import library

PROJECT = Path(__file__).parents[1]

LOOK = """
import sys
sys.path.insert(0, sys.argv[1])
import trailkit
from trailkit.questions import library
assert trailkit.__file__.startswith(sys.argv[1]), trailkit.__file__
print(*(question.name for question in library.load()))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, away from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = ["-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    subprocess.run([sys.executable, *command], cwd=PROJECT, check=True)
    [built] = folder.glob("*.whl")
    return built


def test_wheel_holds_the_package_and_its_questions_and_nothing_else(
    wheel: Path,
) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if "info/" not in name}
    package = files_below(PROJECT / "trailkit", "trailkit")
    assert names == package | files_below(PROJECT / "sql", "trailkit/sql")


def files_below(folder: Path, prefix: str) -> set[str]:
    return {
        f"{prefix}/{path.relative_to(folder).as_posix()}"
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_unpacked_wheel_has_the_questions_of_the_checkout(
    wheel: Path, tmp_path: Path
) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    command = [sys.executable, "-P", "-c", LOOK, str(tmp_path)]
    seen = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert seen.stderr == ""
    assert seen.stdout.split() == [question.name for question in library.load()]


def test_in_a_checkout_the_questions_lie_beside_the_package() -> None:
    folders = {question.path.parents[1] for question in library.load()}
    assert folders == {PROJECT / "sql"}


def test_wheel_installs_the_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        [listed] = [each for each in opened.namelist() if "entry_points" in each]
        text = opened.read(listed).decode()
    assert text.split("\n")[:2] == [
        "[console_scripts]",
        "trailkit = trailkit.__main__:main",
    ]
