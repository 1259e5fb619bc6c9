"""Make text valid Unicode, so that one bad character costs a character, not a file.

A service that cuts a user agent at a length may cut a surrogate pair in two. JSON lets
the half stand as an escape, but no Unicode text can hold it.
"""

import re

MENDED = "Text that is not valid Unicode; what was wrong is shown as \ufffd."

_ESCAPES = re.compile(
    rb"\\u[dD][89abAB]..\\u[dD][c-fC-F].."  # a pair
    rb"|(\\u[dD][89a-fA-F]..)"  # half of one
    rb"|\\.",
    re.DOTALL,
)


def mend(text: bytes) -> bytes:
    r"""Replace bytes that are not UTF-8, and escapes of half a surrogate pair.

    Gives the very same object when nothing was wrong.

    >>> mend(b'"caf\xe9 \\ud83d"').decode()
    '"caf\ufffd \\ufffd"'
    """
    valid = text
    try:
        valid.decode()
    except UnicodeDecodeError:
        valid = valid.decode(errors="replace").encode()
    if b"\\ud" in valid or b"\\uD" in valid:
        mended = _ESCAPES.sub(_mend_half, valid)
        valid = valid if mended == valid else mended
    return valid


def _mend_half(escape: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if escape[1] else escape[0]


def was_mended(text: bytes) -> bool:
    """Say whether a text shows the replacement character."""
    return rb"\ufffd" in text or "\ufffd".encode() in text
