"""Validate the digests of local evidence: its files, its public keys, its acquisitions.

What an acquisition knows of a file, such as its bucket and the signature in an object's
metadata, stands in its manifest. A plain copy has paths alone.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from trailkit.aws.failures import explained
from trailkit.aws.session import Access
from trailkit.errors import EvidenceError
from trailkit.integrity.acquisition_check import acquired_folders, lines_of, takes
from trailkit.integrity.acquisition_folder import LOST, read_manifest
from trailkit.integrity.digest_chains import is_digest
from trailkit.integrity.digest_keys import (
    KEYS_FILE,
    PublicKeys,
    as_keys,
    fetch_keys,
    read_keys,
)
from trailkit.integrity.held_files import Held, LocalFiles, Say
from trailkit.integrity.log_names import chain_name, digest_end
from trailkit.integrity.validation import Validation, told, validate
from trailkit.source import DigestHour, Source

if TYPE_CHECKING:
    import boto3

_AROUND = timedelta(hours=2)
"""Keys are asked for so much before and after the digests, as AWS's command does."""


def validate_local(
    source: Source,
    keys: Path | None,
    session: "boto3.Session | None",
    say: Say,
) -> Validation:
    """Validate all digests of local files; see ``case.evidence.digests``."""
    held = held_by(source)
    chosen = _keys(held, keys, session)
    return validate(LocalFiles(held), chosen, say, _asked(source))


_RESULT, _HOURS = "digests", "digest-hours"


def keep(source: Source, validation: Validation) -> None:
    """Let later frames say what a validation proved, also when opened again."""
    if validation.digests:
        source.proof = validation.proof
        source.keep(_RESULT, msgspec.json.encode(validation))
    else:
        source.proof = None


def kept(source: Source) -> Validation | None:
    """Return the last validation by this trailkit, if no file has changed since."""
    content = source.kept(_RESULT)
    validation = content and msgspec.json.decode(content, type=Validation)
    if not validation or validation.trailkit != version("trailkit"):
        return None
    return validation


def said_on_opening(source: Source) -> list[str]:
    """Take the last validation up, and return what it proved, as a sentence."""
    try:
        validation = kept(source)
    except ValueError as error:
        return [
            f'What digests proved had been changed in "{error}", and counts for '
            "nothing. Validate again: case.evidence.digests()."
        ]
    if validation is None:
        return []
    source.proof = validation.proof
    return [f"Validated {validation.time:%Y-%m-%d %H:%M} UTC: {validation.summary}"]


def delivered(source: Source) -> tuple[DigestHour, ...]:
    """Return what the digests among local files say was delivered; validate nothing."""
    if not any(is_digest(each) for each in source.files()["file"]):
        return ()
    with suppress(ValueError):
        if content := source.kept(_HOURS):
            return msgspec.json.decode(content, type=tuple[DigestHour, ...])
    hours = told(LocalFiles(held_by(source)), _silent, _asked(source))
    source.keep(_HOURS, msgspec.json.encode(hours))
    return hours


def _silent(text: str) -> None:
    """Show no progress: it is read within an answer."""


def held_by(source: Source) -> list[Held]:
    """List the files of local evidence, with what acquisitions know of them."""
    known = {
        path: line
        for folder in acquired_folders(source.paths)
        for path, line in lines_of(folder).items()
    }
    files = source.files()
    pairs = zip(files["file"], files["archive"].fillna(""), strict=True)
    return [_held(path, archive, known.get(path)) for path, archive in pairs]


def _held(path: str, archive: str, line: Mapping[str, Any] | None) -> Held:
    if line is None:
        return Held(path, path, archive=archive)
    signature = line.get("metadata", {}).get("signature")
    place = line["key"], line["bucket"], line["version_id"]
    return Held(path, *place, current=bool(line["is_latest"]), signature=signature)


def _asked(source: Source) -> Callable[[str, str], bool]:
    """Return whether acquisitions took a key, if it was there; true of a copy.

    What they could not fetch, and have a reason for, is not missed.
    """
    folders = acquired_folders(source.paths)
    wanted = [one for folder in folders for one in takes(folder)]
    not_had = {
        (line["bucket"], line["key"])
        for folder in folders
        for line in read_manifest(folder)
        if line["state"] in LOST and line["is_latest"]
    }

    def asked(bucket: str, key: str) -> bool:
        same = [one for one in wanted if one.bucket == bucket]
        taken = not same or any(one.takes(key) for one in same)
        return taken and (bucket, key) not in not_had

    return asked


def _keys(
    held: Sequence[Held], path: Path | None, session: "boto3.Session | None"
) -> PublicKeys:
    """Return the keys of AWS, of the file named, or of those beside the logs."""
    if session is not None:
        access = Access(session, None, "us-east-1")
        with explained():
            return keys_of_aws([each.key for each in held], access)
    if path is not None:
        return read_keys(path)
    found = [each.path for each in held if Path(each.path).name == KEYS_FILE]
    return _together(read_keys(Path(each)) for each in found)


def _together(several: Iterable[PublicKeys]) -> PublicKeys:
    listed = list(several)
    if not listed:
        return PublicKeys()
    values: dict[tuple[str, str], bytes] = {}
    for each in listed:
        values |= each.values
    return PublicKeys(" and ".join(each.source for each in listed), values)


def keys_of_aws(keys: Sequence[str], access: Access) -> PublicKeys:
    """Ask AWS for the public keys of each Region that has digests, by their names.

    Raises EvidenceError without any digest, else what boto3 raises.
    """
    found: dict[str, Sequence[Mapping[str, Any]]] = {}
    for region, (start, end) in digest_times(keys).items():
        client = access.client("cloudtrail", region)
        found[region] = fetch_keys(client, start - _AROUND, end + _AROUND)
    if not found:
        raise EvidenceError(
            "There is no digest among the files, so there are no public keys to ask "
            "for. Copy the folder CloudTrail-Digest as well."
        )
    return as_keys("public keys asked of AWS", found)


def digest_times(keys: Iterable[str]) -> dict[str, tuple[datetime, datetime]]:
    """Return the first and the last end of a digest of each Region, by their names."""
    ends = defaultdict[str, list[Any]](list)
    for key in keys:
        name, end = chain_name(key), digest_end(key)
        if is_digest(key) and name and end:
            ends[name.region].append(end)
    return {region: (min(times), max(times)) for region, times in ends.items()}
