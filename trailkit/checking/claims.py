"""What trailkit takes for true of a table's records, each claim with SQL that counts.

A claim is an aggregate over ``records``, so that all of them are one scan. Columns that
AWS's documented table lacks come from the one definition of the record.
"""

from dataclasses import dataclass

from trailkit.dialect import columns_used
from trailkit.literals import literal
from trailkit.record import Column, Kind, Type, columns
from trailkit.tables.pruning import REGIONS_APART

_NEVER = "count_if(false)"


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence about records: how many rows it is about, and how many disagree.

    With ``due`` a single row that agrees is enough; it counts the rows of which one
    must. ``advice`` says what it means where the claim fails, and what to do.
    """

    name: str
    text: str
    rows: str
    against: str
    advice: str
    due: str | None = None

    @property
    def reads(self) -> set[str]:
        """The names that it reads, columns of ``records`` among them."""
        texts = ", ".join(self.counts().values())
        return columns_used(f"select {texts} from records") or set()

    def counts(self) -> dict[str, str]:
        """Give its aggregates, each under the name of its column."""
        given = {"rows": self.rows, "against": self.against, "due": self.due}
        return {f"{self.name}_{name}": text for name, text in given.items() if text}


def every(name: str, text: str, about: str, against: str, advice: str) -> Claim:
    """Claim something of every row that a condition is true of."""
    disagree = f"count_if(({about}) and ({against}))"
    return Claim(name, text, f"count_if({about})", disagree, advice)


def claims() -> list[Claim]:
    """Give every claim about management and data events."""
    own = columns(Kind.EVENT)
    json = [each for each in own.values() if _is_json_text(each)]
    unlisted = [each for each in own.values() if not each.documented and each.in_files]
    return [*_RECORDS, *_FOLDERS, *map(_parses, json), _CAPITALS, _RESOURCES] + [
        _is_filled(each) for each in unlisted
    ]


_RECORDS = (
    every(
        "record",
        "A row is one record, with its source and its name",
        "true",
        "coalesce(event_source, '') = '' or coalesce(event_name, '') = ''",
        "The log files are not taken apart into records. Compare the table's input "
        "format and SerDe with those of trailkit.tables.ddl.create_table.",
    ),
    every(
        "id",
        "A record has an event id",
        "true",
        "coalesce(event_id, '') = ''",
        "Events are told apart by their id: those without are not free of repeats.",
    ),
    Claim(
        "same",
        "An event id is that of one event",
        "count(distinct event_id)",
        "count(distinct event_id || '/' || coalesce(event_name, '') || '/'"
        " || coalesce(date_format(event_time, '%Y-%m-%dT%H:%i:%sZ'), ''))"
        " - count(distinct event_id)",
        "Some ids stand for two times or two names. Count actions by action_id, which "
        "keeps them apart, not by event_id.",
    ),
    every(
        "time",
        "The event time is a time",
        "true",
        "event_time is null",
        "No window finds a record without a time: no question will show it.",
    ),
)

_FOLDERS = (
    every(
        "path",
        '"$path" names the log file of a row',
        "true",
        "coalesce(file, '') = ''",
        "No event leads to its log file: `file` in deliveries and case.original(…) "
        "do not work on this table.",
    ),
    every(
        "place",
        "A log file lies in the folders that its partition names",
        "regexp_like(file, '/CloudTrail/[^/]+/[0-9]{4}/[0-9]{2}/[0-9]{2}/[^/]+$')",
        "coalesce(strpos(file, '/' || folder_account || '/CloudTrail/' || folder_region"
        " || '/' || replace(cast(delivery_day as varchar), '-', '/') || '/'), 0) = 0",
        "A partition's location is another account's, region's or day's. A scope then "
        "searches the wrong files: correct the partitions, or make the table with "
        "trailkit.tables.ddl.create_table, which has none to correct.",
    ),
    every(
        "early",
        "An event is not younger than the day of its folder",
        "event_time is not null and delivery_day is not null",
        "cast(event_time as date) > delivery_day",
        "The day of the folder is not that of delivery, and a window searches too few "
        "days. Compare the table's partitions with the folders in S3.",
    ),
    every(
        "late",
        "A log file came on the day of its events, or on the next",
        "event_time is not null and delivery_day is not null",
        "cast(event_time as date) < cast(date_add('day', -1, delivery_day) as date)",
        'Log files come late here: case.late("30d") searches them too.',
    ),
    every(
        "account",
        "The folder's account is the one that received the event",
        "folder_account is not null and recipient_account_id <> ''",
        "folder_account <> recipient_account_id",
        "case.accounts(…) searches the folders of the accounts that it names, and "
        "misses their events in others. Leave it out, and filter by `account`.",
    ),
    every(
        "region",
        f"Since {REGIONS_APART.date()} the folder's region is that of the event",
        "folder_region is not null and aws_region <> ''"
        f" and event_time >= {literal(REGIONS_APART, 'time')}",
        "folder_region <> aws_region",
        "case.regions(…) searches the folders of the regions that it names, and misses "
        "their events in others. Leave it out, and filter by `region`.",
    ),
)

_CAPITALS = Claim(
    "capitals",
    "Keys inside requestParameters keep their capitals",
    "count_if(regexp_like(request_parameters, '\"[A-Za-z]+\" *:'))",
    "count_if(regexp_like(request_parameters, '\"[A-Za-z]+\" *:')"
    " and not regexp_like(request_parameters, '\"[a-z]*[A-Z][A-Za-z]*\" *:'))",
    "$.bucketName and the like find nothing. requestParameters must be declared as a "
    "string: trailkit.tables.ddl.create_table does so.",
    due="count_if(regexp_like(request_parameters,"
    " '\"(bucketname|functionname|instanceid|rolearn|rolename|username)\" *:'))",
)

_RESOURCES = every(
    "resources",
    "A resource has an ARN, or the beginning of one",
    "cardinality(resources) > 0",
    "any_match(resources, each -> each.arn is null)",
    "S3's list calls name their bucket by ARNPrefix, which AWS's table does not list: "
    "take the bucket from `request`.",
)


def _is_json_text(column: Column) -> bool:
    return column.type is Type.JSON and column.in_files and len(column.path) == 1


def _parses(column: Column) -> Claim:
    name = column.name
    return every(
        name,
        f"{column.path[0]} is JSON",
        f"{name} <> ''",
        f"json_extract({name}, '$') is null",
        "Questions find nothing in it. Compare such a row with its record: "
        "case.original(event_id).",
    )


_DUE = {
    "management_event": "try_cast(split_part(event_version, '.', 2) as bigint) >= 6",
    "user_identity_credential_id": "user_identity_type = 'IdentityCenterUser'",
    "user_identity_identity_provider": (
        "user_identity_type in ('SAMLUser', 'WebIdentityUser')"
    ),
}
"""The records that must have a field which AWS's table does not list.

Of the other ones no record need have any. (CloudTrail User Guide, "Record contents" and
"userIdentity element".)
"""


def _is_filled(column: Column) -> Claim:
    empty = " or {0} = ''" if column.type is Type.TEXT else ""
    due = _DUE.get(column.name)
    return Claim(
        column.name,
        f"{'.'.join(column.path)} is filled, which AWS's table does not list",
        "count(*)",
        f"count_if({column.name} is null{empty.format(column.name)})",
        "Some of these records must have it: it is not read from the log files, and "
        "what trailkit works out from it is missing.",
        due=f"count_if({due})" if due else _NEVER,
    )
