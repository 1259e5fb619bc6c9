"""``called_by(:identity)``: was it this caller, under any of its names?

Athena has no such function, and this module spells it out: a list of names, one of
which is the caller's as a frame shows it, with or without its session; a unique id, an
ARN, a key, or a mere name. ``meanings.principal`` reads what people paste into them.
"""

import re

_CALL = re.compile(r"\bcalled_by\((:[a-z][a-z0-9_]*)\)")

_NAMES = (
    "any_match({0}, one -> one in (actor, identity_id, principal_arn, caller_arn,"
    " user_name, session_name, access_key, regexp_extract(principal_arn, '[^/]+$'),"
    " identity_id || ':' || session_name) or (strpos(one, '/') > 0 and"
    " (starts_with(actor, one || '/') or starts_with(caller_arn, one || '/'))))"
)


def expand(sql: str) -> str:
    """Write each ``called_by(:name)`` in the words of Athena, on the line it has.

    >>> expand("where called_by(:user)")[:46]
    'where any_match(:user, one -> one in (actor, i'
    """
    return _CALL.sub(lambda call: _NAMES.format(call[1]), sql)
