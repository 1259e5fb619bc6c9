"""A layer in front of moto that refuses, throttles or drops what a test names."""

import io
import json
import re
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from moto.s3.models import s3_backends

_OPTIONAL = "HTTP_X_AMZ_OPTIONAL_OBJECT_ATTRIBUTES"
_RESTORED = (
    b"<RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress>"
    b"<RestoreExpiryDate>2036-01-01T00:00:00Z</RestoreExpiryDate></RestoreStatus>"
)


@dataclass
class Fault:
    """What one action meets: an error, or a lost connection when ``code`` is empty."""

    action: str
    code: str
    message: str
    times: float
    until: Callable[[], bool]

    def meets(self, action: str) -> bool:
        """Return whether the action meets it, and count."""
        over = self.times <= 0 or self.until()
        if over or not re.fullmatch(self.action, action):
            return False
        self.times -= 1
        return True


@dataclass(frozen=True)
class Asked:
    """A request as IAM decides about it: its action, what it is about, the prefix."""

    action: str
    about: tuple[str, ...]
    prefix: str | None = None

    @classmethod
    def read(cls, environ: dict[str, Any], action: str) -> "Asked":
        """Read it: an S3 path, or names in the text, from the widest to the narrowest.

        Glue looks at the catalog and the database of a table as well; of a query Athena
        looks at its workgroup, which its id does not say here.
        """
        if action == "s3:HeadObject":  # IAM has one right for both
            action = "s3:GetObject"
        if action.startswith("s3:"):
            query = parse_qs(environ.get("QUERY_STRING", ""))
            path = environ["PATH_INFO"].strip("/")
            return cls(action, (path,), query.get("prefix", [None])[0])
        if not action.startswith("glue:"):
            return cls(action, ())
        sent = json.loads(_body(environ))
        inner = sent.get("DatabaseInput") or sent.get("TableInput") or sent
        database = sent.get("DatabaseName") or inner.get("Name")
        name = sent.get("TableName") or inner.get("Name")
        table = [f"table/{database}/{name}"] if "DatabaseName" in sent else []
        return cls(action, ("catalog", f"database/{database}", *table))


class Faults:
    """A WSGI layer that lets chosen actions fail, as AWS would."""

    def __init__(
        self, application: Callable[..., Iterable[bytes]], account: str
    ) -> None:
        """Stand in front of moto; ``account`` owns what no one else does."""
        self._application = application
        self._account = account
        self.planned: list[Fault] = []
        self.owners: dict[str, str] = {}
        self.seen: list[str] = []
        self.asked: list[Asked] = []

    def __call__(
        self, environ: dict[str, Any], start: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer with the first fault that the action meets, else let moto."""
        action = _action(environ)
        self.seen.append(action)
        self.asked.append(Asked.read(environ, action))
        for fault in [self._wrong_owner(environ, action), *self.planned]:
            if fault and fault.meets(action):
                return _answer(fault, action, environ, start)
        if action == "s3:ListBucket" and "RestoreStatus" in environ.get(_OPTIONAL, ""):
            return self._with_restored(environ, start)
        return self._application(environ, start)

    def _with_restored(
        self, environ: dict[str, Any], start: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Say of each object that was restored until when, which moto does not."""
        said: list[Any] = []
        body = b"".join(self._application(environ, lambda *given: said.extend(given)))
        bucket = environ["PATH_INFO"].split("/")[1]
        keys = s3_backends[self._account]["aws"].buckets[bucket].keys
        restored = [key for key, each in keys.items() if each.status == "RESTORED"]
        for key in restored:
            named = f"<Key>{key}</Key>".encode()
            body = body.replace(named, named + _RESTORED)
        headers = [each for each in said[1] if each[0].lower() != "content-length"]
        start(said[0], headers)
        return [body]

    def _wrong_owner(self, environ: dict[str, Any], action: str) -> Fault | None:
        expected = environ.get("HTTP_X_AMZ_EXPECTED_BUCKET_OWNER")
        bucket = environ["PATH_INFO"].split("/")[1]
        if expected in (None, self.owners.get(bucket, self._account)):
            return None
        return Fault(action, "AccessDenied", "Access Denied", 1, lambda: False)


def _action(environ: dict[str, Any]) -> str:
    """Name the action of a request as IAM does: athena:StartQueryExecution."""
    signed = re.search(
        r"Credential=[^/]+/\d+/[^/]+/(\w+)/", environ.get("HTTP_AUTHORIZATION", "")
    )
    service = signed[1] if signed else "unsigned"
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return f"{service}:{target.rpartition('.')[2]}"
    if service == "s3":
        return f"s3:{_s3_action(environ)}"
    return f"{service}:{parse_qs(_body(environ)).get('Action', [''])[0]}"


def _body(environ: dict[str, Any]) -> str:
    """Read what was sent, and leave it there."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body.decode()


def _s3_action(environ: dict[str, Any]) -> str:
    query, method = environ.get("QUERY_STRING", ""), environ["REQUEST_METHOD"]
    if "/" not in environ["PATH_INFO"].strip("/"):
        if "location" in query:
            return "GetBucketLocation"
        if "versions" in query:
            return "ListBucketVersions"
        return "DeleteObject" if "delete" in query else "ListBucket"
    named = {"PUT": "PutObject", "DELETE": "DeleteObject", "HEAD": "HeadObject"}
    return named.get(method, "GetObject")


def _status(code: str) -> str:
    if code == "InternalServerException":
        return "500 Internal Server Error"
    return "403 Forbidden" if "Denied" in code else "400 Bad Request"


def _answer(
    fault: Fault, action: str, environ: dict[str, Any], start: Callable[..., Any]
) -> Iterable[bytes]:
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if not fault.code:
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        raise ConnectionError("dropped for a test")
    status = _status(fault.code)
    if "HTTP_X_AMZ_TARGET" in environ:
        start(status, [("Content-Type", "application/x-amz-json-1.1")])
        return [json.dumps({"__type": fault.code, "Message": fault.message}).encode()]
    start(status, [("Content-Type", "application/xml")])
    error = f"<Code>{fault.code}</Code><Message>{fault.message}</Message>"
    text = f"<Error>{error}</Error>"
    if action.startswith("sts:"):
        text = f"<ErrorResponse>{text}</ErrorResponse>"
    return [text.encode()]
