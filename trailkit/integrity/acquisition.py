"""Acquire: copy log files and digests out of S3 as they are, with who, when and what.

Nothing is rewritten. What is fetched stays fetched, whatever ends the run: the same
line goes on from there.
"""

import shutil
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from trailkit import clock
from trailkit.aws.failures import explained
from trailkit.aws.in_parallel import in_order
from trailkit.aws.prices import say_bytes
from trailkit.aws.session import Access
from trailkit.errors import (
    AccessRefused,
    EvidenceError,
    TrailkitError,
)
from trailkit.integrity.acquisition_fetch import LOCKS, Fetcher
from trailkit.integrity.acquisition_folder import AcquisitionFolder
from trailkit.integrity.acquisition_listing import Lister, WantedObjects
from trailkit.integrity.acquisition_price import (
    AcquisitionPrice,
    price_of,
    require_affordable,
)
from trailkit.integrity.digest_keys import BY_REGION, KEYS_FILE, fetch_keys
from trailkit.integrity.local_digests import digest_times
from trailkit.progress import Say, line, notice

_AROUND = timedelta(hours=2)
_NAMED = 3


@dataclass(frozen=True, slots=True, repr=False)
class Acquisition:
    """A folder with log files and digests as they lay in S3, and how complete it is.

    ``new_files`` and ``new_bytes`` came with this call. ``missed`` gives the reason for
    each object that was listed and could not be fetched. ``said_by_s3`` counts files
    under object lock, legal hold and replication, as far as S3 told. ``notes`` say what
    else to mind.
    """

    folder: Path
    source: str
    caller: str
    files: int
    bytes: int
    older_versions: int
    delete_markers: int
    new_files: int
    new_bytes: int
    price: AcquisitionPrice
    missed: Mapping[str, str]
    said_by_s3: Mapping[str, int]
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        """Return what is there, what is not, and how to go on."""
        lost = [f"{key}: {why}" for key, why in [*self.missed.items()][:_NAMED]]
        if len(self.missed) > _NAMED:
            lost.append(f"and {len(self.missed) - _NAMED:,} more: acquisition.missed")
        said = [f"{what} {count:,}" for what, count in self.said_by_s3.items()]
        locks = ", ".join(said) or "none told"
        return "\n".join(
            [
                f"Acquired {self.source} as {self.caller}: {self.files:,} files, "
                f"{say_bytes(self.bytes)}; {self.new_files:,} of them now",
                f"  older versions among them: {self.older_versions:,}; delete markers "
                f"listed: {self.delete_markers:,}",
                f"  object lock, legal hold, replication: {locks}",
                *(f"  not fetched: {each}" for each in lost),
                *(f"  {note}" for note in self.notes),
                f'  Check: (cd "{self.folder}" && sha256sum --check SHA256SUMS)',
                f'  Next: tk.local("{self.folder}").evidence.digests()',
            ]
        )


def acquire_objects(
    access: Access,
    wanted: WantedObjects,
    path: Path,
    place: str,
    usd: float | None,
    progress: bool,
) -> Acquisition:
    """Acquire what is wanted of a place into a folder; see ``tk.acquire``."""
    run = _Run(access, wanted, _open(path), place)
    try:
        with explained(), line(progress) as say:
            return run.run(usd, say)
    except (OSError, sqlite3.Error) as error:
        raise _unwritten(path, error) from error
    except KeyboardInterrupt as interrupt:
        raise KeyboardInterrupt(
            "Stopped. What came is kept: the same line goes on from there."
        ) from interrupt
    finally:
        run.folder.close()


def _open(path: Path) -> AcquisitionFolder:
    try:
        return AcquisitionFolder(path)
    except OSError as error:
        raise _unwritten(path, error) from error


def _unwritten(path: Path, error: OSError | sqlite3.Error) -> EvidenceError:
    reason = getattr(error, "strerror", None) or error
    return EvidenceError(
        f'The folder "{path}" cannot be written: {reason}. Name another one, or make '
        "room; what is in it stays."
    )


class _Run:
    """One call of ``acquire``: list, price, fetch, finish."""

    def __init__(
        self,
        access: Access,
        wanted: WantedObjects,
        folder: AcquisitionFolder,
        place: str,
    ) -> None:
        self._access, self._wanted, self.folder = access, wanted, folder
        self._place, self._s3 = place, access.client("s3")
        self._new_files = self._new_bytes = 0
        self._caller: tuple[str, ...] = ()
        self._notes: list[str] = []

    def run(self, usd: float | None, say: Say) -> Acquisition:
        self._caller = self._access.caller()
        caller = self._caller[0]
        self.folder.note("began", clock.now().isoformat())
        self.folder.recheck(say)
        self._list(say)
        price = price_of(self._s3, self.folder.waiting(), self._access.region)
        notice(str(price))
        require_affordable(price, usd)
        self._require_room(price)
        self._fetch(Fetcher(self._s3, self.folder, caller), price, say)
        return self._finish(caller, price)

    def _list(self, say: Say) -> None:
        """List all versions in scope into the plan."""
        lister, found = Lister(self._s3, self._wanted), 0

        def listed(prefix: str) -> int:
            pages = 0
            for page in lister.pages(prefix):
                self.folder.plan(page)
                pages += len(page)
            return pages

        with closing(in_order(listed, self._wanted.parts(self._s3))) as counts:
            for count in counts:
                found += count
                say(f"Listing {self._place}: {found:,} objects")
        if lister.without_versions:
            self._notes.append(
                "Versions could not be listed (s3:ListBucketVersions is missing): what "
                "was deleted or replaced is not among the files."
            )
        if lister.passed_over:
            self._notes.append(
                f"{lister.passed_over:,} objects there are no log files and digests in "
                "scope, and were left out."
            )
        if lister.charged:
            self._notes.append(
                "The bucket lets the requester pay: requests and egress are billed to "
                "your account, not to the bucket's owner."
            )
            notice(self._notes[-1])
        if not found:
            raise EvidenceError(
                f"There is no log file and no digest in scope below {self._place}. "
                "Look what is there: tk.discover()."
            )

    def _require_room(self, price: AcquisitionPrice) -> None:
        free = shutil.disk_usage(self.folder.path).free
        if price.bytes > free:
            raise EvidenceError(
                f'The disk of "{self.folder.path}" has {say_bytes(free)} left, and '
                f"{say_bytes(price.bytes)} are to be fetched. Name another folder, or "
                "narrow the window."
            )

    def _fetch(self, fetcher: Fetcher, price: AcquisitionPrice, say: Say) -> None:
        with closing(in_order(fetcher.fetch, self.folder.waiting())) as sizes:
            for size in sizes:
                self._new_files += size is not None
                self._new_bytes += size or 0
                say(
                    f"Acquiring: {self._new_files:,} of {price.files:,} files, "
                    f"{say_bytes(self._new_bytes)} of {say_bytes(price.bytes)}"
                )
        fetched, _ = self.folder.count("state = 'fetched'")
        lost = self.folder.missed()
        if lost and not fetched:
            raise AccessRefused(
                f"None of {len(lost):,} objects could be fetched. Of the first: "
                f"{next(iter(lost.values()))}"
            )

    def _finish(self, caller: str, price: AcquisitionPrice) -> Acquisition:
        files, size = self.folder.count("state = 'fetched'")
        older, _ = self.folder.count("state = 'fetched' and not latest")
        markers, _ = self.folder.count("marker")
        lost, locks = self.folder.missed(), self.folder.facts(LOCKS)
        keys = self._keys()
        self.folder.finish(self._note(), keys, KEYS_FILE)
        return Acquisition(
            folder=self.folder.path,
            source=self._place,
            caller=caller,
            files=files,
            bytes=size,
            older_versions=older,
            delete_markers=markers,
            new_files=self._new_files,
            new_bytes=self._new_bytes,
            price=price,
            missed=lost,
            said_by_s3=locks,
            notes=tuple(self._notes),
        )

    def _note(self) -> dict[str, Any]:
        """Return what was asked, by whom and when; earlier calls stay in it."""
        scope = self._wanted.scope
        this = {
            "place": self._place,
            "start": scope.start.isoformat() if scope.start else None,
            "end": scope.end.isoformat() if scope.end else None,
            "accounts": sorted(scope.accounts),
            "regions": sorted(scope.regions),
            "by": self._caller[0],
            "access_key": self._caller[-1] if len(self._caller) > 1 else None,
            "began": self.folder.note("began"),
            "ended": clock.now().isoformat(timespec="seconds"),
            "trailkit": version("trailkit"),
            "notes": self._notes,
        }
        return {"acquisition": [*self.folder.earlier(), this]}

    def _keys(self) -> dict[str, Any]:
        """Ask for the public keys of each Region that has digests."""
        found: dict[str, Any] = {}
        keys: Iterable[str] = (each["key"] for each in self.folder.lines())
        for region, (start, end) in sorted(digest_times(keys).items()):
            try:
                with explained():
                    client = self._access.client("cloudtrail", region)
                    found[region] = fetch_keys(client, start - _AROUND, end + _AROUND)
            except TrailkitError as error:
                self._notes.append(
                    f"No public keys of {region}, so that signatures of its digests "
                    f"are not proved: {error}"
                )
        return {BY_REGION: found} if found else {}
