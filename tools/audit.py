"""List the pinned libraries with known weaknesses: ``make audit ADVISORIES=folder``.

The folder holds advisories in the OSV format, one JSON file each, such as an export of
the Python Packaging Advisory Database. Nothing is fetched. (OSV schema 1.6, "affected":
``versions`` are listed, or ``ranges`` of the type ECOSYSTEM hold where a weakness was
introduced, fixed, or last seen.)
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

PINNED = Path(__file__).parents[1] / "constraints.txt"
NONE_AT_HAND = (
    "No advisories are at hand, so nothing is known of weaknesses. Put an export in "
    "the OSV format into a folder, and name it: make audit ADVISORIES=folder."
)


def pinned(text: str) -> dict[str, Version]:
    """Read the exact versions of a constraints file.

    >>> pinned("Some_Lib==1.2")
    {'some-lib': <Version('1.2')>}
    """
    found = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", text, re.MULTILINE)
    return {_plain(name): Version(version) for name, version in found}


def weaknesses(advisories: Path, versions: dict[str, Version]) -> Iterator[str]:
    """Write a line for each advisory that is about a pinned version."""
    for path in sorted(advisories.rglob("*.json")):
        advisory = json.loads(path.read_text(encoding="utf-8"))
        for affected in [] if "withdrawn" in advisory else advisory.get("affected", []):
            package = affected.get("package", {})
            version = versions.get(_plain(package.get("name", "")))
            if package.get("ecosystem") != "PyPI" or version is None:
                continue
            if _is_affected(affected, version):
                name, said = package["name"], advisory.get("summary", "no summary")
                yield f"{name} {version}: {advisory['id']}, {said}"


def _is_affected(affected: dict[str, Any], version: Version) -> bool:
    if any(_same(each, version) for each in affected.get("versions", [])):
        return True
    ranges = (
        each for each in affected.get("ranges", []) if each["type"] == "ECOSYSTEM"
    )
    return any(_holds(each["events"], version) for each in ranges)


def _holds(events: list[dict[str, str]], version: Version) -> bool:
    """Go through the events up to the version: the last one decides."""
    inside = False
    for event in events:
        for what, text in event.items():
            at = Version(text) if text != "0" else Version("0.dev0")
            if what == "introduced" and version >= at:
                inside = True
            if (what == "fixed" and version >= at) or (
                what == "last_affected" and version > at
            ):
                inside = False
    return inside


def _same(text: str, version: Version) -> bool:
    try:
        return Version(text) == version
    except InvalidVersion:
        return False


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main(folder: str) -> int:
    """Print what is found; 1 where something is, 2 without anything to look in."""
    advisories = Path(folder) if folder else None
    if advisories is None or not any(advisories.rglob("*.json")):
        print(NONE_AT_HAND)
        return 2
    versions = pinned(PINNED.read_text(encoding="utf-8"))
    found = list(weaknesses(advisories, versions))
    print("\n".join(found) or f"None of {len(versions):,} pinned libraries has any.")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
