"""Fixtures that many tests share."""

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Give the folder of real, public logs that lies beside the project."""
    folder = PROJECT.parent / "shared" / "data"
    if not folder.is_dir():
        message = f"{folder} is not there: put the public sample logs in it."
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    return folder
