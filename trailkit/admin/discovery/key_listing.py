"""Lists of keys in S3, page by page: each request is counted, and there may be a most.

Facts: Amazon S3 API Reference, "ListObjectsV2". Keys come in the order of their bytes,
those that share what stands before a delimiter as one, from behind ``StartAfter`` on.
"""

import threading
from collections.abc import Iterator
from typing import Any

from trailkit.aws.attempts import Attempts


class NotSeen(Exception):
    """A page was not looked at: it was refused, or the requests are used up."""


class Listing:
    """Pages of keys, for any thread; ``most`` requests end it, where it is set."""

    most: int | None = None

    def __init__(self, s3: Any, attempts: Attempts, partition: str) -> None:
        """Begin with no request sent."""
        self.attempts = attempts
        self.requests = 0
        self._s3, self._partition = s3, partition
        self._counting = threading.Lock()

    @property
    def left(self) -> int | None:
        """How many more requests may be sent; None for any number."""
        return None if self.most is None else max(0, self.most - self.requests)

    @property
    def used_up(self) -> bool:
        """Whether no further request may be sent."""
        return self.left == 0

    def page(self, bucket: str, **asked: Any) -> dict[str, Any]:
        """Return one page as S3 gives it.

        Raises NotSeen where there is no right to see it, no such bucket, or no request
        left.
        """
        with self._counting:
            if self.used_up:
                raise NotSeen
            self.requests += 1
        on = f"arn:{self._partition}:s3:::{bucket}"
        answer = self.attempts.ask(
            "s3:ListBucket",
            on,
            lambda: self._s3.list_objects_v2(Bucket=bucket, **asked),
            ("NoSuchBucket",),
        )
        if answer is None:
            raise NotSeen
        return answer

    def names(self, bucket: str, key: str) -> Iterator[str]:
        """Name the folders right below a key. Raises NotSeen."""
        more: dict[str, str] = {}
        while True:
            page = self.page(bucket, Prefix=key, Delimiter="/", **more)
            for each in page.get("CommonPrefixes", ()):
                yield each["Prefix"].removeprefix(key).removesuffix("/")
            if not page.get("IsTruncated"):
                return
            more = {"ContinuationToken": page["NextContinuationToken"]}
