"""Result files in S3, read and deleted while the bucket still has its right owner."""

import hashlib
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from trailkit.aws.failures import code, is_unreached
from trailkit.engines.athena.figures import Figures
from trailkit.progress import notice

BLOCK_BYTES = 8 * 1024**2
"""As much of a file is read at a time where it is read in blocks."""

_ATTEMPTS = 3

_GONE = ("404", "NoSuchKey", "412", "PreconditionFailed", "416", "InvalidRange")

_MD5 = re.compile(r'"[0-9a-f]{32}"')

_Given = TypeVar("_Given")


@dataclass
class Passing:
    """A folder whose files are deleted once they are read, and whether they are."""

    folder: str
    deleted: bool = False


class ResultFiles:
    """The files that Athena wrote into one account's bucket."""

    def __init__(self, client: Callable[[], Any], owner: str | None) -> None:
        """Take what gives an S3 client, and the account that must own the bucket."""
        self._give, self._owner = client, owner

    @property
    def _client(self) -> Any:
        return self._give()

    def read(self, url: str, held: Figures | None = None) -> bytes:
        """Read a file whole; a connection lost half-way is tried again.

        Raises ResultsChanged where it is not as the query that is ``held`` wrote it.
        """

        def whole() -> bytes:
            answer = self._get(url, held)
            content = answer["Body"].read()
            if held and not _is_content(answer, content):
                raise held.changed(f"{url} is not what S3 says of it")
            return content

        return _again(whole)

    def head(self, url: str) -> bytes:
        """Read the first kilobyte of a file that has something in it."""
        return _again(lambda: self._get(url, None, Range="bytes=0-1023")["Body"].read())

    def require_unchanged(self, url: str, held: Figures) -> None:
        """Raise ResultsChanged where a file is not as old as its query, or gone."""
        _again(lambda: self._get(url, held, Range="bytes=0-0")["Body"].close())

    def blocks(
        self, url: str, held: Figures | None = None, size: int = BLOCK_BYTES
    ) -> Iterator[bytes]:
        """Read a file block by block, each with a request of its own.

        Between two of them may lie as much time as someone takes to work on what was
        in the first; S3 keeps no connection open for so long.
        """
        start, total, same = 0, 1, dict[str, str]()
        while start < total:
            block = partial(self._block, url, held, start, size, same)
            content, total, same = _again(block)
            yield content
            start += len(content)

    def below(self, folder: str) -> Iterator[str]:
        """List the files of a folder."""
        place = self._place(folder)
        place["Prefix"] = place.pop("Key")
        pages = self._client.get_paginator("list_objects_v2").paginate(**place)
        root = f"s3://{place['Bucket']}/"
        for page in pages:
            yield from (root + item["Key"] for item in page.get("Contents", []))

    @contextmanager
    def passing(
        self, folder: str, manifest: Callable[[], str | None]
    ) -> Generator[Passing]:
        """Let a folder's files, and the list of them, be deleted at the end.

        Also when something fails half-way, or Ctrl-C comes: then it says so if any may
        have stayed.
        """
        left = Passing(folder)
        try:
            yield left
        except BaseException:
            if not self._clear(left, manifest()):
                notice(still_there(folder))
            raise
        left.deleted = self._clear(left, manifest())

    def _clear(self, left: Passing, manifest: str | None) -> bool:
        """Delete what lies in the folder; the list of it is no log text, and may stay.

        What is deleted is what S3 lists there, never what a file names.
        """
        deleted = self._delete(self.below(left.folder))
        self._delete([manifest] if manifest else [])
        return deleted

    def _delete(self, urls: Iterable[str]) -> bool:
        """Delete files; what AWS does not delete stays, and the answer is False."""
        try:
            for url in urls:
                self._client.delete_object(**self._place(url))
        except (BotoCoreError, ClientError) as error:
            if isinstance(error, ClientError) or is_unreached(error):
                return False
            raise
        return True

    def _block(
        self,
        url: str,
        held: Figures | None,
        start: int,
        size: int,
        same: dict[str, str],
    ) -> tuple[bytes, int, dict[str, str]]:
        """Read a block; give the file's size too, and what holds the next to it."""
        part = f"bytes={start}-{start + size - 1}"
        answer = self._get(url, held, Range=part, **same)
        total = int(answer["ContentRange"].rpartition("/")[2])
        return answer["Body"].read(), total, {"IfMatch": answer["ETag"]}

    def _get(self, url: str, held: Figures | None, **more: str) -> Any:
        with _kept(url, held):
            answer = self._client.get_object(**self._place(url), **more)
        if held:
            held.require_unchanged(url, answer["LastModified"])
        return answer

    def _place(self, url: str) -> dict[str, str]:
        bucket, _, key = url.removeprefix("s3://").partition("/")
        owner = {"ExpectedBucketOwner": self._owner} if self._owner else {}
        return {"Bucket": bucket, "Key": key, **owner}


def still_there(folder: str) -> str:
    """Report that files of an answer may have stayed."""
    return (
        f"Files of this answer could not be deleted and stay in {folder}, with what "
        "they hold of the logs: delete them there. It takes s3:DeleteObject."
    )


@contextmanager
def _kept(url: str, held: Figures | None) -> Generator[None]:
    """Turn a missing file, or one of another content, into ResultsChanged."""
    try:
        yield
    except ClientError as error:
        if held is None or code(error) not in _GONE:
            raise
        raise held.changed(f"{url} is gone, or another is in its place") from error


def _is_content(answer: dict[str, Any], content: bytes) -> bool:
    """Compare what was read with S3's size, and its ETag where that is an MD5.

    It is one unless the file came in parts or has a KMS key. (Amazon S3 API, Object.)
    """
    tag, key = answer["ETag"], answer.get("ServerSideEncryption", "")
    if len(content) != answer["ContentLength"]:
        return False
    if not _MD5.fullmatch(tag) or key.startswith("aws:kms"):
        return True
    return tag == f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


def _again(read: Callable[[], _Given]) -> _Given:
    """Read; what a lost connection broke off is tried again."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return read()
        except BotoCoreError as error:
            if not is_unreached(error):
                raise
    return read()
