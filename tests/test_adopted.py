"""Tables that others declared: each question over them, through Athena, is answered.

Over one day of the practice case; what trailkit's own table answers is the measure.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest

import trailkit as tk
from tests.support.athena_server import AthenaServer
from tests.support.raw_rows import Located, partition_values, raw_rows
from tests.support.sampled import some
from tests.support.tables_made import DOCUMENTED_COLUMNS, by_hand
from tests.support.tables_over_logs import located_in
from tests.support.trail_listed import session
from tests.test_equal_engines import arguments
from trailkit.case import Case
from trailkit.errors import TableError
from trailkit.record import Kind
from trailkit.store import practice_case
from trailkit.tables.schema import raw_columns

OLD_SERDE = {
    **DOCUMENTED_COLUMNS,
    "useridentity": (
        "struct<type:string,principalid:string,arn:string,accountid:string,"
        "invokedby:string,accesskeyid:string,userName:string,sessioncontext:struct<"
        "attributes:struct<mfaauthenticated:string,creationdate:string>,"
        "sessionissuer:struct<type:string,principalId:string,arn:string,"
        "accountId:string,userName:string>,ec2RoleDelivery:string,"
        "webIdFederationData:map<string,string>>>"
    ),
    "resources": "array<struct<ARN:string,accountId:string,type:string>>",
}
for _later in (
    *("addendum", "edgedevicedetails", "eventcategory", "sessioncredentialfromconsole"),
    *("tlsdetails", "vpcendpointaccountid"),
):
    del OLD_SERDE[_later]

COLUMNS = {
    "as documented": DOCUMENTED_COLUMNS,
    "of the old serde": OLD_SERDE,
    "with others beside": {"team": "string", **DOCUMENTED_COLUMNS, "cost": "double"},
    "with text for structs": {
        **DOCUMENTED_COLUMNS,
        **dict.fromkeys(("useridentity", "addendum", "tlsdetails"), "string"),
    },
    "without what came later": {
        name: kind
        for name, kind in DOCUMENTED_COLUMNS.items()
        if name not in ("tlsdetails", "eventcategory", "addendum")
    },
}

QUESTIONS = {
    "overview/event": ["from_console", "caller_kind", "tls_version"],
    "resource/history": [],
    "signin/console": ["actor", "identity_id"],
    "identity/access-key": [],
    "s3/bucket-deletions": [],
    "credentials/secrets-read": [],
}
"""Questions, and the columns that are filled by fields which an older table lacks."""

ASKED = [(declared, "overview/event") for declared in COLUMNS] + [
    (declared, name)
    for declared in ("with text for structs", "without what came later")
    for name in QUESTIONS
    if name != "overview/event"
]
"""Every column of every declaration; each question of those that differ most."""

OLDER = ("of the old serde", "without what came later")


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> list[Located]:
    """Return the records of a day of the practice case, at their addresses."""
    folder = tmp_path_factory.mktemp("practice")
    practice_case.unpack(folder)
    wanted = re.compile(r".*/CloudTrail/.*/2026/03/12/[^/]+")
    return [each for each in located_in(folder) if wanted.fullmatch(each[0])]


@pytest.fixture(scope="module")
def server(_running_athena: AthenaServer, day: list[Located]) -> Iterator[AthenaServer]:
    """Return an Athena with a table of every declaration, and one of trailkit's own."""
    with pytest.MonkeyPatch.context() as patch:
        _running_athena.begin(patch)
        publish(_running_athena, named("own"), raw_columns(Kind.EVENT), day)
        for declared, columns in COLUMNS.items():
            publish(_running_athena, named(declared), columns, day)
        yield _running_athena


def named(declared: str) -> str:
    return declared.replace(" ", "_")


def publish(
    server: AthenaServer, name: str, columns: Mapping[str, str], located: list[Located]
) -> None:
    """Make a table with partitions by hand."""
    table = replace(
        by_hand("account", "region", "day"),
        database="security",
        name=name,
        columns=columns,
        location="s3://central-logs/AWSLogs/",
    )
    server.create(table, raw_rows(located, table))
    for place in dict.fromkeys(url.rpartition("/")[0] for url, _ in located):
        values = partition_values(f"{place}/x", table)
        server.add_partition("security", name, [*values.values()], place)


def case(name: str) -> Case:
    opened = tk.athena(
        f"security.{name}", workgroup="dfir", poll=0.01, session=session()
    )
    return opened.window("2026-03-12", "2026-03-13").late("1m")


@cache
def own_answer(name: str) -> pd.DataFrame:
    opened = case("own")
    return opened.ask(name, **arguments(opened.questions[name]))


@pytest.mark.parametrize(("declared", "name"), some(ASKED, 3))
def test_a_question_is_answered_as_our_own_table_does(
    server: AthenaServer, declared: str, name: str
) -> None:
    opened, own = case(named(declared)), own_answer(name)
    found = opened.ask(name, **arguments(opened.questions[name]))
    lost = QUESTIONS[name] if declared in OLDER else []
    assert len(own)
    pd.testing.assert_frame_equal(found.drop(columns=lost), own.drop(columns=lost))


@pytest.mark.parametrize(
    "declared",
    ["struct<bucketname:string>", "map<string,string>", "struct<bucketName:string>"],
)
def test_open_objects_that_lost_their_keys_are_refused_where_they_are_needed(
    athena: AthenaServer, day: list[Located], declared: str
) -> None:
    columns = {**DOCUMENTED_COLUMNS, "requestparameters": declared}
    publish(athena, "typed", columns, day[:50])
    opened = case("typed")
    assert not opened.query("select action, time from events order by action").empty
    with pytest.raises(TableError, match=r"\"requestparameters\" as .*table\.better"):
        opened.ask("s3/bucket-deletions")


@pytest.mark.parametrize(
    "missing", ["eventid", "eventtime", "eventname", "eventsource"]
)
def test_a_table_that_cannot_be_read_names_the_column_it_lacks(
    athena: AthenaServer, missing: str
) -> None:
    columns = {name: DOCUMENTED_COLUMNS[name] for name in DOCUMENTED_COLUMNS}
    del columns[missing]
    publish(athena, "short", columns, [])
    with pytest.raises(TableError, match=f"has no column {missing}"):
        case("short").ask("s3/bucket-deletions")
