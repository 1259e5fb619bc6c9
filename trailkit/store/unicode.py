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
    return mend_escapes(mend_bytes(text))


def mend_bytes(text: bytes) -> bytes:
    """Replace bytes that are not UTF-8."""
    if text.isascii():
        return text
    try:
        text.decode()
    except UnicodeDecodeError:
        return text.decode(errors="replace").encode()
    return text


def mend_escapes(text: bytes) -> bytes:
    """Replace escapes of half a surrogate pair, which JSON allows and Unicode not."""
    if b"\\ud" not in text and b"\\uD" not in text:
        return text
    mended = _ESCAPES.sub(_mend_half, text)
    return text if mended == text else mended


def _mend_half(escape: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if escape[1] else escape[0]


def was_mended(text: bytes) -> bool:
    """Say whether a text shows the replacement character."""
    return rb"\ufffd" in text or "\ufffd".encode() in text
