"""Which incoming records are repeats, of each other or of the store's.

Two trails over one bucket deliver every record twice, and CloudTrail may do so too. An
exact repeat, the same event id with the same content, is another delivery of one
record. The same id with other content is another record.

The content is compared by the hash of the bytes. Only where an event id occurs with
several hashes, the records are read again and compared as JSON: blanks and order do not
make another content.
"""

import json
import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import groupby
from typing import Any

import pyarrow as pa

from trailkit.store.ingest_database import IngestDatabase
from trailkit.store.reader import read_again, split_records

DOUBLED = "A key stands twice in one object: tools differ in which of them they read."
ESCAPED = "Plain characters are written as escapes: a search in the text misses them."
INEXACT = "A number has more digits than tools keep."
UNUSUAL = (DOUBLED, ESCAPED, INEXACT)
"""Remarks on a record that is never taken for a repeat of one written otherwise."""

_ESCAPE = re.compile(r"\\(?:u00([2-7][0-9a-fA-F])|.)", re.DOTALL)
_USUAL_ESCAPES = {"22", "26", "27", "3c", "3d", "3e", "5c", "7f"}
_DIGITS = 15


class _Unusual(Exception):
    """A form that tools read in different ways."""


def canonical_hash(text: bytes) -> bytes:
    """Return the hash of a record's canonical JSON.

    Order of keys, blanks and needed escapes make no difference. A number is its text:
    SQL shows 1.0 and 1 as different values. What tools read in different ways is like
    nothing but itself.

    >>> one, other = b'{"a": 1.50, "b": "x"}', b'{"b":"x","a":1.50}'
    >>> canonical_hash(one) == canonical_hash(other)
    True
    """
    try:
        form = repr(_canonical(text)).encode("utf-8", "surrogatepass")
    except (RecursionError, ValueError, _Unusual):
        form = b"as written: " + text
    return sha256(form).digest()[:16]


def unusual(text: bytes) -> str | None:
    """Return what is unusual about a record's JSON, as a remark; None for nothing.

    >>> unusual(b'{"a": {"b": 1, "b": 2}}') == DOUBLED
    True
    """
    try:
        _canonical(text)
    except _Unusual as reason:
        return str(reason)
    except (RecursionError, ValueError):
        pass
    return None


def _canonical(text: bytes) -> Any:
    written = text.decode()
    for escape in _ESCAPE.finditer(written):
        code = escape[1]
        if escape[0] == "\\/" or (code and code.lower() not in _USUAL_ESCAPES):
            raise _Unusual(ESCAPED)
    return json.loads(
        written, object_pairs_hook=_members, parse_float=_number, parse_int=_number
    )


def _members(pairs: list[tuple[str, Any]]) -> tuple[str, dict[str, Any]]:
    members = dict(sorted(pairs, key=lambda pair: pair[0]))
    if len(members) < len(pairs):
        raise _Unusual(DOUBLED)
    return "object", members


def _number(text: str) -> tuple[str]:
    if sum(map(str.isdigit, text)) > _DIGITS:
        raise _Unusual(INEXACT)
    return (text,)


# One record for each content: the first by path of the file, then by position.
_FIRST_SEEN = """
create table first_seen as
select content, number, event_id, file, position
from incoming
semi join (select min(number) as number from incoming group by content) using (number)
"""

# Contents that the store has already.
_KNOWN = """
create table known as
select content, min(record_id) as record_id
from old_places
semi join first_seen using (content)
group by content
"""

# Records with one event id and several contents, the store's (without number) and new.
_SAME_ID = """
create table same_id as
with fresh as (
    select event_id, number, null::bigint as record_id, file, position, content
    from first_seen
    anti join known using (content)
    where event_id is not null
),
stored as (
    select event_id, null::bigint as number, record_id, unnest(place)
    from (
        select event_id, record_id, min(place) as place
        from (
            select
                old_records.event_id, record_id,
                {
                    'file': old_places.file, 'position': position, 'content': content
                } as place
            from old_records
            semi join fresh using (event_id)
            join old_places using (record_id)
        )
        group by event_id, record_id
    )
),
every as (select * from fresh union all by name select * from stored)
select *
from every
where event_id in (select event_id from every group by event_id having count(*) > 1)
"""

# Each content's record: the store's, or a new one, named for its first delivery.
_IDENTITIES = """
create table identities as
with compared as (
    select number, record_id, event_id, canonical_hash
    from same_id
    join canonical_hashes using (file, position)
),
merged as (
    select
        number,
        min(number) over same as first_number,
        min(record_id) over same as stored_id
    from compared
    window same as (partition by event_id, canonical_hash)
),
settled as (
    select
        content, first_seen.number,
        coalesce(merged.first_number, first_seen.number) as first_number,
        coalesce(known.record_id, merged.stored_id) as stored_id
    from first_seen
    left join known using (content)
    left join merged using (number)
)
select
    content, number,
    coalesce(stored_id, ? + dense_rank() over (order by first_number)) as record_id,
    stored_id is null and number = first_number as is_new
from settled
"""


# Contents that tools read in different ways, with the remark on each.
_ODD_CONTENTS = """
create table unusual_contents as
select content, unusual as reason
from same_id
join canonical_hashes using (file, position)
where unusual is not null
"""

_WHERE = """
select file, archive, position
from same_id
join all_files using (file)
order by file, position
"""

_HASHES = pa.schema(
    [
        ("file", pa.string()),
        ("position", pa.int32()),
        ("canonical_hash", pa.binary(16)),
        ("unusual", pa.string()),
    ]
)


def deduplicate(database: IngestDatabase, next_record: int, limit: int) -> None:
    """Make the table ``identities``: the record of each content.

    Beside it ``unusual_contents``, those that tools read in different ways. Reads
    ``incoming``, ``all_files``, ``old_places`` and ``old_records``.
    """
    for statement in (_FIRST_SEEN, _KNOWN, _SAME_ID):
        database.run(statement, doing="Looking for repeats")
    hashes = _hashes_of(database.run(_WHERE), limit)
    database.register("canonical_hashes", pa.Table.from_pylist(list(hashes), _HASHES))
    database.run(_ODD_CONTENTS)
    database.run(_IDENTITIES, [next_record], doing="Looking for repeats")


def _hashes_of(
    places: Iterable[tuple[str, str | None, int]], limit: int
) -> Iterator[dict[str, object]]:
    """Read records again and hash their JSON, one file at a time."""
    for (file, archive), group in groupby(places, key=lambda place: place[:2]):
        texts = _texts(file, archive, limit)
        for _, _, position in group:
            # What cannot be read again is like nothing else.
            text = texts.get(position) or f"{file} {position}".encode()
            yield {
                "file": file,
                "position": position,
                "canonical_hash": canonical_hash(text),
                "unusual": unusual(text),
            }


def _texts(file: str, archive: str | None, limit: int) -> dict[int, bytes]:
    items = split_records(read_again(file, archive, limit))
    return {position: bytes(each) for position, each in enumerate(items.texts, 1)}
