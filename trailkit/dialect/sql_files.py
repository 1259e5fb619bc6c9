"""Where the SQL files of trailkit lie."""

from pathlib import Path


def sql_folder() -> Path:
    """Return the folder of the questions: in the wheel, or beside the package."""
    package = Path(__file__).parents[1]
    inside = package / "sql"
    return inside if inside.is_dir() else package.parent / "sql"
