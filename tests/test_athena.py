"""The engine for Athena: its answers, its price, and what it says when things fail."""

import _thread
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import boto3
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.athena_results import Rows, to_csv
from tests.support.athena_server import (
    ACCOUNT,
    KEY_REFUSED,
    LOGS_REFUSED,
    WRITING_REFUSED,
    AthenaServer,
)
from trailkit.aws import prices
from trailkit.engines.athena import AthenaEngine
from trailkit.engines.athena.results import ResultColumn, from_csv
from trailkit.engines.athena.unload import order
from trailkit.errors import (
    AccessRefused,
    NotConfigured,
    QueryCancelled,
    QueryFailed,
    TableError,
    Unavailable,
)
from trailkit.execution.frames import to_frame

TABLE = "security.cloudtrail"
MEGABYTE = 1024**2

ROWS = pa.table(
    {
        "event_id": ["e1", "e2", "e3", "e4", "e5"],
        "actor": ["user/ada", None, "", 'say "hi",\r\nthen\rgo', "é\x00😀"],
        "number": pa.array([1, 2, None, 9007199254740993, -5]),
        "share": pa.array([0.5, None, 1e300, -1e-9, 3.0]),
        "denied": pa.array([True, None, False, True, False]),
        "time": pa.array(
            [1_688_989_200_123, None, 0, 1_688_989_200_000, -1], pa.timestamp("ms")
        ),
        "account": ["111122223333"] * 3 + ["444455556666"] * 2,
    }
)
EVERYTHING = (
    "select event_id, actor, number, share, denied, time, account, "
    "cast(null as varchar) as nothing "
    "from security.cloudtrail order by number desc, event_id"
)
IN_ORDER = ["e4", "e2", "e1", "e5", "e3"]


@pytest.fixture
def server(athena: AthenaServer) -> AthenaServer:
    athena.register("security", "cloudtrail", ROWS, ["account"], total=500 * MEGABYTE)
    return athena


@cache
def session() -> boto3.Session:
    """Read boto3's models once, which takes a while."""
    return boto3.Session()


def engine(**settings: Any) -> AthenaEngine:
    settings = {"workgroup": "dfir", "poll": 0.01, "session": session(), **settings}
    return AthenaEngine(TABLE, **settings)


@pytest.fixture(params=["csv", "unload", "managed"])
def way(request: pytest.FixtureRequest, server: AthenaServer) -> AthenaEngine:
    server.workgroup("managed", managed=True)
    if request.param == "managed":
        return engine(workgroup="managed")
    return engine(unload=request.param == "unload")


def test_an_answer_has_the_right_types_and_values(way: AthenaEngine) -> None:
    answer = way.run(EVERYTHING)
    rows = {row["event_id"]: row for row in answer.table.to_pylist()}
    stored = {row["event_id"]: row for row in ROWS.to_pylist()}
    assert answer.table.column("event_id").to_pylist() == IN_ORDER
    assert rows == {key: {**row, "nothing": None} for key, row in stored.items()}
    assert answer.types == {
        "event_id": "varchar",
        "actor": "varchar",
        "number": "bigint",
        "share": "double",
        "denied": "boolean",
        "time": "timestamp",
        "account": "varchar",
        "nothing": "varchar",
    }
    assert [str(kind) for kind in to_frame(answer).dtypes] == [
        *["str", "str", "Int64", "float64", "boolean"],
        *["datetime64[us, UTC]", "str", "str"],
    ]


def test_an_empty_answer_keeps_its_types(way: AthenaEngine) -> None:
    full = way.run(EVERYTHING)
    empty = way.run(EVERYTHING.replace("order by", "where number = 77 order by"))
    assert empty.table.num_rows == 0
    assert empty.types == full.types
    assert to_frame(empty).dtypes.equals(to_frame(full).dtypes)


def test_a_name_of_a_column_may_hold_a_comma(way: AthenaEngine) -> None:
    answer = way.run('select number as "a,b" from security.cloudtrail where number = 2')
    assert answer.table.to_pylist() == [{"a,b": 2}]


def test_a_single_null_column_keeps_its_rows(way: AthenaEngine) -> None:
    answer = way.run("select actor from security.cloudtrail where number = 2")
    assert answer.table.to_pylist() == [{"actor": None}]


def test_many_rows_come_whole(way: AthenaEngine, server: AthenaServer) -> None:
    numbers = pa.table({"number": pa.array(range(2_500))})
    server.register("security", "numbers", numbers)
    answer = way.run("select number from security.numbers order by number")
    assert answer.table["number"].to_pylist() == list(range(2_500))


texts = st.none() | st.text(st.characters(codec="utf-8"))


@given(st.lists(st.tuples(texts, st.none() | st.booleans(), texts)))
def test_every_text_survives_the_csv(values: list[tuple[Any, ...]]) -> None:
    names, types = ["a", "b", "c"], ["varchar", "boolean", "varchar"]
    content = to_csv(Rows(names, types, values, pa.table({})))
    table = from_csv(content, list(map(ResultColumn, names, types)))
    assert [tuple(row.values()) for row in table.to_pylist()] == values


def test_sql_is_sent_without_its_leading_comments(server: AthenaServer) -> None:
    engine().run("-- title: 'x'\n  /* two\nlines */ -- three\n\nselect 1 as one")
    assert server.last.sql == "select 1 as one"


def test_the_facts_say_what_ran_and_what_it_cost(server: AthenaServer) -> None:
    answer = engine().run("select count(*) as n from security.cloudtrail")
    facts = answer.facts
    assert facts["query_id"] == server.last.id
    assert facts["bytes"] == 500 * MEGABYTE
    assert facts["dollars"] == pytest.approx(500 / 1024**2 * 5)
    assert facts["output"] == f"s3://results/athena/{server.last.id}.csv"
    assert facts["workgroup"] == "dfir"
    assert facts["region"] == "us-east-1"
    assert facts["reused"] is False
    phases = facts["milliseconds"]
    assert list(phases) == [
        *("queue", "service_pre_processing", "planning", "engine"),
        *("service_processing", "total"),
    ]
    assert facts["seconds"] * 1000 >= phases["engine"] > 0


def test_a_price_of_ones_own_wins(server: AthenaServer) -> None:
    answer = engine(price=1.0).run("select count(*) as n from security.cloudtrail")
    assert answer.facts["dollars"] == pytest.approx(500 / 1024**2)


def test_bytes_are_rounded_up_and_ten_megabytes_are_the_least() -> None:
    megabyte = 5.0 / 1024**2
    assert prices.dollars(0, 5.0) == pytest.approx(10 * megabyte)
    assert prices.dollars(10 * MEGABYTE + 1, 5.0) == pytest.approx(11 * megabyte)


def test_unload_leaves_no_files_behind(server: AthenaServer) -> None:
    facts = engine(unload=True).run(EVERYTHING).facts
    assert facts["deleted"] is True
    assert server.files("results") == []


def test_unload_says_when_it_may_not_clean_up(server: AthenaServer) -> None:
    server.refuse("s3:DeleteObject", "AccessDenied")
    facts = engine(unload=True).run(EVERYTHING).facts
    assert facts["deleted"] is False
    assert facts["output"].startswith("s3://results/athena/unload/")


@pytest.mark.parametrize(
    ("sql", "keys"),
    [
        ("select a, b from t", []),
        ("select a, b from t order by b desc, 1", ["b descending", "a ascending"]),
        ("with t as (select 1 as a) select a from t order by a", ["a ascending"]),
        ("select a from t union all select a from u order by a", ["a ascending"]),
        ("select a from t order by b", None),
        ("select a from t order by t.a", None),
        ("select a from t order by a nulls first", None),
        ("select * from t order by a", None),
        ("select a, b as a from t order by 1", None),
    ],
)
def test_an_order_is_read_or_left_to_athena(sql: str, keys: list[str] | None) -> None:
    found = order(sql)
    assert (found and [" ".join(key) for key in found]) == (keys if found else found)
    assert (found is None) == (keys is None)


def test_an_order_that_cannot_be_put_back_comes_by_csv(server: AthenaServer) -> None:
    sql = "select actor from security.cloudtrail order by lower(event_id)"
    answer = engine(unload=True).run(sql)
    assert answer.table["actor"].to_pylist() == ROWS["actor"].to_pylist()
    assert not server.last.sql.startswith("unload")


def test_the_definition_comes_from_glue(server: AthenaServer) -> None:
    definition = engine().definition(TABLE)
    assert definition.columns["time"] == "timestamp"
    assert definition.partitions == {"account": "string"}


def test_a_missing_definition_is_named(server: AthenaServer) -> None:
    with pytest.raises(TableError, match="no such table"):
        engine().definition("security.trail")


def test_a_catalog_of_another_account_is_read(server: AthenaServer) -> None:
    boto3.client("athena").create_data_catalog(
        Name="central", Type="GLUE", Parameters={"catalog-id": ACCOUNT}
    )
    assert engine().definition(f"central.{TABLE}").name == "cloudtrail"


# --- Where results go


@pytest.mark.parametrize("results", ["results", "s3:/results/", "s3://UPPER/", "s3://"])
def test_a_place_must_be_in_s3(results: str) -> None:
    with pytest.raises(NotConfigured, match="is not a place in S3"):
        AthenaEngine(TABLE, results=results)


def test_no_workgroup_and_no_place_is_refused_before_anything_runs() -> None:
    with pytest.raises(NotConfigured, match='workgroup="dfir"'):
        AthenaEngine(TABLE)


@pytest.mark.parametrize("table", ["cloudtrail", "", "a.b.c.d", "security."])
def test_a_table_needs_its_database(table: str) -> None:
    with pytest.raises(TableError, match=r"database\.table"):
        AthenaEngine(table, workgroup="dfir")


def test_an_unknown_workgroup_is_named(server: AthenaServer) -> None:
    with pytest.raises(NotConfigured, match="WorkGroup nobody is not found"):
        engine(workgroup="nobody").run("select 1 as one")


def test_a_workgroup_without_a_place_asks_for_one(server: AthenaServer) -> None:
    server.workgroup("bare")
    with pytest.raises(NotConfigured, match='workgroup="bare", results='):
        engine(workgroup="bare").run("select 1 as one")
    answer = engine(workgroup="bare", results="s3://results/x").run("select 1 as one")
    assert answer.facts["output"].startswith("s3://results/x/")


def test_results_alone_use_the_primary_workgroup(server: AthenaServer) -> None:
    answer = engine(workgroup=None, results="s3://results/").run("select 1 as one")
    assert answer.facts["workgroup"] == "primary"


@pytest.mark.parametrize("managed", [False, True])
def test_a_place_that_would_not_count_is_refused(
    server: AthenaServer, managed: bool
) -> None:
    own = None if managed else "s3://results/own/"
    server.workgroup("strict", own, enforced=not managed, managed=managed)
    with pytest.raises(NotConfigured, match="would not count"):
        engine(workgroup="strict", results="s3://results/x/").run("select 1 as one")


def test_an_enforced_place_is_used(server: AthenaServer) -> None:
    server.workgroup("strict", "s3://results/own/", enforced=True)
    answer = engine(workgroup="strict").run("select 1 as one")
    assert answer.facts["output"].startswith("s3://results/own/")


def test_a_disabled_workgroup_is_named(server: AthenaServer) -> None:
    server.disable("dfir")
    with pytest.raises(NotConfigured, match='"dfir" is disabled'):
        engine().run("select 1 as one")


def test_a_workgroup_whose_results_are_ciphertext_is_refused(
    server: AthenaServer,
) -> None:
    """Its own settings count unless a place is sent and it enforces none."""
    encryption = {"EncryptionOption": "CSE_KMS", "KmsKey": "alias/results"}
    place = {"OutputLocation": "s3://results/x/", "EncryptionConfiguration": encryption}
    for name, enforced in (("secret", True), ("open", False)):
        server.workgroup(name, enforced=enforced, ResultConfiguration=place)
        with pytest.raises(NotConfigured, match=r"\(CSE_KMS\).*Set SSE_KMS or SSE_S3"):
            engine(workgroup=name).run("select 1 as one")
    assert not server.queries
    answer = engine(workgroup="open", results="s3://results/y/").run("select 1 as one")
    assert answer.table.num_rows == 1


def test_a_bucket_of_a_stranger_is_refused_before_the_query(
    server: AthenaServer,
) -> None:
    server.bucket("taken", owner="444455556666")
    with pytest.raises(AccessRefused, match=f"does not belong to account {ACCOUNT}"):
        engine(results="s3://taken/").run("select 1 as one")
    assert not server.queries
    trusting = engine(results="s3://taken/", bucket_owner="444455556666")
    assert trusting.run("select 1 as one").table.num_rows == 1


def test_the_owner_that_a_workgroup_names_is_trusted(server: AthenaServer) -> None:
    server.bucket("shared", owner="444455556666")
    place = {"OutputLocation": "s3://shared/", "ExpectedBucketOwner": "444455556666"}
    server.workgroup("other", ResultConfiguration=place)
    assert engine(workgroup="other").run("select 1 as one").table.num_rows == 1


def test_a_missing_bucket_is_named(server: AthenaServer) -> None:
    with pytest.raises(NotConfigured, match="bucket for results cannot be used"):
        engine(results="s3://absent/").run("select 1 as one")


def test_nothing_is_asked_before_the_first_query(server: AthenaServer) -> None:
    engine()
    assert server.faults.seen == []


# --- What can go wrong


def test_no_credentials(server: AthenaServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(AccessRefused, match=r"No AWS credentials.*aws sso login"):
        engine(session=None).run("select 1 as one")


def test_no_region(server: AthenaServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(NotConfigured, match='region="eu-west-1"'):
        engine(session=None).run("select 1 as one")


def test_an_unknown_profile(server: AthenaServer) -> None:
    with pytest.raises(NotConfigured, match=r"profile \(nobody\) could not be found"):
        engine(session=None, profile="nobody").run("select 1 as one")


@pytest.mark.parametrize(
    ("action", "code"),
    [
        ("athena:GetWorkGroup", "ExpiredTokenException"),
        ("sts:GetCallerIdentity", "ExpiredToken"),
        ("athena:StartQueryExecution", "ExpiredTokenException"),
        ("athena:GetQueryExecution", "ExpiredTokenException"),
        ("s3:GetObject", "ExpiredToken"),
    ],
)
def test_expired_credentials(
    server: AthenaServer, monkeypatch: pytest.MonkeyPatch, action: str, code: str
) -> None:
    monkeypatch.setattr("trailkit.engines.athena.cursor.PATIENCE_SECONDS", 0.0)
    server.refuse(action, code, "The security token included is expired")
    with pytest.raises(AccessRefused, match=r"credentials have expired.*aws sso login"):
        engine().run("select 1 as one")


def test_unknown_credentials(server: AthenaServer) -> None:
    server.refuse("athena:.*", "UnrecognizedClientException", "The token is invalid")
    with pytest.raises(AccessRefused, match="does not know these credentials"):
        engine().run("select 1 as one")


@pytest.mark.parametrize(
    "action",
    [
        "athena:GetWorkGroup",
        "athena:StartQueryExecution",
        "athena:GetQueryExecution",
        "athena:GetQueryResults",
    ],
)
def test_a_missing_right_in_athena_is_named(server: AthenaServer, action: str) -> None:
    server.refuse(
        action,
        "AccessDeniedException",
        f"User: arn:aws:iam::{ACCOUNT}:user/ada is not authorized to perform: {action} "
        f"on resource: arn:aws:athena:us-east-1:{ACCOUNT}:workgroup/dfir",
    )
    with pytest.raises(AccessRefused, match=f"The right {action} on arn:aws:athena"):
        engine().run("select 1 as one")


def test_results_that_may_not_be_read(server: AthenaServer) -> None:
    server.refuse("s3:GetObject", "AccessDenied", "Access Denied")
    with pytest.raises(AccessRefused, match="The right s3:GetObject is missing"):
        engine().run("select 1 as one")


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        (LOGS_REFUSED, "s3:GetObject and s3:ListBucket on arn:aws:s3:::trail-logs/"),
        ("PERMISSION_DENIED: Access Denied (Service: S3)", "s3:GetObject and s3:List"),
        (KEY_REFUSED, "kms:Decrypt on arn:aws:kms:us-east-1"),
        (WRITING_REFUSED, "s3:PutObject on their place"),
        (
            "Insufficient Lake Formation permission(s): Required Select on cloudtrail",
            "aws lakeformation grant-permissions",
        ),
    ],
)
def test_rights_that_are_missing_while_it_runs(
    server: AthenaServer, reason: str, remedy: str
) -> None:
    server.failure = reason
    with pytest.raises(AccessRefused) as caught:
        engine().run("select 1 as one")
    assert remedy in str(caught.value)
    assert reason[:40] in str(caught.value)


def test_a_missing_table_is_named(server: AthenaServer) -> None:
    with pytest.raises(TableError, match=r"'awsdatacatalog\.security\.trail' does not"):
        engine().run("select 1 as one from security.trail")


def test_the_reason_of_a_failure_is_athenas_own(server: AthenaServer) -> None:
    server.failure = "Query exhausted resources at this scale factor"
    with pytest.raises(QueryFailed, match="exhausted resources"):
        engine().run("select 1 as one")


def test_a_query_cancelled_from_outside(server: AthenaServer) -> None:
    server.failure, server.failure_state = "Query cancelled by user", "CANCELLED"
    with pytest.raises(QueryCancelled, match=r"500\.0 MB scanned, less than \$0\.01"):
        engine().run("select count(*) as n from security.cloudtrail")


def test_the_limit_of_the_workgroup(server: AthenaServer) -> None:
    server.workgroup(
        "tight", "s3://results/", BytesScannedCutoffPerQuery=100 * MEGABYTE
    )
    with pytest.raises(QueryFailed, match=r"stops a query at 100\.0 MB"):
        engine(workgroup="tight").run("select count(*) as n from security.cloudtrail")


def test_a_query_that_is_too_long_is_not_sent(server: AthenaServer) -> None:
    with pytest.raises(QueryFailed, match=r"Athena takes 262,144"):
        engine().run("select '" + "é" * 140_000 + "' as long")
    assert not server.queries


@pytest.fixture
def skipping(monkeypatch: pytest.MonkeyPatch) -> Callable[[], float]:
    """Let boto3 and PyAthena wait in no time, and count how long they would have."""
    waited = 0.0

    class Clock:
        monotonic = staticmethod(lambda: time.monotonic() + waited)
        time = staticmethod(time.time)

        @staticmethod
        def sleep(seconds: float) -> None:
            nonlocal waited
            waited += seconds

    for module in ("tenacity.nap", "botocore.endpoint", "pyathena.common"):
        monkeypatch.setattr(f"{module}.time", Clock)
    monkeypatch.setattr("trailkit.engines.athena.cursor.time", Clock)
    return lambda: waited


@pytest.mark.parametrize("code", ["ThrottlingException", "TooManyRequestsException"])
def test_a_minute_of_throttling_is_survived(
    server: AthenaServer, skipping: Callable[[], float], code: str
) -> None:
    server.refuse("athena:StartQueryExecution", code, until=lambda: skipping() > 60)
    assert engine().run("select 1 as one").table.num_rows == 1
    assert skipping() > 60


def test_endless_throttling_is_said(
    server: AthenaServer, skipping: Callable[[], float]
) -> None:
    server.refuse("athena:StartQueryExecution", "TooManyRequestsException", "busy")
    with pytest.raises(Unavailable, match="throttled every attempt"):
        engine().run("select 1 as one")
    assert skipping() > 100


def test_a_lost_connection_finds_the_query_again(
    server: AthenaServer, skipping: Callable[[], float]
) -> None:
    server.drop("athena:GetQueryExecution", times=30)
    assert engine(poll=5).run("select 1 as one").table.num_rows == 1
    assert len(server.queries) == 1


def test_a_connection_that_stays_lost_is_said(
    server: AthenaServer, skipping: Callable[[], float]
) -> None:
    server.drop("athena:GetQueryExecution", times=float("inf"))
    with pytest.raises(Unavailable, match="could not be reached"):
        engine(poll=60).run("select 1 as one")


def test_a_result_file_is_read_again_after_a_lost_connection(
    server: AthenaServer, skipping: Callable[[], float]
) -> None:
    server.drop("s3:GetObject", times=7)
    assert engine().run("select 1 as one").table.num_rows == 1


def test_a_result_file_that_cannot_be_read_is_said(
    server: AthenaServer, skipping: Callable[[], float]
) -> None:
    server.drop("s3:GetObject", times=float("inf"))
    with pytest.raises(Unavailable, match="could not be reached"):
        engine().run("select 1 as one")


def test_a_fault_on_awss_side_is_waited_for(
    server: AthenaServer, skipping: Callable[[], float]
) -> None:
    server.refuse("athena:GetQueryExecution", "InternalServerException", times=9)
    assert engine(poll=5).run("select 1 as one").table.num_rows == 1


@pytest.fixture
def ctrl_c(server: AthenaServer) -> Callable[[], threading.Thread]:
    """Press Ctrl-C as soon as the query runs."""

    def press() -> None:
        while not any(query.state == "RUNNING" for query in server.queries.values()):
            time.sleep(0.01)
        _thread.interrupt_main()

    return lambda: threading.Thread(target=press, daemon=True)


def test_ctrl_c_stops_the_query_and_says_what_is_billed(
    server: AthenaServer, ctrl_c: Callable[[], threading.Thread]
) -> None:
    server.slow = 30
    ctrl_c().start()
    with pytest.raises(KeyboardInterrupt) as caught:
        engine().run("select count(*) as n from security.cloudtrail")
    assert server.last.state == "CANCELLED"
    assert f"Query {server.last.id} is stopped in Athena" in str(caught.value)
    assert "scanned, less than $0.01 billed" in str(caught.value)


def test_ctrl_c_says_when_the_query_runs_on(
    server: AthenaServer, ctrl_c: Callable[[], threading.Thread]
) -> None:
    server.slow = 30
    server.refuse("athena:StopQueryExecution", "AccessDeniedException", "no")
    ctrl_c().start()
    with pytest.raises(KeyboardInterrupt, match="could not be stopped"):
        engine().run("select 1 as one")


def test_progress_shows_state_seconds_and_bytes(
    server: AthenaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.slow = 2.5
    engine(poll=0.1).run("select count(*) as n from security.cloudtrail")
    shown = capsys.readouterr().err
    assert "Athena: running, 2 s" in shown
    assert "MB scanned, less than $0.01" in shown


def test_pyathena_adds_no_words_of_its_own(
    server: AthenaServer,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("trailkit.progress.FIRST_SHOWN", 3600)
    server.failure = "Query exhausted resources at this scale factor"
    with pytest.raises(QueryFailed):
        engine().run("select 1 as one")
    assert capfd.readouterr().err == ""
