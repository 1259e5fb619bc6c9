"""Which incoming records are repeats, of each other or of the store's.

Two trails over one bucket deliver every record twice, and CloudTrail may do so too. An
exact repeat, the same event id with the same content, is another delivery of one
record. The same id with other content is another record.

The content is compared by the hash of the bytes. Only where an event id occurs with
several hashes, the records are read again and compared as JSON: blanks and order do not
make another content.
"""

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import groupby

import pyarrow as pa

from trailkit.store.ingest_database import IngestDatabase
from trailkit.store.reader import read_again, split_records


def canonical_hash(text: bytes) -> bytes:
    """Return the hash of a record's canonical JSON.

    Order of keys, blanks, escapes and the spelling of numbers make no difference.

    >>> one, other = b'{"a": 1.50, "b": "x"}', rb'{"b":"\\u0078","a":1.5}'
    >>> canonical_hash(one) == canonical_hash(other)
    True
    """
    try:
        value = json.loads(text, parse_float=_number)
        text = json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
    except (RecursionError, ValueError):
        pass  # its bytes are compared
    return sha256(text).digest()[:16]


def _number(text: str) -> int | float:
    """Make 2.0 the same as 2: tools that copy logs do not agree on it."""
    number = float(text)
    return int(number) if number.is_integer() else number


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
    select event_id, number, null::bigint as record_id, file, position
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
                {'file': old_places.file, 'position': position} as place
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


_WHERE = """
select file, archive, position
from same_id
join all_files using (file)
order by file, position
"""

_HASHES = pa.schema(
    [("file", pa.string()), ("position", pa.int32()), ("canonical_hash", pa.binary(16))]
)


def deduplicate(database: IngestDatabase, next_record: int, limit: int) -> None:
    """Make the table ``identities``: the record of each incoming content.

    Reads ``incoming``, ``all_files``, ``old_places`` and ``old_records``.
    """
    for statement in (_FIRST_SEEN, _KNOWN, _SAME_ID):
        database.run(statement, doing="Looking for repeats")
    hashes = _hashes_of(database.run(_WHERE), limit)
    database.register("canonical_hashes", pa.Table.from_pylist(list(hashes), _HASHES))
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
            }


def _texts(file: str, archive: str | None, limit: int) -> dict[int, bytes]:
    items = split_records(read_again(file, archive, limit))
    return {position: bytes(each) for position, each in enumerate(items.texts, 1)}
