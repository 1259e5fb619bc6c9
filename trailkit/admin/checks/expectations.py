"""What trailkit takes for true of a table's records, each claim with SQL that counts.

An expectation is an aggregate over ``records``, so that all of them are one scan. Which
there are of a kind of record follows from the one definition of the record: nothing is
expected of a column that a kind never fills.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from trailkit.dialect import columns_used
from trailkit.dialect.literals import literal
from trailkit.dialect.predicates import KIND_OF, account_column, time_of
from trailkit.record import FOLDERS, Column, Kind, Type, columns, relation_columns
from trailkit.scope import quoted
from trailkit.tables.pruning import REGIONS_APART

_NONE = "false"


@dataclass(frozen=True, slots=True)
class Expectation:
    """A sentence about records: how many rows it is about, and how many disagree.

    With ``due`` a single row that agrees is enough; it counts the rows of which one
    must. ``advice`` says what it means where the claim fails, and what to do.
    ``column`` is the one that it is about, where a table may not declare it.
    """

    name: str
    text: str
    rows: str
    against: str
    advice: str
    due: str | None = None
    column: str | None = None

    @property
    def reads(self) -> frozenset[str]:
        """The names that it reads, columns of ``records`` among them."""
        texts = ", ".join(self.counts().values())
        return columns_used(f"select {texts} from records") or frozenset()

    def counts(self) -> dict[str, str]:
        """Return its aggregates, each under the name of its column."""
        given = {"rows": self.rows, "against": self.against, "due": self.due}
        return {f"{self.name}_{name}": text for name, text in given.items() if text}


def every(
    name: str, text: str, about: str, against: str, advice: str, column: str = ""
) -> Expectation:
    """Claim something of every row that a condition is true of."""
    disagree = f"count_if(({about}) and ({against}))"
    rows = f"count_if({about})"
    return Expectation(name, text, rows, disagree, advice, column=column or None)


def expectations(
    kind: Kind = Kind.EVENT, copied: bool = False, formed: bool = False
) -> list[Expectation]:
    """Return every claim about a kind of record, in a table or in a copy of one.

    A copy lies in no trail's folders. What is to be said of those is said of the table
    that it was made of. What is ``formed`` by AWS itself has no log files at all.
    """
    if formed:
        return [*_of_form(kind)]
    own = columns(kind)
    never = relation_columns().keys() - own.keys()
    return [
        claim
        for claim in (
            *_records(kind),
            *((_FILE,) if copied else (_PATH, *_folders(kind))),
            *(_parses(each, kind) for each in filter(_is_json_text, own.values())),
            *_CONTENT,
            *map(_is_filled, filter(_is_unlisted, own.values())),
        )
        if not claim.reads & never
    ]


def _of_form(kind: Kind) -> Iterator[Expectation]:
    """Claim what holds of OCSF and of CloudTrail Lake too, whatever made the rows."""
    own = columns(kind)
    for claim in (
        *_records(kind),
        *(_parses(each, kind) for each in filter(_is_json_text, own.values())),
        *(_is_filled(each, "") for each in filter(_is_unlisted, own.values())),
    ):
        of_rows = claim.name in ("id", "same", "time")
        yield claim if of_rows else replace(claim, advice=_FORM_DEPARTS)


_FORM_DEPARTS = (
    "The table departs from the columns that AWS publishes of its form: what questions "
    "read there may be missing. Compare such a row with its record in the log files."
)


def _records(kind: Kind) -> Iterator[Expectation]:
    """Claim that rows are records of the kind, each with what tells it apart."""
    yield _is_named(kind)
    yield every(
        "kind",
        f"A record is of the kind {kind}",
        "true",
        f"{KIND_OF} <> {quoted(kind)}",
        "Records of another kind lie among these, and questions take them for what "
        "they are not. Compare the table's location with the folders in S3: those of "
        f"this kind are named {FOLDERS[kind]}.",
    )
    yield every(
        "id",
        "A record has an event id",
        "true",
        "coalesce(event_id, '') = ''",
        "Events are told apart by their id: those without are not free of repeats.",
    )
    yield _is_of_one_event(kind)
    time = time_of(kind)
    yield every(
        "time",
        f"{_said(columns(kind)[time])} is a time",
        "true",
        f"{time} is null",
        "No window finds a record without a time: no question will show it.",
    )


def _is_named(kind: Kind) -> Expectation:
    """Claim that a row has the source and the name of an event, as far as it may."""
    found = [
        f"coalesce({column}, '') = ''"
        for name in ("eventSource", "eventName")
        for column in _ending_in(name, kind)
    ]
    what = "its source and its name" if len(found) > 1 else "its source"
    return every(
        "record",
        f"A row is one record, with {what}",
        "true",
        " or ".join(found),
        "The log files are not taken apart into records. Compare the table's input "
        "format and SerDe with those of trailkit.tables.ddl.create_table.",
    )


def _is_of_one_event(kind: Kind) -> Expectation:
    written = f"date_format({time_of(kind)}, '%Y-%m-%dT%H:%i:%sZ')"
    parts = [*_ending_in("eventName", kind), written]
    told = " || '/' || ".join(f"coalesce({part}, '')" for part in parts)
    return Expectation(
        "same",
        "An event id is that of one event",
        "count(distinct event_id)",
        f"count(distinct event_id || '/' || {told}) - count(distinct event_id)",
        "Some ids stand for two times or two names. Count them together with the time, "
        "and calls by action_id, which keeps them apart; not by event_id alone.",
    )


def _ending_in(name: str, kind: Kind) -> list[str]:
    """Return the columns of a field's name, wherever a kind of record has it."""
    return [each.name for each in columns(kind).values() if each.path[-1] == name]


_PATH = every(
    "path",
    '"$path" names the log file of a row',
    "true",
    "coalesce(file, '') = ''",
    "No row leads to its log file: `file` in deliveries and case.original(…) do not "
    "work on this table.",
)
_FILE = every(
    "path",
    "`file` names the log file of a row",
    "true",
    "coalesce(file, '') = ''",
    "No row leads to its log file: `file` in deliveries and case.original(…) do not "
    'work on this copy. Check the table that it was made of: it must have "$path".',
)


def _folders(kind: Kind) -> Iterator[Expectation]:
    """Claim that the folders of log files say what they are taken to say."""
    time, account = time_of(kind), account_column(kind)
    folder = FOLDERS[kind]
    dated = f"{time} is not null and delivery_day is not null"
    yield every(
        "place",
        "A log file lies in the folders that its partition names",
        f"regexp_like(file, '/{folder}/[^/]+/[0-9]{{4}}/[0-9]{{2}}/[0-9]{{2}}/[^/]+$')",
        f"coalesce(strpos(file, '/' || folder_account || '/{folder}/' || folder_region"
        " || '/' || replace(cast(delivery_day as varchar), '-', '/') || '/'), 0) = 0",
        "A partition's location is another account's, region's or day's. A scope then "
        "searches the wrong files: correct the partitions, or make the table with "
        "trailkit.tables.ddl.create_table, which has none to correct.",
    )
    yield every(
        "early",
        "An event is not younger than the day of its folder",
        dated,
        f"cast({time} as date) > delivery_day",
        "The day of the folder is not that of delivery, and a window searches too few "
        "days. Compare the table's partitions with the folders in S3.",
    )
    yield every(
        "late",
        "A log file came on the day of its events, or on the next",
        dated,
        f"cast({time} as date) < cast(date_add('day', -1, delivery_day) as date)",
        'Log files come late here: case.late("30d") searches them too.',
    )
    yield every(
        "account",
        "The folder's account is the one that received the event",
        f"folder_account is not null and {account} <> ''",
        f"folder_account <> {account}",
        "case.accounts(…) searches the folders of the accounts that it names, and "
        "misses their events in others. Leave it out, and filter by `account`.",
    )
    yield every(
        "region",
        f"Since {REGIONS_APART.date()} the folder's region is that of the event",
        "folder_region is not null and aws_region <> ''"
        f" and {time} >= {literal(REGIONS_APART, 'time')}",
        "folder_region <> aws_region",
        "case.regions(…) searches the folders of the regions that it names, and misses "
        "their events in others. Leave it out, and filter by `region`.",
    )


_CONTENT = (
    Expectation(
        "capitals",
        "Keys inside requestParameters keep their capitals",
        "count_if(regexp_like(request_parameters, '\"[A-Za-z]+\" *:'))",
        "count_if(regexp_like(request_parameters, '\"[A-Za-z]+\" *:')"
        " and not regexp_like(request_parameters, '\"[a-z]*[A-Z][A-Za-z]*\" *:'))",
        "$.bucketName and the like find nothing. requestParameters must be declared as "
        "a string: trailkit.tables.ddl.create_table does so.",
        due="count_if(regexp_like(request_parameters,"
        " '\"(bucketname|functionname|instanceid|rolearn|rolename|username)\" *:'))",
    ),
    every(
        "resources",
        "A resource has an ARN, or the beginning of one",
        "cardinality(resources) > 0",
        "any_match(resources, each -> each.arn is null)",
        "S3's list calls name their bucket by ARNPrefix, which AWS's table does not "
        "list: take the bucket from `request`.",
    ),
    every(
        "pair",
        "An insight starts or ends, and says which one it is",
        "true",
        "coalesce(insight_state not in ('Start', 'End'), true)"
        " or coalesce(shared_event_id, '') = ''",
        "The start and the end of an insight cannot be told apart, or brought together "
        "by shared_event_id. Compare such a row with its record in the log files.",
    ),
    every(
        "averages",
        "An insight has the averages that it compares",
        "insight_context <> ''",
        "try_cast(json_extract_scalar(insight_context,"
        " '$.statistics.baseline.average') as double) is null"
        " or try_cast(json_extract_scalar(insight_context,"
        " '$.statistics.insight.average') as double) is null",
        "baseline_per_minute and insight_per_minute are empty. insightDetails must be "
        "declared as a string: trailkit.tables.ddl.create_table does so.",
    ),
    every(
        "window",
        "A time window ends after it starts",
        "window_start is not null",
        "coalesce(window_end <= window_start, true)",
        "Its counts belong to no span of time. Compare such a row with its record in "
        "the log files.",
    ),
    every(
        "counts",
        "A summary says by which dimension it counts",
        "summary <> ''",
        "coalesce(json_extract_scalar(summary, '$.primaryDimension.dimension'), '')"
        " = ''",
        "`dimension` is empty, and counts by several dimensions cannot be told apart. "
        "summary must be declared as a string: trailkit.tables.ddl.create_table does "
        "so.",
    ),
)
"""What questions take out of a record; each kind has those whose columns it has."""


def _is_json_text(column: Column) -> bool:
    return column.type is Type.JSON and column.in_files and len(column.path) == 1


def _parses(column: Column, kind: Kind) -> Expectation:
    name = column.name
    where = "case.original(event_id)" if kind is Kind.EVENT else "in the log files"
    return every(
        f"{name}_json",
        f"{_said(column)} is JSON",
        f"{name} <> ''",
        f"json_extract({name}, '$') is null",
        f"Questions find nothing in it. Compare such a row with its record: {where}.",
        name,
    )


_DUE = {
    # AWS's examples of network activity have none.
    "management_event": "try_cast(split_part(event_version, '.', 2) as bigint) >= 6"
    " and coalesce(event_category, '') <> 'NetworkActivity'",
    "user_identity_credential_id": "user_identity_type = 'IdentityCenterUser'",
    "user_identity_identity_provider": (
        "user_identity_type in ('SAMLUser', 'WebIdentityUser')"
    ),
    "insight_error_code": "insight_type = 'ApiErrorRateInsight'",
    "insight_source": _NONE,
    "insight_source_event_category": _NONE,
}
"""The records that must have a field which AWS's table does not list.

Of the others no call need have any; and what is of Insights or of aggregated events
alone, each of those has, but for these. (CloudTrail User Guide, "Record contents",
"userIdentity element", "Insights events" and "Aggregated events".)
"""


def _is_unlisted(column: Column) -> bool:
    return not column.documented and column.in_files


def _is_filled(
    column: Column, more: str = ", which AWS's table does not list"
) -> Expectation:
    empty = "" if column.type in (Type.TIME, Type.BOOLEAN) else " or {0} = ''"
    rare = Kind.EVENT in column.kinds
    due = _DUE.get(column.name, _NONE if rare else "true")
    return Expectation(
        column.name,
        f"{_said(column)} is filled{more}",
        "count(*)",
        f"count_if({column.name} is null{empty.format(column.name)})",
        "Some of these records must have it: it is not read from the log files, and "
        "what trailkit works out from it is missing.",
        due=f"count_if({due})",
        column=column.name,
    )


def _said(column: Column) -> str:
    """Name a field as AWS writes it."""
    return ".".join(column.path)
