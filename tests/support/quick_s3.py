"""An S3 in front of moto for very many small objects of one bucket, all unversioned.

moto sorts all keys of a bucket for each page of a listing; this does not. Facts: Amazon
S3 API Reference, "ListObjectVersions", "ListObjectsV2", "GetObject".
"""

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

_PAGE = 1_000
_TIME = "2026-03-09T10:05:00.000Z"
_HEADERS = [
    ("Last-Modified", "Mon, 09 Mar 2026 10:05:00 GMT"),
    ("x-amz-request-id", "0123456789ABCDEF"),
]
Start = Callable[..., Any]


class QuickS3:
    """Answers lists and reads of one bucket; all else goes on to ``application``."""

    def __init__(
        self,
        application: Callable[..., Iterable[bytes]],
        bucket: str,
        objects: Mapping[str, bytes],
    ) -> None:
        """Take the objects by key."""
        self._application, self._bucket, self._objects = application, bucket, objects
        self._keys = sorted(objects)

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        bucket, _, key = environ["PATH_INFO"].strip("/").partition("/")
        if bucket != self._bucket or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._application(environ, start)
        if key:
            return self._object(key, environ["REQUEST_METHOD"], start)
        asked = {
            name: values[0]
            for name, values in parse_qs(environ["QUERY_STRING"], True).items()
        }
        start("200 OK", [("Content-Type", "application/xml")])
        return [self._listed(asked).encode()]

    def _object(self, key: str, method: str, start: Start) -> Iterable[bytes]:
        content = self._objects[key]
        size = ("Content-Length", str(len(content)))
        start("200 OK", [*_HEADERS, size, ("ETag", _etag(content))])
        return [content] if method == "GET" else []

    def _listed(self, asked: Mapping[str, str]) -> str:
        prefix, delimiter = asked.get("prefix", ""), asked.get("delimiter", "")
        after = asked.get("key-marker") or asked.get("continuation-token") or ""
        first = max(bisect_left(self._keys, prefix), bisect_right(self._keys, after))
        below = self._keys[first : bisect_left(self._keys, prefix + chr(0x10FFFF))]
        if delimiter:
            cut = {key[len(prefix) :].partition(delimiter)[0] for key in below}
            groups = (f"{escape(prefix + each)}{delimiter}" for each in sorted(cut))
            body = "".join(f"<Prefix>{each}</Prefix>" for each in groups)
            return f"<R><CommonPrefixes>{body}</CommonPrefixes></R>" if cut else "<R/>"
        page = below[:_PAGE]
        more = len(below) > _PAGE
        next_page = f"<NextKeyMarker>{page[-1]}</NextKeyMarker>" if more else ""
        truncated = f"<IsTruncated>{str(more).lower()}</IsTruncated>"
        return f"<R>{truncated}{next_page}{''.join(map(self._version, page))}</R>"

    def _version(self, key: str) -> str:
        content = self._objects[key]
        return (
            f"<Version><Key>{escape(key)}</Key><VersionId>null</VersionId>"
            f"<IsLatest>true</IsLatest><LastModified>{_TIME}</LastModified>"
            f"<ETag>{escape(_etag(content))}</ETag><Size>{len(content)}</Size>"
            "<StorageClass>STANDARD</StorageClass></Version>"
        )


def _etag(content: bytes) -> str:
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'
