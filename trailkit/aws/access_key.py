"""What an access key id tells by itself: the account that it belongs to."""

import re
from base64 import b32decode

from trailkit.errors import typed

_KEY = re.compile("A(?:KIA|SIA)[A-Z2-7]{16}")
_NEW = "QRSTUVWXYZ234567"
"""The fifth character of the ids that hold their account; older ids have others."""


@typed
def account_of(key: str) -> str | None:
    """Return the account number in an access key id; None where it holds none.

    Ids (AKIA…, ASIA…) hold it since about 2019. It needs no call to AWS, and the key
    need not exist any more.

    >>> account_of("ASIAQNZGKIQY5EXAMPLE")
    '029608264753'
    >>> account_of("AKIAIOSFODNN7EXAMPLE") is None
    True
    """
    if not _KEY.fullmatch(key) or key[4] not in _NEW:
        return None
    number = int.from_bytes(b32decode(key[4:] + "=" * (-len(key[4:]) % 8))[:6])
    return f"{(number & 0x7FFFFFFFFF80) >> 7:012}"
