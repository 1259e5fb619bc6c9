"""What went wrong between us and Trino, as one plain sentence with the remedy."""

import re
from collections.abc import Generator
from contextlib import contextmanager

from requests.exceptions import RequestException
from trino import exceptions

from trailkit.errors import (
    AccessRefused,
    NotConfigured,
    QueryCancelled,
    QueryFailed,
    TableError,
    TrailkitError,
    Unavailable,
)

FAILURES = (exceptions.Error, exceptions.HttpError, RequestException)
"""Whatever Trino's client raises."""

_BY_NAME: tuple[tuple[str, type[TrailkitError], str], ...] = (
    (
        "(TABLE|SCHEMA|CATALOG)_NOT_FOUND",
        TableError,
        "Trino does not find the table. Check its name: "
        'tk.trino("catalog.schema.table", host=…).',
    ),
    (
        "PERMISSION_DENIED",
        AccessRefused,
        "Trino does not let this user read the table. Ask who runs it for select on "
        'the table, or name another user: tk.trino(…, user="…").',
    ),
    (
        "USER_CANCELED|ADMINISTRATIVELY_(KILLED|PREEMPTED)",
        QueryCancelled,
        "Someone stopped the query. Repeat the line to run it again.",
    ),
    (
        "EXCEEDED_.*|CLUSTER_OUT_OF_MEMORY|QUERY_QUEUE_FULL|NO_NODES_AVAILABLE",
        QueryFailed,
        "The query was too large for this Trino, or came at a busy time. Narrow the "
        "window, the accounts or the regions.",
    ),
)
"""Trino's names of errors (its io.trino.spi.StandardErrorCode)."""


@contextmanager
def explained(server: str) -> Generator[None]:
    """Turn an error of Trino's client into a sentence."""
    try:
        yield
    except FAILURES as error:
        raise _explain(error, server) from error


def _explain(error: Exception, server: str) -> TrailkitError:
    if isinstance(error, exceptions.TrinoQueryError):
        return _query_error(error)
    said = " ".join(str(error).split())
    if re.match("error 40[13]", said):
        return AccessRefused(
            f"Trino at {server} does not know this user. Give its kind of sign-in: "
            f"tk.trino(…, user=…, auth=trino.auth.BasicAuthentication(…)). {said}"
        )
    if isinstance(error, exceptions.TrinoAuthError):
        return NotConfigured(
            f"Trino at {server} cannot be asked this way. Check host, http_scheme and "
            f"auth. {said}"
        )
    return Unavailable(
        f"Trino at {server} could not be reached, or did not answer. Check host, port "
        f"and http_scheme, then repeat the line. {said}"
    )


def _query_error(error: exceptions.TrinoQueryError) -> TrailkitError:
    said = f"Trino says: {error.message}"
    for pattern, kind, sentence in _BY_NAME:
        if re.fullmatch(pattern, error.error_name or ""):
            return kind(f"{sentence} {said}")
    return QueryFailed(f"Trino broke the query off. {said}")
