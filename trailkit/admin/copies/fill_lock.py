"""One fill of a copy at a time: an object beside its folder says that one runs.

Two at once would each miss what the other writes, and the copy would hold records
twice. S3 makes the object only where there is none (Amazon S3 User Guide, "How to
prevent object overwrites with conditional writes"). It lies beside the folder and not
in it: an Iceberg table is made in an empty place only.
"""

from types import TracebackType
from typing import Any

from trailkit import clock
from trailkit.admin.copies.copy_names import WantedCopy
from trailkit.admin.setup.setup_names import s3_folder
from trailkit.aws.attempts import refusal_or_none
from trailkit.aws.failures import explained
from trailkit.aws.session import Access
from trailkit.errors import TableError, TrailkitError, Unavailable
from trailkit.progress import notice

LOCK = ".filling"
"""What follows a copy's folder in the key that says that someone fills it."""

_TAKEN = ("PreconditionFailed", "ConditionalRequestConflict")
_NO_BUCKET = "NoSuchBucket"
_LONGEST = 300
"""What is told of the words that someone left there."""


class Lock:
    """The right to fill a copy, while it is entered.

    Entering raises TableError where someone has it.
    """

    def __init__(self, wanted: WantedCopy, access: Access) -> None:
        """Remember the place; nothing is written yet."""
        bucket, folder = s3_folder(wanted.files)
        self._wanted, self._access = wanted, access
        self._place = {"Bucket": bucket, "Key": f"{folder}{LOCK}"}
        self._path = f"s3://{bucket}/{folder}{LOCK}"

    def __enter__(self) -> None:
        """Make the object, with who fills and since when."""
        who = self._access.client("sts").get_caller_identity()["Arn"]
        since = f"{clock.now():%Y-%m-%d %H:%M:%S} UTC"
        text = f"{who} has been filling {self._wanted.name} since {since}."
        refusal = refusal_or_none(
            lambda: self._s3.put_object(**self._place, Body=text, IfNoneMatch="*"),
            (*_TAKEN, _NO_BUCKET),
        )
        if refusal:
            raise self._no_bucket() if refusal == _NO_BUCKET else self._taken()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Delete it, unless AWS was lost: then a statement may still be running."""
        if isinstance(error, Unavailable) or not self._deleted():
            notice(f"{self._path} is still there. {self._remedy}")

    def _deleted(self) -> bool:
        try:
            with explained():
                self._s3.delete_object(**self._place)
        except TrailkitError:
            return False
        return True

    @property
    def _s3(self) -> Any:
        return self._access.client("s3")

    @property
    def _remedy(self) -> str:
        return (
            "When no statement that fills the copy runs any more in the workgroup "
            f"{self._wanted.workgroup}, delete that object; then the same call goes on."
        )

    def _no_bucket(self) -> TableError:
        bucket = self._place["Bucket"]
        return TableError(
            f"There is no bucket {bucket} for the copy. Make it in "
            f'{self._wanted.region}, or name another: files="s3://…/…/".'
        )

    def _taken(self) -> TableError:
        answer = self._s3.get_object(**self._place)
        said = answer["Body"].read(_LONGEST).decode(errors="replace")
        words = "".join(each for each in said if each.isprintable())
        return TableError(
            f"Someone fills this copy: {words} Two at once would write records twice. "
            f"Wait for the end. If that run has ended and left {self._path} behind: "
            f"{self._remedy}"
        )
