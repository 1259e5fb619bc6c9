"""Spans of time that are known already, and the gaps between them.

A span is half-open, in whole seconds since 1970, as CloudTrail's times are.
"""

from collections.abc import Iterable

Span = tuple[int, int]


def joined(spans: Iterable[Span]) -> list[Span]:
    """Sort spans and join those that touch; empty ones vanish.

    >>> joined([(5, 9), (1, 3), (3, 4), (7, 7)])
    [(1, 4), (5, 9)]
    """
    result: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if result and start <= result[-1][1]:
            result[-1] = result[-1][0], max(result[-1][1], end)
        else:
            result.append((start, end))
    return result


def gaps(wanted: Span, known: Iterable[Span]) -> list[Span]:
    """Return what is wanted and not known, the newest first.

    >>> gaps((0, 10), [(2, 4), (8, 20)])
    [(4, 8), (0, 2)]
    """
    start, end = wanted
    found: list[Span] = []
    for known_start, known_end in joined(known):
        if start < min(known_start, end):
            found.append((start, min(known_start, end)))
        start = max(start, known_end)
    if start < end:
        found.append((start, end))
    return found[::-1]
