"""Which arrivals are the same record, among themselves and with the store's.

Two trails over one bucket deliver every record twice, and CloudTrail may do so too. An
exact repeat, the same event id with the same content, is another delivery of one
record. The same id with other content is another record.

The content is compared by the hash of the bytes. Only where an event id occurs with
several hashes, the records are read again and compared as JSON: blanks and order do not
make another content.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby

import pyarrow as pa

from trailkit.store.canonical_hash import digest
from trailkit.store.ingest_database import Workshop
from trailkit.store.reader import read_again, take_apart

# One arrival for each content: the first by path of the file, then by position.
_HEADS = """
create table heads as
select content, number, event_id, file, position
from arrivals
semi join (select min(number) as number from arrivals group by content) using (number)
"""

# Contents that the store has already.
_KNOWN = """
create table known as
select content, min(record_id) as record_id
from old_places
semi join heads using (content)
group by content
"""

# Records with one event id and several contents, the store's (without number) and new.
_RIVALS = """
create table rivals as
with fresh as (
    select event_id, number, null::bigint as record_id, file, position
    from heads
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

# Each content's record: the store's, or a new one, named for its first arrival.
_IDENTITIES = """
create table identities as
with compared as (
    select number, record_id, event_id, digest
    from rivals
    join digests using (file, position)
),
merged as (
    select
        number,
        min(number) over same as first_number,
        min(record_id) over same as stored_id
    from compared
    window same as (partition by event_id, digest)
),
settled as (
    select
        content, heads.number,
        coalesce(merged.first_number, heads.number) as first_number,
        coalesce(known.record_id, merged.stored_id) as stored_id
    from heads
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
from rivals
join all_files using (file)
order by file, position
"""

_DIGESTS = pa.schema(
    [("file", pa.string()), ("position", pa.int32()), ("digest", pa.binary(16))]
)


def fold(workshop: Workshop, next_record: int, limit: int) -> None:
    """Make the table ``identities``: the record of each content among the arrivals.

    Reads ``arrivals``, ``all_files``, ``old_places`` and ``old_records``.
    """
    for statement in (_HEADS, _KNOWN, _RIVALS):
        workshop.run(statement, doing="Looking for repeats")
    digests = _digests(workshop.run(_WHERE), limit)
    workshop.register("digests", pa.Table.from_pylist(list(digests), _DIGESTS))
    workshop.run(_IDENTITIES, [next_record], doing="Looking for repeats")


def _digests(
    places: Iterable[tuple[str, str | None, int]], limit: int
) -> Iterator[dict[str, object]]:
    """Read records again and give their digests, one file at a time."""
    for (file, archive), group in groupby(places, key=lambda place: place[:2]):
        texts = _texts(file, archive, limit)
        for _, _, position in group:
            # What cannot be read again is like nothing else.
            text = texts.get(position) or f"{file} {position}".encode()
            yield {"file": file, "position": position, "digest": digest(text)}


def _texts(file: str, archive: str | None, limit: int) -> dict[int, bytes]:
    items = take_apart(read_again(file, archive, limit))
    return {position: bytes(each) for position, each in enumerate(items.texts, 1)}
