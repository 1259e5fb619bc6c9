"""Own traces: calls that the investigation itself made, and left in the logs.

They are marked in a column ``own`` and never dropped. Three things give them away: the
access key or the identity of whoever investigates; Athena, which reads S3, Glue and KMS
in the caller's name, with keys that no logged call issued (Athena User Guide, "Log
Athena API calls with AWS CloudTrail"; IAM User Guide, "Forward access sessions"); and
trailkit's user agent, which says ``app/trailkit``, but which any caller can choose.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

import pandas as pd

from trailkit.aws.session import APPLICATION
from trailkit.dialect.literals import literal
from trailkit.errors import InvalidParameter

_AGENT = f"app/{APPLICATION}"
_AGENT_ALONE = rf"{_AGENT}(?![\w-])"
_ATHENA = "athena.amazonaws.com"
_KEY = re.compile(r"A[KS]IA[A-Z0-9]{12,}")
_ARN = re.compile(
    r"arn:aws[a-z-]*:(?:iam|sts)::(?P<account>[0-9]{12}):"
    r"(?:user/(?:.*/)?(?P<user>[^/]+)|(?P<root>root)"
    r"|federated-user/(?P<federated>[^/]+)"
    r"|assumed-role/(?P<role>[^/]+)/(?P<session>[^/]+))"
)

BY_KEY = "a key of the investigation"
BY_NAME = "the investigator"
BY_ATHENA = "Athena, in the investigator's name"
BY_AGENT = "trailkit's user agent, which any caller can choose"


@runtime_checkable
class SignsCalls(Protocol):
    """An engine whose calls are signed with someone's credentials."""

    def caller(self) -> tuple[str, ...]:
        """Return the ARN and the access key of its session; asks AWS."""
        ...


class _Who(NamedTuple):
    account: str
    actor: str


@dataclass(frozen=True, slots=True)
class OwnTraces:
    """Access keys and identities of those who investigate."""

    keys: frozenset[str] = frozenset()
    who: frozenset[_Who] = frozenset()

    def with_more(self, given: Iterable[str]) -> "OwnTraces":
        """Add access keys and ARNs. Raises InvalidParameter for anything else."""
        keys, who = set(self.keys), set(self.who)
        for text in given:
            if isinstance(text, str) and _KEY.fullmatch(text):
                keys.add(text)
            else:
                who.add(_who(text))
        return OwnTraces(frozenset(keys), frozenset(who))

    def select(self) -> str:
        """Write the SELECT that lists them."""
        keys = ", ".join(literal(each, "text") for each in sorted(self.keys)) or "''"
        names = sorted({each.actor for each in self.who})
        actors = ", ".join(literal(each, "text") for each in names) or "''"
        agent = literal(_AGENT, "text")
        return _SELECT.format(keys=keys, actors=actors, agent=agent)

    def mark(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Add the column ``own``: why a row is the investigation's own, else null.

        A frame that tells neither actor, nor key, nor agent stays as it is.
        """
        if not {"actor", "access_key", "user_agent"} & {*frame.columns}:
            return frame
        why = pd.Series(pd.NA, index=frame.index, dtype="str")
        why[_matches(frame, "user_agent", _AGENT_ALONE)] = BY_AGENT
        named = self._named(frame)
        why[named] = BY_NAME
        via = _is(frame, "via", {_ATHENA}) | _is(frame, "source_ip", {_ATHENA})
        why[named & (via | _is(frame, "user_agent", {_ATHENA}))] = BY_ATHENA
        why[_is(frame, "access_key", self.keys)] = BY_KEY
        frame["own"] = why
        return frame

    def _named(self, frame: pd.DataFrame) -> pd.Series:
        """Whether a row's caller is one of those who investigate.

        A role's session is named alike in every account: where the row tells the
        caller's ARN, its account must fit.
        """
        found = pd.Series(False, index=frame.index)
        for who in self.who:
            fits = _is(frame, "actor", {who.actor})
            if "principal_arn" in frame:
                arn = frame["principal_arn"]
                fits &= arn.isna() | arn.str.contains(f":{who.account}:", regex=False)
            found |= fits.fillna(False).astype(bool)
        return found


_SELECT = """select
    time, action, actor, source_ip, account, region, outcome, event_id,
    service, via, access_key, user_agent, principal_arn
from events
where
    access_key in ({keys})
    or actor in ({actors})
    or strpos(user_agent, {agent}) > 0
order by time, event_id"""


def is_caller(text: str) -> bool:
    """Return whether a text is an access key id or the ARN of a caller."""
    return bool(_KEY.fullmatch(text) or _ARN.fullmatch(text))


def _who(text: Any) -> _Who:
    """Read the ARN of a caller, as GetCallerIdentity gives it.

    >>> _who("arn:aws:sts::111122223333:assumed-role/Analyst/alice").actor
    'role/Analyst/alice'
    """
    match = _ARN.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise InvalidParameter(
            f"{text!r} is neither an access key id nor the ARN of a caller. Give what "
            '"aws sts get-caller-identity" says: case.investigated_by('
            '"arn:aws:sts::111122223333:assumed-role/Analyst/alice").'
        )
    if match["user"]:
        return _Who(match["account"], f"user/{match['user']}")
    if match["federated"]:
        return _Who(match["account"], f"federated/{match['federated']}")
    if match["root"]:
        return _Who(match["account"], "root")
    if match["role"].startswith("AWSReservedSSO_"):
        return _Who(match["account"], f"sso/{match['session']}")
    return _Who(match["account"], f"role/{match['role']}/{match['session']}")


def _is(frame: pd.DataFrame, name: str, values: Iterable[str]) -> pd.Series:
    if name not in frame:
        return pd.Series(False, index=frame.index)
    return frame[name].isin([*values])


def _matches(frame: pd.DataFrame, name: str, pattern: str) -> pd.Series:
    if name not in frame:
        return pd.Series(False, index=frame.index)
    found = frame[name].astype("str").str.contains(pattern, regex=True)
    return found.fillna(False).astype(bool)
