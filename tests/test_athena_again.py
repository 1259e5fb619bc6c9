"""A query that was lost sight of is picked up; one that may pass is asked again."""

import pytest

from tests.support.athena_server import AthenaServer
from tests.support.trail_listed import case, deliver, session
from trailkit.case import Case
from trailkit.display.provenance import provenance
from trailkit.engines.athena import AthenaEngine, unload
from trailkit.errors import AccessRefused, QueryFailed

DELETIONS = "s3/bucket-deletions"
THROTTLED = "HIVE_CURSOR_ERROR: Please reduce your request rate. (Error Code: SlowDown)"
IDS = "select event_id, action from events order by event_id"


@pytest.fixture
def server(athena: AthenaServer) -> AthenaServer:
    deliver(athena)
    return athena


def day(**settings: object) -> Case:
    return case(reuse=None, **settings).window("2026-03-03", "2026-03-04")


def test_what_s3_throttled_is_asked_again(
    server: AthenaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.failure, server.failures = THROTTLED, 2
    assert len(day().ask(DELETIONS)) == 12
    assert len(server.queries) == 3
    assert "It is asked again in a moment. S3 throttled" in capsys.readouterr().err


def test_it_is_asked_three_times_at_most(server: AthenaServer) -> None:
    server.failure = THROTTLED
    with pytest.raises(QueryFailed, match="S3 throttled the reading"):
        day().ask(DELETIONS)
    assert len(server.queries) == 3


def test_what_does_not_pass_is_not_asked_again(server: AthenaServer) -> None:
    server.failure = "Query exhausted resources at this scale factor"
    with pytest.raises(QueryFailed):
        day().ask(DELETIONS)
    assert len(server.queries) == 1


def test_within_a_budget_it_is_asked_once(server: AthenaServer) -> None:
    server.failure = THROTTLED
    with pytest.raises(QueryFailed):
        day().budget(usd=1).ask(DELETIONS)
    assert len(server.queries) == 1


def test_a_failed_query_may_go_back_to_the_queue(server: AthenaServer) -> None:
    server.failure, server.comes_back = "Query exhausted resources", 1
    assert len(day().ask(DELETIONS)) == 12
    assert len(server.queries) == 1


def test_credentials_that_expire_are_read_anew_and_the_query_goes_on(
    server: AthenaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.refuse("athena:GetQueryExecution", "ExpiredTokenException", times=2)
    frame = day().ask(DELETIONS)
    assert len(frame) == 12
    assert list(server.queries) == [provenance(frame).facts["query_id"]]
    assert "Renew them (such as by aws sso login)" in capsys.readouterr().err


def test_credentials_that_stay_expired_end_it(
    server: AthenaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trailkit.engines.athena.cursor.PATIENCE_SECONDS", 0.0)
    server.refuse("athena:GetQueryExecution", "ExpiredTokenException")
    with pytest.raises(AccessRefused, match="expired"):
        day().ask(DELETIONS)


@pytest.mark.parametrize(
    "select",
    [
        "select count(*) from events",
        "select null as nothing, event_id from events order by event_id",
    ],
)
def test_what_parquet_does_not_take_comes_as_csv(
    server: AthenaServer, select: str
) -> None:
    frame = day(unload=True).query(select)
    assert provenance(frame).facts["format"] == "CSV"
    assert len(server.queries) == 1


REFUSED = (
    "select json_extract('[1]', '$[0]') as a",
    "select interval '1' day as a",
    "select null as a",
    "select 1 + 1",
    "select 1 as a, 2 as a",
)


def test_what_athena_says_of_a_column_that_it_does_not_unload_is_known(
    server: AthenaServer,
) -> None:
    engine = AthenaEngine(
        "security.cloudtrail", workgroup="dfir", session=session(), poll=0.01
    )
    for number, select in enumerate(REFUSED):
        with pytest.raises(QueryFailed) as caught:
            engine.execute(unload.statement(select, f"s3://results/{number}/"))
        assert unload.is_refused(str(caught.value)), select
        assert unload.order(select) is None, select


def test_what_athena_refuses_to_unload_comes_as_csv(server: AthenaServer) -> None:
    server.failure, server.failures = "NOT_SUPPORTED: Unsupported Hive type: x", 1
    frame = day(unload=True).query(IDS)
    assert provenance(frame).facts["format"] == "CSV"
    assert len(frame) == 12
