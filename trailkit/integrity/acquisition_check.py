"""Hold an acquired folder to its list: what changed, is missing, or was added since.

On opening a case the hashes that the store took while reading are compared, which costs
nothing; ``case.evidence.verify()`` hashes every file again.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from trailkit.errors import TrailkitError
from trailkit.integrity.acquisition_folder import (
    MANIFEST,
    NOTE,
    SUMS,
    WORK,
    hash_of,
    read_manifest,
)
from trailkit.integrity.acquisition_listing import WantedObjects
from trailkit.integrity.digest_keys import KEYS_FILE
from trailkit.scope import Scope
from trailkit.source import Source

LISTS = (MANIFEST, NOTE, KEYS_FILE, SUMS)
"""The files of an acquisition that say what was fetched, where and by whom."""

_ADDED = "not acquired: added since"
_NAMED = 3


def acquired_folders(paths: Iterable[str | Path]) -> list[Path]:
    """Return the folders at these paths, or right below, that an acquisition made."""
    found = [one for each in paths for one in _folders_at(Path(each))]
    made = [one for one in dict.fromkeys(found) if (one / SUMS).is_file()]
    return [one for one in made if (one / MANIFEST).is_file()]


def _folders_at(path: Path) -> list[Path]:
    """Return a folder and those right below; its files cost no look each."""
    if not path.is_dir():
        return []
    with os.scandir(path) as entries:
        below = sorted(each.path for each in entries if each.is_dir())
    return [path, *map(Path, below)]


def read_sums(folder: Path) -> dict[str, str]:
    """Read ``SHA256SUMS``: the hash of each file, by its full path."""
    sums: dict[str, str] = {}
    for line in (folder / SUMS).read_text("utf-8").splitlines():
        sha256, _, path = line.partition("  ")
        sums[str(folder / path)] = sha256
    return sums


def differences(
    folder: Path, hashes: Mapping[str, str] | None = None
) -> Iterator[tuple[str, str]]:
    """List the files that are not as they were acquired, with what is wrong.

    ``hashes`` are those that are known already, by path; what is not is hashed.
    """
    sums = read_sums(folder)
    for path, sha256 in sums.items():
        known = hashes.get(path) if hashes else None
        if (known or hash_of(Path(path))) != sha256:
            yield path, "changed" if Path(path).exists() else "missing"
    for path in sorted(_files_below(folder) if hashes is None else hashes):
        if path not in sums and _is_foreign(folder, Path(path)):
            yield path, _ADDED


def _files_below(folder: Path) -> Iterator[str]:
    return (str(each) for each in folder.rglob("*") if each.is_file())


def _is_foreign(folder: Path, path: Path) -> bool:
    """Return whether a file below a folder is none of the lists' own."""
    inside = path.is_relative_to(folder)
    return inside and path.name != SUMS and WORK not in path.parts


def said_of(folder: Path, hashes: Mapping[str, str]) -> str:
    """Return how a folder was acquired, and whether it is as it was, as a sentence."""
    try:
        last = _said(folder)[-1]
        wrong = list(differences(folder, hashes))
        total = sum(1 for _ in read_sums(folder))
        place, by, ended = last["place"], last["by"], last["ended"]
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        return f'The lists of the acquisition "{folder}" cannot be read: not proved.'
    acquired = f"Acquired from {place} by {by}, {ended}"
    if not wrong:
        return f"{acquired}: {total:,} files, all as acquired."
    named = "; ".join(f'"{path}" {what}' for path, what in wrong[:_NAMED])
    more = f"; and {len(wrong) - _NAMED:,} more" if len(wrong) > _NAMED else ""
    return (
        f"{acquired}: {len(wrong):,} files are not as acquired: {named}{more}. "
        "case.evidence.verify() lists them."
    )


def said_on_opening(source: Source) -> list[str]:
    """Return a sentence for each acquired folder of local evidence; hash nothing."""
    folders = acquired_folders(source.paths)
    if not folders:
        return []
    files = source.files()
    hashes = dict(zip(files["file"], files["sha256"].fillna(""), strict=True))
    return [said_of(folder, hashes) for folder in folders]


def lines_of(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the manifest by the full path of each file that was fetched."""
    return {
        str(folder / line["path"]): line
        for line in read_manifest(folder)
        if line["path"]
    }


def fetched_by(source: Source) -> list[str]:
    """Return the ARNs and access keys of those who acquired local evidence."""
    said = [each for folder in acquired_folders(source.paths) for each in _said(folder)]
    who = [each.get(name) for each in said for name in ("by", "access_key")]
    return [*dict.fromkeys(each for each in who if isinstance(each, str))]


def _said(folder: Path) -> list[dict[str, Any]]:
    try:
        return json.loads((folder / NOTE).read_text("utf-8"))["acquisition"]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def acquisitions(paths: Iterable[str | Path]) -> Iterator[dict[str, Any]]:
    """Return what was asked for, by whom and when, of each acquisition.

    The last one into a folder has the hash of its ``SHA256SUMS``.
    """
    for folder in acquired_folders(paths):
        said = [each for each in _said(folder) if {"place", "began"} <= each.keys()]
        for number, each in enumerate(said, 1):
            last = number == len(said)
            sums = {"sums": hash_of(folder / SUMS)} if last else {}
            yield {"folder": str(folder), **each, **sums}


def takes(folder: Path) -> list[WantedObjects]:
    """Return what each acquisition into a folder asked for."""
    try:
        return [_wanted(each) for each in _said(folder)]
    except (KeyError, TypeError, TrailkitError):
        return []


def _wanted(said: Mapping[str, Any]) -> WantedObjects:
    scope = Scope()
    scope = scope.with_accounts(*said["accounts"]) if said["accounts"] else scope
    scope = scope.with_regions(*said["regions"]) if said["regions"] else scope
    if said["start"] and said["end"]:
        scope = scope.window(said["start"], said["end"])
    return WantedObjects.below(said["place"], scope)


def verify(source: Source) -> tuple[pd.DataFrame, str]:
    """Hash every file of local evidence again; return what is wrong, and a sentence."""
    wrong: list[tuple[str, str]] = []
    checked = 0
    folders = acquired_folders(source.paths)
    for folder in folders:
        checked += len(read_sums(folder))
        wrong += differences(folder)
    for path, sha256 in _received(source, folders).items():
        checked += 1
        if hash_of(Path(path)) != sha256:
            wrong.append((path, "changed" if Path(path).exists() else "missing"))
    frame = pd.DataFrame(wrong, columns=["file", "wrong"]).astype("str")
    same = checked - sum(what != _ADDED for _, what in wrong)
    return frame, f"{same:,} of {checked:,} files are as they were."


def _received(source: Source, folders: Iterable[Path]) -> dict[str, str]:
    """Return the hashes of files as trailkit read them, outside acquired folders."""
    files = source.files()
    plain = files[files["archive"].isna() & files["sha256"].notna()]
    pairs = zip(plain["file"], plain["sha256"], strict=True)
    inside = [*folders]
    return {
        path: sha256
        for path, sha256 in pairs
        if not any(Path(path).is_relative_to(folder) for folder in inside)
    }
