"""The relations of an ingest, in SQL: what was there, what is new, what becomes of it.

All of it reads files, Parquet or mapped Arrow, so that it runs in bounded memory.
``old_…`` is what the store holds, less the files that are ``gone``; ``new_…`` is what
the incoming records add.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from trailkit.dialect.predicates import KIND_OF
from trailkit.record import PLACE, Type, relation_columns
from trailkit.scope import quoted
from trailkit.store.manifest import SCHEMAS

CONFLICT = "The same event id occurs with other content."
"""The remark on each delivery of a record whose event id is not its own."""

_PLACE = ", ".join(PLACE)

# A time in every spelling that is one time: ISO 8601, also compact and with blanks, UTC
# where no offset is said; seconds or milliseconds since 1970, of this century. Nothing
# here may fail, whatever the text: it comes from the logs.
_MACROS = r"""
create macro offset_minutes(written) as
    case
        when regexp_matches(written, '[0-9][+-](0\d|1[0-4]):?[0-5]\d$') then
            (60 * try_cast(regexp_extract(written, '(\d\d):?\d\d$', 1) as integer)
            + try_cast(regexp_extract(written, '(\d\d)$', 1) as integer))
            * if(regexp_matches(written, '-\d\d:?\d\d$'), -1, 1)
        else 0
    end;
create macro epoch_seconds(written) as
    case
        when regexp_matches(written, '^\d{10}(\.\d+)?$|^\d\.\d+E\+?0?9$')
            then try_cast(written as double)
        when regexp_matches(written, '^\d{13}(\.\d+)?$|^\d\.\d+E\+?12$')
            then try_cast(written as double) / 1000
    end;
create macro iso(written) as
    try_cast(
        regexp_extract(
            regexp_replace(
                written,
                '^([12]\d{3})(\d\d)(\d\d)T?([0-2]\d)([0-5]\d)([0-5]\d)(\.\d+)?',
                '\1-\2-\3T\4:\5:\6\7'
            ),
            '^([12]\d{3}-\d\d-\d\d[T ](?:[01]\d|2[0-3]):[0-5]\d(?::\d\d(?:\.\d+)?)?)'
            || '(?:Z|[+-](?:0\d|1[0-4]):?[0-5]\d)?$',
            1
        ) as timestamp
    );
create macro tidied(written) as
    regexp_replace(
        regexp_replace(upper(trim(written, ' ' || chr(9) || chr(10) || chr(13))),
            ' *(UTC|GMT)$', 'Z'),
        ' +([+-]\d\d:?\d\d|Z)$', '\1'
    );
create macro utc_tidied(written) as
    coalesce(
        iso(written) - to_minutes(offset_minutes(written)),
        if(
            epoch_seconds(written) between 1e9 and 4102444800,
            make_timestamp(cast(round(epoch_seconds(written) * 1e6) as bigint)),
            null
        )
    );
create macro utc(written) as
    coalesce(
        if(
            length(written) = 20
            and written[11] = 'T'
            and written[20] = 'Z'
            and written between '1' and '3'
            and written[12:13] < '24',
            try_cast(left(written, 19) as timestamp),
            null
        ),
        utc_tidied(tidied(written))
    );
"""

_TIMES = [name for name, kind in relation_columns().items() if kind is Type.TIME]


NEW_PLACES = "select * exclude (number) from new_places order by number"


def read_parquet(parts: Iterable[Path]) -> str:
    """Write the table function that reads Parquet files.

    >>> read_parquet([Path("it's.parquet")])
    "read_parquet(['it''s.parquet'])"
    """
    return f"read_parquet([{', '.join(quoted(str(part)) for part in parts)}])"


def sources(parts: Mapping[str, Iterable[Path]]) -> str:
    """Define what was there and what is new.

    Reads the Arrow tables ``staged_records``, ``staged_files``, ``staged_remarks`` and
    ``gone``. The ``number`` of a record follows the path of its file and its
    position there.
    """
    old = {name: read_parquet(parts[name]) for name in SCHEMAS}
    left = "where file not in (select file from gone)"
    return f"""{_MACROS}
    create table files as
    select *, row_number() over (order by file, file_number) as rank
    from staged_files;

    create view incoming as
    select staged.*, (rank << 32) + position as number, {_PLACE}
    from staged_records as staged
    join files using (file_number);

    create view old_records as select * from {old["records"]};
    create view old_places as select * from {old["places"]} {left};
    create view old_files as select * from {old["files"]} {left};
    create view old_problems as select * from {old["problems"]} {left};
    create view lost_places as
    select * from {old["places"]} semi join gone using (file);

    create view all_files as
    select file, archive from files union all select file, archive from old_files;
    """


def spelt_otherwise(parts: Mapping[str, Iterable[Path]]) -> str:
    """Select the files that spell a record otherwise than a file that is gone.

    A record is kept as its first file spells it, so they are read again: archives as a
    whole, each with its size and time.
    """
    places, files = read_parquet(parts["places"]), read_parquet(parts["files"])
    return f"""
    select file, size, epoch_us(modified)
    from {files}
    where archive is null and file in (
        select coalesce(archive, file)
        from {files}
        semi join (
            select others.file
            from {places} as others
            join (select * from {places} semi join gone using (file)) as lost
                on others.record_id = lost.record_id
                and others.content <> lost.content
            anti join gone on gone.file = others.file
        ) using (file)
    )
    order by file
    """


def outcome() -> str:
    """Define what becomes of it all, once the ``identities`` of all records are known.

    ``new_records`` has only the columns that are not in the spool. ``moved`` are the
    records of the store whose first place is another now, or that have none any more.
    ``respelt`` are those that the file which is first now spells otherwise: they are
    written anew, so that the order in which files came makes no difference.
    """
    names = dict.fromkeys(["file", "position", "content", *PLACE])
    place = "{" + ", ".join(f"'{name}': {name}" for name in names) + "}"
    times = ", ".join(f"utc({name}) as {name}" for name in _TIMES)
    return f"""
    create view new_places as
    select number, record_id, position, content, {_PLACE}
    from incoming
    join (select content, record_id from identities) using (content);

    create table settled as
    with touched as (
        select record_id from identities where not is_new
        union
        select record_id from lost_places
    ),
    first_now as (
        select record_id, min({place}) as place
        from (
            select * from old_places
            union all by name
            select * exclude (number) from new_places
        )
        semi join touched using (record_id)
        group by record_id
    ),
    first_before as (
        select record_id, min({place}) as place
        from (select * from old_places union all by name select * from lost_places)
        semi join touched using (record_id)
        group by record_id
    )
    select record_id, first_now.place, first_before.place as before
    from first_before left join first_now using (record_id);

    create table respelt as
    select record_id, min(number) as number
    from settled
    join new_places using (record_id)
    where place.content <> before.content and place.file in (select file from files)
    group by record_id;

    create table moved as
    select record_id, if(respelt.number is null, settled.place, null) as place
    from old_records
    join settled using (record_id)
    left join respelt using (record_id)
    where
        settled.place is null
        or settled.place.file <> old_records.file
        or respelt.number is not null;

    create view new_records as
    select spool_row, file_number, record_id, {KIND_OF} as kind, {times}
    from incoming
    join (
        select number, record_id from identities where is_new
        union all
        select number, record_id from respelt
    ) using (number);
    """


def moved_records() -> str:
    """Select the records that no longer count, or lie at another place: which one."""
    place = ", ".join(f"place.{name} as {name}" for name in PLACE)
    return f"select record_id, place is not null as counts, {place} from moved"


def places_left(parts: Iterable[Path]) -> str:
    """Select the places of parts that are written anew."""
    return f"""
    select * from {read_parquet(parts)} anti join gone using (file)
    order by file, position
    """


def files() -> str:
    """Select the files of the evidence, as they are now."""
    columns = ", ".join(SCHEMAS["files"].names)
    return f"""
    select {columns} from files union all by name select {columns} from old_files
    order by file
    """


def conflicting(all_records: Iterable[Path], looked_for: bool) -> str:
    """Define the event ids that several records have; none when not looked for."""
    return f"""
    create table conflicting as
    select event_id
    from {read_parquet(all_records)}
    where event_id is not null and {looked_for}
    group by event_id
    having count(*) > 1
    """


def problems(
    all_records: Iterable[Path], all_places: Iterable[Path], odd: Iterable[str]
) -> str:
    """Select what was lost, and what is remarkable about the rest.

    ``odd`` are the remarks on contents that tools read in different ways.
    """
    unusual = ", ".join(map(quoted, odd))
    return f"""
    select file, position, remarks.reason, lost
    from staged_remarks as remarks join files using (file_number)

    union all
    select
        file, position,
        coalesce('Not a time: ' || left(event_time, 100), 'No event time.'), false
    from incoming
    where utc(event_time) is null and {KIND_OF} <> 'aggregated'
    {_odd_times()}

    union all
    select file, null, reason, false
    from files
    where status = 'broken' or (reason is not null and sha256_unpacked is not null)

    union all
    select places.file, places.position, {quoted(CONFLICT)}, false
    from {read_parquet(all_places)} as places
    join {read_parquet(all_records)} as records using (record_id)
    semi join conflicting using (event_id)

    union all
    select places.file, places.position, odd.reason, false
    from {read_parquet(all_places)} as places
    join {read_parquet(all_records)} as records using (record_id)
    semi join conflicting using (event_id)
    join (
        select content, reason from unusual_contents
        union
        select content, reason
        from old_problems
        join old_places using (file, position)
        where reason in ({unusual})
    ) as odd on odd.content = places.content

    union all
    select file, position, reason, lost
    from old_problems
    where reason not in ({quoted(CONFLICT)}, {unusual})

    order by file, position, reason
    """


def _odd_times() -> str:
    """Select a remark on each other time that is told and cannot be read."""
    return "".join(
        f"""
    union all
    select file, position, '{name} is not a time: ' || left({name}, 100), false
    from incoming
    where
        {name} <> ''
        and (length({name}) <> 20 or try_cast({name} as timestamp) is null)
        and utc({name}) is null
    """
        for name in _TIMES
        if name != "event_time"
    )


def counts(read: Mapping[str, str]) -> str:
    """Count everything, as one structure.

    Files are read, skipped or broken. Records are events, repeats or problems.
    """
    selects = {
        "files": f"from {read['files']}",
        "files_read": f"from {read['files']} where status = 'read'",
        "files_skipped": f"from {read['files']} where status = 'skipped'",
        "files_broken": f"from {read['files']} where status = 'broken'",
        "events": f"from {read['records']}",
        "problems": f"from {read['problems']} where lost",
        "remarks": f"from {read['problems']} where not lost and position is not null",
        "conflicts": "from conflicting",
    }
    counted = [f"'{name}': (select count(*) {each})" for name, each in selects.items()]
    records = f"(select coalesce(sum(records), 0)::bigint from {read['files']})"
    repeats = f"(select count(*) from {read['places']}) - " + (
        f"(select count(*) from {read['records']})"
    )
    return (
        f"select {{{', '.join(counted)}, 'records': {records}, 'repeats': {repeats}}}"
    )
