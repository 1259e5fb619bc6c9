"""The local files that a case stands on, as ``case.evidence``."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from trailkit.display.reading_table import for_reading
from trailkit.errors import typed
from trailkit.progress import line, notice
from trailkit.source import Source

if TYPE_CHECKING:
    import boto3

    from trailkit.integrity.journal import Journal


@dataclass(frozen=True, slots=True)
class Evidence:
    """Log files as they were received, and what became of each."""

    source: Source
    bundle: Callable[..., Path]
    """Write all that another person needs to check the case: ``case.bundle``."""
    custody: "Journal | None" = None

    def files(self) -> pd.DataFrame:
        """List the log files with size, SHA-256, and why one was not read."""
        return self._carried(for_reading(self.source.files()))

    def problems(self) -> pd.DataFrame:
        """List what could not be read, with file, position and reason."""
        return self._carried(for_reading(self.source.problems()))

    def verify(self) -> pd.DataFrame:
        """List the files that are not what they were when acquired, or when first read.

        Every file is hashed again. ``wrong`` is changed, missing, or not acquired:
        added since. An acquired folder is held to its ``SHA256SUMS``, another one to
        what trailkit read. An empty frame says that all are as they were.
        """
        from trailkit.integrity.acquisition_check import verify

        frame, said = verify(self.source)
        self._tell("verified", said)
        return self._carried(for_reading(frame))

    @typed
    def digests(
        self,
        *,
        keys: str | Path | None = None,
        session: "boto3.Session | None" = None,
        progress: bool = True,
    ) -> pd.DataFrame:
        """Validate CloudTrail's digests over all log files, offline.

        First a row for each chain, with how many of its digests and log files hold;
        then a row for each finding, worst first: verdict (tampered, gap, unproved,
        note), what, account, region, trail, the hour of delivery, file, and what it
        hides. An empty list of findings over valid chains is the proof.

        Public keys are those beside the evidence (``tk.acquire`` keeps them), of a file
        that ``aws cloudtrail list-public-keys`` wrote (``keys``), or of AWS, asked with
        a ``session``. A digest's own signature stands only in the metadata of its
        object: a plain copy is proved up to the newest digest, but not that one.

        Frames that are asked for later carry the result in their provenance, and
        ``case.coverage()`` uses it. It is kept with the store until a file changes, so
        that the case has it when it is opened again; each call validates anew. Source:
        CloudTrail User Guide, "Validating CloudTrail log file integrity". Raises
        EvidenceError for a file without keys, and with a session AccessRefused without
        cloudtrail:ListPublicKeys.

        >>> import trailkit as tk
        >>> frame = tk.demo().evidence.digests(progress=False)
        >>> frame[frame["verdict"] == "tampered"].empty
        True
        """
        from trailkit.integrity.local_digests import keep, validate_local

        path = Path(keys).expanduser() if keys is not None else None
        with line(progress) as say:
            validation = validate_local(self.source, path, session, say)
        keep(self.source, validation)
        self._tell("validated", validation.summary)
        return self._carried(validation.frame())

    def _carried(self, frame: pd.DataFrame) -> pd.DataFrame:
        return self.custody.following(frame) if self.custody else frame

    def _tell(self, what: str, said: str) -> None:
        """Say a result, and note it in the journal that is kept."""
        notice(said)
        if self.custody:
            self.custody.note(what, said=said)
