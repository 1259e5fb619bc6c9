"""What a value of a parameter names, in whatever spelling it was pasted.

A meaning has one reader: it takes every spelling that people paste and returns the one
that the logs have, or raises InvalidParameter for what no log can hold there. Forms are
those of the IAM User Guide ("IAM identifiers") and of the Amazon S3 User Guide ("Bucket
naming rules").
"""

import difflib
import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from trailkit.dialect import literals
from trailkit.dialect.patterns import check_pattern
from trailkit.errors import InvalidParameter, ScopeError, UnsupportedSQL
from trailkit.scope import account_id, region_code

if TYPE_CHECKING:
    from trailkit.questions.parameters import Parameter

_ARN = re.compile(r"arn:[a-z-]+:[^:]*:[^:]*:[^:]*:.+", re.IGNORECASE)
_KEY = re.compile(r"(?i)\b(A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{12,})\b")
_CUT_KEY = re.compile(r"(?i)A(KIA|SIA|BIA|CCA)[A-Z0-9]{0,11}")
_CUT_ID = re.compile(r"(?i)[0-9a-f]{8}(-[0-9a-f]{0,4}){1,3}(-[0-9a-f]{0,11})?")
_UNIQUE = re.compile(r"(?i)(A(?:IDA|ROA|GPA|NPA|NVA|IPA|SCA)[A-Z0-9]{7,})(:.*)?")
_SESSION = re.compile(r"(?i)arn:[^:]*:sts::[0-9]*:assumed-role/([^/]+).*")
_BUCKET = re.compile(r"[A-Za-z0-9._-]{3,255}")
_S3_HOST = re.compile(
    r"(?i)https?://(?:([^/]+)\.s3[.-][^/]*amazonaws\.com[^/]*"
    r"|s3[.-][^/]*amazonaws\.com[^/]*/([^/?]+))(?:/.*)?"
)
_BETWEEN = {
    "access_key": r"(?i)(?<=[A-Z0-9])[,;\s]+(?=A[A-Z]{3}[A-Z0-9]{12})",
    "account": r"[,;\n\t]+|(?<=\d{12})\s+(?=\d{12})",
    "action": r"[,;\s]+",
    "address": r"[,;\n\t]+|(?<=[0-9a-f\]])\s+(?=[0-9a-f\[])",
    "bucket": r",\s+|\n+",
    "event_id": r"[,;\n\t]+|(?<=[0-9A-Fa-f]{12})\s+",
    "principal": r"[;\n]+|,\s+",
    "region": r"[,;\n\t]+",
    "service": r"[,;\s]+",
}
"""What parts the values of a meaning in one text: of a column, of a line."""

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
        known = parameter.means in READERS or parameter.one_of
        if value is None or not known:
            continue
        try:
            values[parameter.name] = _value(parameter, value, notes)
        except InvalidParameter as error:
            raise InvalidParameter(f"{parameter.name}: {error}") from None
    return values, notes


def _value(parameter: "Parameter", value: Any, notes: list[str]) -> Any:
    if not parameter.type.startswith("list of "):
        plain = isinstance(value, (str, Mapping, *_SPELT))
        if not plain and isinstance(value, Iterable):
            value = _only(list(value))
        return _one(parameter, value, notes)
    every = [one for each in literals.items(value) for one in _apart(parameter, each)]
    read = [_one(parameter, each, notes) for each in every]
    if parameter.means == "principal":
        read += [_without_path(each) for each in read]
    found = list(dict.fromkeys(read))
    return found[0] if isinstance(value, str) and len(found) == 1 else found


def _apart(parameter: "Parameter", value: Any) -> list[Any]:
    """Take a text apart that holds several values."""
    words = r"[,;\n]+" if parameter.one_of else None
    between = _BETWEEN.get(parameter.means or "", words)
    if not isinstance(value, str) or between is None:
        return [value]
    bare = value.strip().strip(",;")
    return re.split(between, bare) if bare else [value]


def _without_path(identity: Any) -> Any:
    """Return the ARN of a role or user as it is where its path is not recorded."""
    return re.sub(r"^(arn:[^/]*:(?:role|user)/).*/", r"\1", identity)


def _only(values: list[Any]) -> Any:
    if len(values) != 1:
        raise InvalidParameter(
            f"It takes one value; here are {len(values)}. Ask for each:"
            " case.ask_all([(name, {…}) for each in values])."
        )
    return values[0]


def _one(parameter: "Parameter", value: Any, notes: list[str]) -> Any:
    reader = READERS.get(parameter.means or "", _choice(parameter))
    if parameter.type.endswith("cidr"):
        reader = network
    text = str(value) if isinstance(value, _SPELT) else value
    if isinstance(text, int) and not isinstance(text, bool) and reader is account:
        text = str(text)
    if not isinstance(text, str):
        return value
    found = reader(text if reader is pattern else _bare(text))
    if found.strip() != text.strip():
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
    if not re.fullmatch(r"\w{3,128}", text) or _CUT_KEY.fullmatch(text):
        raise _never(text, "an access key", "its whole id, as AKIAIOSFODNN7EXAMPLE")
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


def _choice(parameter: "Parameter") -> Callable[[str], str]:
    """Return the reader of a word that must be one of those that the header names."""
    words = {word.lower(): word for word in parameter.one_of}

    def read(text: str) -> str:
        if text.lower() not in words:
            near = difflib.get_close_matches(text.lower(), words, n=1)
            meant = f' Did you mean "{words[near[0]]}"?' if near else ""
            allowed = ", ".join(parameter.one_of)
            raise InvalidParameter(f'"{text}" is not one of {allowed}.{meant}')
        return words[text.lower()]

    return read


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
    """Read an address or a network; what stands in its place in a log stays.

    >>> address("[2001:DB8::1]"), address("203.0.113.10/32"), address("AWS Internal")
    ('2001:db8::1', '203.0.113.10', 'AWS Internal')
    >>> address("203.0.113.10/24")
    '203.0.113.0/24'
    """
    bare = re.sub(r"^\[(.*)\](:[0-9]+)?$", r"\1", text)
    bare = re.sub(r"^([0-9.]+):[0-9]+$", r"\1", bare)
    try:
        found = ipaddress.ip_network(bare, strict=False)
    except ValueError:
        looks_like_one = re.fullmatch(r"[0-9.]+|[0-9a-fA-F]*:[0-9a-fA-F:]*", bare)
        if looks_like_one or "/" in bare:
            raise _never(
                text, "an address", "it like 203.0.113.10 or 203.0.113.0/24"
            ) from None
        return text
    if found.num_addresses > 1:
        return str(found)
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
    if not re.fullmatch(r"[\w.:-]+", bare) or _CUT_ID.fullmatch(bare):
        raise _never(text, "an event's id", "it whole, as the column event_id has it")
    return bare


def principal(text: str) -> str:
    """Read an identity: unique ids and keys in AWS's one case, all else as it is.

    >>> principal("aidaexampleexample"), principal("user/staff/alice")
    ('AIDAEXAMPLEEXAMPLE', 'user/alice')
    """
    if unique := _UNIQUE.fullmatch(text):
        return unique[1].upper() + (unique[2] or "")
    if (key := _KEY.fullmatch(text)) is not None:
        return key[1].upper()
    if _ARN.fullmatch(text):
        return _caller(text[:4].lower() + text[4:])
    if root := re.fullmatch(r"(\d{12}):root", text):
        return f"arn:aws:iam::{root[1]}:root"
    if found := re.fullmatch(r"(?:assumed-)?role/(.+)", text):
        return _role_as_shown(found[1])
    if text.startswith("user/"):
        return "user/" + text.rpartition("/")[2]
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return text
    raise _never(
        text,
        "an identity",
        f'a name or an ARN; or ask identity/address with address="{text}"',
    )


def _role_as_shown(role: str) -> str:
    """Spell a role, or one with its session, as `actor` does: without its path."""
    path, _, name = role.rpartition("/")
    if re.match(r"(aws-reserved|aws-service-role|service-role)/", role):
        return f"role/{name}"
    if path.startswith("AWSReservedSSO_") and "/" not in path:
        return f"sso/{name}"
    return f"role/{role}"


def _caller(arn: str) -> str:
    """Read the ARN of one who can call; refuse those of what is only called."""
    service, named = arn.split(":")[2], arn.split(":", 5)[5]
    if service == "ec2" and (instance := re.fullmatch(r"instance/(m?i-\w+)", named)):
        return instance[1]
    if service in _CALLED or (service == "iam" and named.startswith(_NOT_CALLERS)):
        raise _never(
            arn,
            "an identity",
            "the ARN of a user, a role or a session; or ask resource/history with"
            f' resource="{arn}"',
        )
    return arn


_CALLED = frozenset(
    {
        *("acm", "cloudformation", "cloudtrail", "cloudwatch", "dynamodb", "ec2"),
        *("ecr", "ecs", "eks", "events", "kms", "lambda", "logs", "rds", "route53"),
        *("s3", "secretsmanager", "sns", "sqs", "ssm", "states"),
    }
)
_NOT_CALLERS = tuple(
    f"{kind}/"
    for kind in (
        *("group", "instance-profile", "mfa", "oidc-provider", "policy"),
        *("saml-provider", "server-certificate", "sms-mfa"),
    )
)


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
    """Read a resource by its name, which logs have where they have its ARN, and else.

    >>> resource("arn:aws:lambda:eu-west-1:111122223333:function:resize")
    'resize'
    >>> resource("user/alice"), resource("arn:aws:s3:::payroll/2026/a.csv")
    ('alice', 'payroll/2026/a.csv')
    >>> resource("s3://payroll/2026/a.csv"), resource("s3://payroll/")
    ('payroll/2026/a.csv', 'payroll')
    """
    if text.lower().startswith("s3://"):
        return text[len("s3://") :].rstrip("/") or text
    if _ARN.fullmatch(text):
        return _name_in(*text.split(":", 5)[2::3]) or text
    if text.startswith(("user/", "role/", "group/")) and "." not in text:
        return text.split("/")[1] if text.startswith("role/") else _last(text)
    return text


def _name_in(service: str, named: str) -> str:
    """Return the name in the last part of an ARN."""
    named = named.removesuffix(":*").removesuffix("/*")
    if service == "s3" and not named.startswith("accesspoint/"):
        return named
    if service in ("lambda", "logs") and ":" in named:
        return named.split(":")[1]
    if service == "secretsmanager":
        return re.sub(r"-\w{6}$", "", named.partition(":")[2])
    if service in ("dynamodb", "sts") and "/" in named:
        return named.split("/")[1]
    if service in ("ssm", "elasticloadbalancing", "codebuild"):
        return named.partition("/")[2]
    return _last(named)


def _last(named: str) -> str:
    return re.split("[/:]", named)[-1]


def as_written(text: str) -> str:
    """Read what has no other spelling."""
    return text


def pattern(text: str) -> str:
    r"""Read a regular expression, blanks and quotes with it.

    >>> pattern("secret.*[.]env$")
    'secret.*[.]env$'
    """
    if not text:
        raise InvalidParameter('"" is empty. Leave the parameter out instead.')
    try:
        check_pattern(text)
    except UnsupportedSQL as error:
        raise InvalidParameter(str(error)) from None
    return text


READERS: dict[str, Callable[[str], str]] = {
    "access_key": access_key,
    "account": account,
    "action": action,
    "address": address,
    "arn": as_written,
    "bucket": bucket,
    "event_id": event_id,
    "pattern": pattern,
    "principal": principal,
    "region": region,
    "resource": resource,
    "role": role,
    "service": service,
    "session": as_written,
}
"""How a value of each meaning is read; times are read by their type."""

MEANINGS = (*READERS, "time")
"""What a parameter can mean beside its type."""
