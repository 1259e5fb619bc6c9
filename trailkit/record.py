"""The CloudTrail record: every field, its type and its kinds, once.

The tables for Athena, the flat relation ``records``, the local store and the tests
are derived from ``FIELDS``. Facts: AWS CloudTrail User Guide, "Record contents",
"userIdentity element", "Insights events", "Network activity events" and "Aggregated
events", for record version 1.11.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from trailkit.errors import TableError, nearest


class Kind(StrEnum):
    """A kind of record: each lies in a folder of its own and has its own relation."""

    EVENT = "event"
    INSIGHT = "insight"
    NETWORK = "network"
    AGGREGATED = "aggregated"

    @classmethod
    def named(cls, name: str) -> Self:
        """Return the kind of a name that someone typed; raises TableError for none.

        >>> Kind.named("network")
        <Kind.NETWORK: 'network'>
        """
        if name not in set(cls):
            raise TableError(
                f'There is no kind of record "{name}". {nearest(name, cls)}'
            )
        return cls(name)


class Type(StrEnum):
    """What a field holds, with the Athena type of its column in ``records``."""

    TEXT = "varchar"
    BOOLEAN = "boolean"
    TIME = "timestamp"
    JSON = "json text"
    RESOURCES = "array(row(arn varchar, account_id varchar, type varchar))"
    OBJECT = "object"

    @property
    def sql(self) -> str:
        """The column's type in Athena SQL; JSON stays text."""
        return "varchar" if self is Type.JSON else str(self)


FOLDERS = {
    Kind.EVENT: "CloudTrail",
    Kind.INSIGHT: "CloudTrail-Insight",
    Kind.NETWORK: "CloudTrail-NetworkActivity",
    Kind.AGGREGATED: "CloudTrail-Aggregated",
}
"""The folder below account (and organization) in which CloudTrail keeps each kind.

``CloudTrail-Digest`` is the fifth; it holds digests, not records.
"""

ALL = frozenset(Kind)
CALLS = frozenset({Kind.EVENT, Kind.NETWORK})
ONLY_EVENT = frozenset({Kind.EVENT})
ONLY_INSIGHT = frozenset({Kind.INSIGHT})
ONLY_AGGREGATED = frozenset({Kind.AGGREGATED})


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the record, named as AWS writes it.

    ``documented`` says whether the table of the Athena User Guide declares it,
    ``in_files`` whether a trail's log files ever have it.
    """

    name: str
    type: Type
    kinds: frozenset[Kind] = CALLS
    prefix: str = ""
    fields: tuple["Field", ...] = ()
    documented: bool = True
    in_files: bool = True


@dataclass(frozen=True, slots=True)
class Column:
    """A column of ``records``: a leaf of the record, and the way to it."""

    name: str
    path: tuple[str, ...]
    type: Type
    kinds: frozenset[Kind]
    documented: bool
    in_files: bool


def _text(*names: str, kinds: frozenset[Kind] = CALLS) -> tuple[Field, ...]:
    return tuple(Field(name, Type.TEXT, kinds) for name in names)


def _new(*names: str, kinds: frozenset[Kind] = CALLS) -> tuple[Field, ...]:
    """Text fields that AWS's documented table lacks."""
    return tuple(Field(name, Type.TEXT, kinds, documented=False) for name in names)


_SESSION_ISSUER = Field(
    "sessionIssuer",
    Type.OBJECT,
    prefix="session_issuer_",
    fields=_text("type", "principalId", "arn", "accountId", "userName"),
)
_WEB_ID = Field(
    "webIdFederationData",
    Type.OBJECT,
    prefix="web_id_",
    fields=(*_text("federatedProvider"), Field("attributes", Type.JSON)),
)
_SESSION_ATTRIBUTES = Field(
    "attributes",
    Type.OBJECT,
    prefix="session_",
    fields=(
        Field("creationDate", Type.TIME),
        Field("mfaAuthenticated", Type.BOOLEAN),
    ),
)
_SESSION_CONTEXT = Field(
    "sessionContext",
    Type.OBJECT,
    prefix="session_",
    fields=(
        _SESSION_ISSUER,
        _WEB_ID,
        _SESSION_ATTRIBUTES,
        *_text("ec2RoleDelivery"),
        *_new("sourceIdentity", "assumedRoot", "signInSessionArn"),
    ),
)
_USER_IDENTITY = Field(
    "userIdentity",
    Type.OBJECT,
    prefix="user_identity_",
    fields=(
        *_text("type", "principalId", "arn", "accountId", "accessKeyId"),
        *_text("userName", "invokedBy"),
        *_new("identityProvider", "credentialId"),
        _SESSION_CONTEXT,
        Field(
            "onBehalfOf",
            Type.OBJECT,
            prefix="on_behalf_of_",
            fields=_text("userId", "identityStoreArn"),
        ),
        Field(
            "invokedByDelegate",
            Type.OBJECT,
            prefix="invoked_by_delegate_",
            fields=_new("accountId"),
            documented=False,
        ),
        Field(
            "inScopeOf",
            Type.OBJECT,
            prefix="in_scope_of_",
            fields=_new("sourceArn", "sourceAccount", "issuerType")
            + _new("credentialsIssuedTo"),
            documented=False,
        ),
    ),
)
_TLS_DETAILS = Field(
    "tlsDetails",
    Type.OBJECT,
    fields=(
        *_text("tlsVersion", "cipherSuite", "clientProvidedHostHeader"),
        *_new("keyExchange"),
    ),
)
_ADDENDUM = Field(
    "addendum",
    Type.OBJECT,
    CALLS | ONLY_AGGREGATED,
    prefix="addendum_",
    fields=(
        *_text("reason", kinds=CALLS | ONLY_AGGREGATED),
        *_text("updatedFields", "originalRequestID", "originalEventID"),
    ),
)
_INSIGHT_DETAILS = Field(
    "insightDetails",
    Type.OBJECT,
    ONLY_INSIGHT,
    prefix="insight_",
    fields=(
        *_new("state", "eventSource", "eventName", kinds=ONLY_INSIGHT),
        *_new("insightType", "errorCode", kinds=ONLY_INSIGHT),
        Field("insightContext", Type.JSON, ONLY_INSIGHT, documented=False),
        # In a few records only; AWS's pages do not explain the two.
        *_new("insightSource", "sourceEventCategory", kinds=ONLY_INSIGHT),
    ),
    documented=False,
)
_TIME_WINDOW = Field(
    "timeWindow",
    Type.OBJECT,
    ONLY_AGGREGATED,
    prefix="window_",
    fields=(
        Field("windowStart", Type.TIME, ONLY_AGGREGATED, documented=False),
        Field("windowEnd", Type.TIME, ONLY_AGGREGATED, documented=False),
        *_new("windowSize", kinds=ONLY_AGGREGATED),
    ),
    documented=False,
)

FIELDS: tuple[Field, ...] = (
    *_text("eventVersion", kinds=ALL),
    Field("eventTime", Type.TIME, CALLS | ONLY_INSIGHT),
    *_text("eventSource", kinds=CALLS | ONLY_AGGREGATED),
    *_text("eventName"),
    *_text("awsRegion", kinds=ALL),
    *_text("sourceIPAddress", "userAgent", "errorCode", "errorMessage"),
    Field("requestParameters", Type.JSON),
    Field("responseElements", Type.JSON),
    Field("additionalEventData", Type.JSON),
    *_text("requestID"),
    *_text("eventID", kinds=CALLS | ONLY_INSIGHT),
    *_text("eventType", kinds=ALL),
    *_text("apiVersion"),
    Field("managementEvent", Type.BOOLEAN, documented=False),
    Field("readOnly", Type.BOOLEAN),
    # Each item: ARN, ARNPrefix (S3's list calls; undocumented), accountId, type.
    Field("resources", Type.RESOURCES),
    *_text("recipientAccountId", kinds=CALLS | ONLY_INSIGHT),
    Field("serviceEventDetails", Type.JSON),
    *_text("sharedEventID", kinds=CALLS | ONLY_INSIGHT),
    *_text("vpcEndpointId", "vpcEndpointAccountId"),
    *_text("eventCategory", kinds=ALL),
    Field("sessionCredentialFromConsole", Type.BOOLEAN),
    # Only in CloudTrail Lake's event data stores.
    Field("eventContext", Type.JSON, ONLY_EVENT, documented=False, in_files=False),
    Field("edgeDeviceDetails", Type.JSON),
    _USER_IDENTITY,
    _TLS_DETAILS,
    _ADDENDUM,
    _INSIGHT_DETAILS,
    # Aggregated events spell the id with a small d and name the account on top.
    *_new("accountId", "eventId", kinds=ONLY_AGGREGATED),
    _TIME_WINDOW,
    Field("summary", Type.JSON, ONLY_AGGREGATED, documented=False),
)
"""Every field of record version 1.11."""

PLACE = {
    "delivery_day": "date",
    "folder_account": "varchar",
    "folder_region": "varchar",
    "file": "varchar",
}
"""The columns of ``records`` that come from where a record lies, with their types.

The day of delivery, the account and the region of the folder are null where the file
does not lie in a trail's folders. ``file`` is the path of the log file.
"""


def snake(name: str) -> str:
    """Turn a name as AWS writes it into a column's name.

    >>> snake("sourceIPAddress"), snake("eventID"), snake("ec2RoleDelivery")
    ('source_ip_address', 'event_id', 'ec2_role_delivery')
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return words.lower()


def _column_name(prefix: str, field: str) -> str:
    """Join prefix and name, without saying a word twice (window_window_start)."""
    name = snake(field)
    return name if name.startswith(prefix) else prefix + name


def _leaves(
    fields: tuple[Field, ...], path: tuple[str, ...], prefix: str
) -> Iterator[Column]:
    for field in fields:
        here = (*path, field.name)
        if field.type is Type.OBJECT:
            yield from _leaves(field.fields, here, field.prefix)
        else:
            name = _column_name(prefix, field.name)
            facts = field.kinds, field.documented, field.in_files
            yield Column(name, here, field.type, *facts)


COLUMNS: tuple[Column, ...] = tuple(_leaves(FIELDS, (), ""))
"""Every leaf of the record. ``event_id`` has two, one of them for aggregated events."""


def columns(kind: Kind) -> dict[str, Column]:
    """Return the columns that a kind of record can fill, by name.

    >>> columns(Kind.EVENT)["user_identity_arn"].path
    ('userIdentity', 'arn')
    >>> columns(Kind.AGGREGATED)["event_id"].path
    ('eventId',)
    """
    return {column.name: column for column in COLUMNS if kind in column.kinds}


def relation_columns() -> dict[str, Type]:
    """Return every column of ``records`` over all kinds, by name, with its type.

    >>> relation_columns()["event_time"].sql
    'timestamp'
    """
    return {column.name: column.type for column in COLUMNS}


def every_column() -> list[str]:
    """Return the name of every column of ``records``, in order, the place last.

    >>> every_column()[-1]
    'file'
    """
    return [*relation_columns(), *PLACE]
