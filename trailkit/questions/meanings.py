"""What a value of a parameter names, in whatever spelling it was pasted.

A meaning has one reader: it takes every spelling that people paste and returns the one
that the logs have, or raises InvalidParameter for what no log can hold there. Forms are
those of the IAM User Guide ("IAM identifiers") and of the Amazon S3 User Guide ("Bucket
naming rules").
"""

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from trailkit.dialect import literals
from trailkit.errors import InvalidParameter, ScopeError, nearest
from trailkit.scope import account_id, region_code

if TYPE_CHECKING:
    from trailkit.questions.parameters import Parameter

_ARN = re.compile(r"arn:[a-z-]+:[^:]*:[^:]*:[^:]*:.+", re.IGNORECASE)
_KEY = re.compile(r"(?i)\b(A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{12,})\b")
_UNIQUE = re.compile(r"(?i)(A(?:IDA|ROA|GPA|NPA|NVA|IPA|SCA)[A-Z0-9]{7,})(:.*)?")
_SESSION = re.compile(r"(?i)arn:[^:]*:sts::[0-9]*:assumed-role/([^/]+).*")
_BUCKET = re.compile(r"[A-Za-z0-9._-]{3,255}")
_S3_HOST = re.compile(
    r"(?i)https?://(?:([^/]+)\.s3[.-][^/]*amazonaws\.com[^/]*"
    r"|s3[.-][^/]*amazonaws\.com[^/]*/([^/?]+))(?:/.*)?"
)
_QUOTES = ("\"'`", "\"'`,;")


def read(
    parameters: Iterable["Parameter"], given: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """Return the values as the logs spell them, and a note for each that changed.

    Values without a meaning, and names that the question does not take, stay. Raises
    InvalidParameter for what can never match.

    >>> from trailkit.questions.parameters import Parameter
    >>> taken = [Parameter("bucket", "text", means="bucket")]
    >>> read(taken, {"bucket": "s3://payroll/2026/a.csv"})
    ({'bucket': 'payroll'}, ['bucket: "s3://...csv" was read as "payroll".'])
    """
    values, notes = dict(given), list[str]()
    for parameter in parameters:
        value = values.get(parameter.name)
        if value is None or parameter.means not in READERS:
            continue
        try:
            values[parameter.name] = _value(parameter, value, notes)
        except InvalidParameter as error:
            raise InvalidParameter(f"{parameter.name}: {error}") from None
    return values, notes


def _value(parameter: "Parameter", value: Any, notes: list[str]) -> Any:
    listed = not isinstance(value, str) and hasattr(value, "__iter__")
    if not parameter.type.startswith("list of "):
        if listed and not isinstance(value, Mapping):
            value = _only(list(value))
        return _one(parameter, value, notes)
    if not listed and not hasattr(value, "read_text"):
        value = [value]
    read = (_one(parameter, each, notes) for each in literals.items(value))
    return list(dict.fromkeys(read))


def _only(values: list[Any]) -> Any:
    if len(values) != 1:
        raise InvalidParameter(
            f"It takes one value; here are {len(values)}. Ask for each:"
            " case.ask_all([(name, {…}) for each in values])."
        )
    return values[0]


def _one(parameter: "Parameter", value: Any, notes: list[str]) -> Any:
    reader = READERS[parameter.means or ""]
    if parameter.type.endswith("cidr"):
        reader = network
    text = str(value) if isinstance(value, _SPELT) else value
    if isinstance(text, int) and not isinstance(text, bool) and reader is account:
        text = str(text)
    if not isinstance(text, str):
        return value
    found = reader(_bare(text))
    if found != text.strip():
        notes.append(f'{parameter.name}: "{text}" was read as "{found}".')
    return found


_SPELT = (
    UUID,
    ipaddress.IPv4Address,
    ipaddress.IPv6Address,
    ipaddress.IPv4Network,
    ipaddress.IPv6Network,
)


def _bare(text: str) -> str:
    """Take off the blanks and the quotes around a pasted value."""
    bare = text.strip().rstrip(_QUOTES[1]).lstrip(_QUOTES[0]).strip()
    if not bare:
        raise InvalidParameter(f'"{text}" is empty. Leave the parameter out instead.')
    return bare


def _never(text: str, what: str, form: str) -> InvalidParameter:
    return InvalidParameter(f'"{text}" can never be {what}. Write {form}.')


def access_key(text: str) -> str:
    """Read an access key id, also out of a line of a credentials file.

    >>> access_key("aws_access_key_id = akiaiosfodnn7example")
    'AKIAIOSFODNN7EXAMPLE'
    """
    if found := _KEY.search(text):
        return found[1].upper()
    if unique := _UNIQUE.fullmatch(text):
        raise _never(
            text,
            "an access key",
            f'AKIA… or ASIA…; "{unique[1]}" is an identity: ask identity/activity',
        )
    if not re.fullmatch(r"\w{3,128}", text):
        raise _never(text, "an access key", "its id, such as AKIAIOSFODNN7EXAMPLE")
    return text


def account(text: str) -> str:
    """Read an account as a scope does; digits may have lost zeros in a spreadsheet."""
    return _as_scope(account_id, text.removesuffix(".0"))


def region(text: str) -> str:
    """Read a Region as a scope does."""
    return _as_scope(region_code, text)


def _as_scope(reader: Callable[[str], str], text: str) -> str:
    try:
        return reader(text)
    except ScopeError as error:
        raise InvalidParameter(str(error)) from None


def outcome(text: str) -> str:
    """Read an outcome, in any case; raise what the three are."""
    if text.lower() not in _OUTCOMES:
        known = nearest(text.lower(), _OUTCOMES)
        raise InvalidParameter(f'"{text}" is not an outcome. {known}')
    return text.lower()


_OUTCOMES = ("success", "denied", "failed")


def bucket(text: str) -> str:
    """Read a bucket: its name, an s3:// or https:// address, an ARN, or a path in it.

    >>> bucket("arn:aws:s3:::payroll/2026"), bucket("payroll/2026/a.csv")
    ('payroll', 'payroll')
    """
    name = text
    if found := _S3_HOST.fullmatch(text):
        name = found[1] or found[2]
    elif text.lower().startswith("arn:") and ":::" in text:
        name = text.split(":::", 1)[1]
    elif text.lower().startswith(("s3://", "s3a://", "s3n://")):
        name = text.split("://", 1)[1]
    elif _ARN.fullmatch(text):
        return text
    name = name.split("/", 1)[0]
    if not _BUCKET.fullmatch(name):
        raise _never(text, "a bucket", 'its name, such as "payroll"')
    return name


def address(text: str) -> str:
    """Read an address; what stands in its place in a log stays.

    >>> address("[2001:DB8::1]"), address("203.0.113.10/32"), address("AWS Internal")
    ('2001:db8::1', '203.0.113.10', 'AWS Internal')
    """
    bare = re.sub(r"^\[(.*)\](:[0-9]+)?$", r"\1", text)
    bare = re.sub(r"^([0-9.]+):[0-9]+$", r"\1", bare)
    try:
        found = ipaddress.ip_network(bare, strict=False)
    except ValueError:
        if re.fullmatch(r"[0-9.]+|[0-9a-fA-F]*:[0-9a-fA-F:]*", bare):
            raise _never(text, "an address", "it like 203.0.113.10") from None
        return text
    if found.num_addresses > 1:
        raise InvalidParameter(
            f'"{text}" is a network, and here one address is asked for. Ask'
            f' identity/external-addresses with within=["{found}"], or overview/search'
            f' with networks=["{found}"].'
        )
    return str(found.network_address)


def network(text: str) -> str:
    """Read a network or an address, whose bits behind the prefix may be set.

    >>> network("203.0.113.10/24"), network("[2001:DB8::1]")
    ('203.0.113.0/24', '2001:db8::1/128')
    """
    try:
        return str(ipaddress.ip_network(text.strip("[]"), strict=False))
    except ValueError:
        raise _never(text, "a network", "it like 203.0.113.0/24") from None


def event_id(text: str) -> str:
    """Read an event's id, in any case and with or without braces.

    >>> event_id("{1B9A2C3D-0000-4000-8000-00000000000A}")
    '1b9a2c3d-0000-4000-8000-00000000000a'
    """
    bare = text.strip("{}")
    if re.fullmatch(r"(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", bare):
        return bare.lower()
    if not re.fullmatch(r"[\w.:-]+", bare):
        raise _never(text, "an event's id", "it as the column event_id has it")
    return bare


def principal(text: str) -> str:
    """Read an identity: unique ids and keys in AWS's one case, all else as it is.

    >>> principal("aidaexampleexample"), principal("user/alice")
    ('AIDAEXAMPLEEXAMPLE', 'user/alice')
    """
    if unique := _UNIQUE.fullmatch(text):
        return unique[1].upper() + (unique[2] or "")
    if (key := _KEY.fullmatch(text)) is not None:
        return key[1].upper()
    if _ARN.fullmatch(text):
        return text[:4].lower() + text[4:]
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return text
    raise _never(text, "an identity", "a name or an ARN, or ask identity/address")


def role(text: str) -> str:
    """Read a role: a name, an ARN, or its text in a frame; of a session its role.

    >>> role("role/Ops/alice"), role("arn:aws:sts::111122223333:assumed-role/Ops/alice")
    ('Ops', 'Ops')
    """
    if session := _SESSION.fullmatch(text):
        return session[1]
    if text.startswith("role/"):
        return text.split("/")[1]
    if _UNIQUE.fullmatch(text) or text.startswith("user/"):
        raise _never(text, "a role here", "its name or its ARN")
    return text


def service(text: str) -> str:
    """Read a service: its short name, or its event source.

    >>> service("S3.amazonaws.com"), service("iam")
    ('s3', 'iam')
    """
    return text.lower().removesuffix(".cn").removesuffix(".amazonaws.com")


def action(text: str) -> str:
    """Read an action: its name, or as a policy writes it.

    >>> action("s3:GetObject"), action("CreateUser")
    ('GetObject', 'CreateUser')
    """
    if "*" in text:
        raise _never(text, "one action", "a whole name, such as GetObject")
    return text.rpartition(":")[2]


def resource(text: str) -> str:
    """Read a resource, as it is: an ARN, an id or a name."""
    return text


READERS: dict[str, Callable[[str], str]] = {
    "access_key": access_key,
    "account": account,
    "action": action,
    "address": address,
    "bucket": bucket,
    "event_id": event_id,
    "outcome": outcome,
    "principal": principal,
    "region": region,
    "resource": resource,
    "role": role,
    "service": service,
    "session": resource,
}
"""How a value of each meaning is read; times are read by their type."""

MEANINGS = (*READERS, "time")
"""What a parameter can mean beside its type."""
