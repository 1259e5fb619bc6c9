"""``called_by(:identity)``: was it this caller, under any of its names?

Athena has no such function, and this module spells it out: a list of names, one of
which is the caller's as a frame shows it, with or without its session; a unique id, an
ARN, a key, or a mere name. ``meanings.principal`` reads what people paste into them.
"""

import re

_CALL = re.compile(r"\bcalled_by\((:[a-z][a-z0-9_]*)(?:, ([a-z]+))?\)")

_NAMES = (
    "any_match({0}, one -> one in ({1}actor, {1}identity_id, {1}principal_arn,"
    " {1}caller_arn, {1}user_name, {1}session_name, {1}access_key,"
    " regexp_extract({1}principal_arn, '[^/]+$'),"
    " {1}identity_id || ':' || {1}session_name) or (strpos(one, '/') > 0 and"
    " (starts_with({1}actor, one || '/') or starts_with({1}caller_arn, one || '/'))))"
)


def expand(sql: str) -> str:
    """Write each ``called_by(:name)`` in the words of Athena, on the line it has.

    In a join the alias of the events stands second.

    >>> expand("where called_by(:user, e)")[:48]
    'where any_match(:user, one -> one in (e.actor, e'
    """
    return _CALL.sub(_spelt, sql)


def _spelt(call: re.Match[str]) -> str:
    return _NAMES.format(call[1], f"{call[2]}." if call[2] else "")
