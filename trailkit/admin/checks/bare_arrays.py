"""Log files that are bare arrays: ``[…]`` in place of ``{"Records": […]}``.

AWS's table for CloudTrail takes records out of an object's ``Records``; of a file that
begins with its list no row comes, and no error. Aggregated events have been seen so.
"""

import zlib
from collections.abc import Iterator

from trailkit.admin.checks import deviations
from trailkit.admin.checks.counts import CheckedPlace
from trailkit.admin.checks.deviations import Finding
from trailkit.aws.in_parallel import in_order
from trailkit.cost.estimate import Billing
from trailkit.cost.s3_listing import NEVER_READ, is_data
from trailkit.errors import AccessRefused
from trailkit.source import Source
from trailkit.tables.folders import LogFolder

MOST_LOOKS = 300
"""So many files are looked at: as many as an account's Region gets a day, about."""

_ZIPPED = b"\x1f\x8b"


def look(source: Source, engine: Billing, place: CheckedPlace) -> Finding | None:
    """Return how many of the files begin with their list; None if none can be seen."""
    files = list(_files(source, engine, place))
    step = -(-len(files) // MOST_LOOKS) or 1
    try:
        begun = [*in_order(engine.head, files[::step])]
    except AccessRefused:
        return None
    return deviations.bare(len(begun), sum(map(is_bare, begun))) if begun else None


def is_bare(begin: bytes) -> bool:
    """Return whether a log file that begins so is a list of records.

    >>> is_bare(b' [{"eventVersion": "1.11"}]'), is_bare(b'{"Records": []}')
    (True, False)
    """
    if begin.startswith(_ZIPPED):
        try:
            begin = zlib.decompressobj(wbits=31).decompress(begin)
        except zlib.error:
            return False
    return begin.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"[")


def _files(source: Source, engine: Billing, place: CheckedPlace) -> Iterator[str]:
    """List the log files of the cell, a page of each folder."""
    plan = source.read_plan(place.kind, place.cell)
    for each in plan.places if plan else ():
        for below in each.days if isinstance(each, LogFolder) else ():
            page = engine.objects(Bucket=each.bucket, Prefix=f"{each.prefix}{below}")
            for item in page.get("Contents", ()):
                unread = item.get("StorageClass") in NEVER_READ or not item["Size"]
                if is_data(item["Key"]) and not unread:
                    yield f"s3://{each.bucket}/{item['Key']}"
