"""Results of Athena that someone changed: each is an error, and hurts nothing else."""

import random
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any

import boto3
import pyarrow as pa
import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.s3.models import FakeKey, s3_backends

from tests.support.athena_queries import Query, put
from tests.support.athena_results import to_parquet
from tests.support.athena_server import AthenaServer
from trailkit.engines import QueryOptions
from trailkit.engines.athena import AthenaEngine, figures
from trailkit.errors import AccessRefused, ResultsChanged

LIST = (
    "select event_id, actor, number from security.cloudtrail "
    "order by number desc, event_id"
)
LOG = "s3://trail-logs/AWSLogs/1.json.gz"
ROWS = pa.table(
    {
        "event_id": [f"e{n}" for n in range(40)],
        "actor": [None if n % 7 == 0 else f'user/"ada"\n{n}' for n in range(40)],
        "number": pa.array([n % 9 for n in range(40)]),
    }
)
LATER = (3, 60, 86_400)
"""Seconds after a query's end at which it is changed, where only its time tells."""


@pytest.fixture
def server(athena: AthenaServer, monkeypatch: pytest.MonkeyPatch) -> AthenaServer:
    """Return an Athena with a table, a log file and the results of someone else."""
    monkeypatch.setattr(figures, "_WAITS", (0.0,))
    athena.register("security", "cloudtrail", ROWS)
    athena.bucket("trail-logs")
    put(LOG, b"a log file")
    put("s3://results/athena/other.csv", b'"event_id"\n"stolen"\n')
    return athena


@cache
def session() -> boto3.Session:
    """Read boto3's models once, which takes a while."""
    return boto3.Session()


def engine(**settings: Any) -> AthenaEngine:
    settings = {"workgroup": "dfir", "poll": 0.001, "session": session(), **settings}
    return AthenaEngine("security.cloudtrail", **settings)


def whole(unload: bool = False) -> pa.Table:
    return engine(unload=unload).run(LIST).table


def in_chunks() -> pa.Table:
    return pa.concat_tables(part.table for part in engine().chunks(LIST, 7))


def objects() -> dict[str, bytes]:
    """Read all that lies in S3."""
    return {
        f"s3://{bucket.name}/{name}": key.value
        for bucket in s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets.values()
        for name, key in bucket.keys.items()
    }


def key_of(url: str) -> FakeKey:
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return s3_backends[DEFAULT_ACCOUNT_ID]["aws"].get_bucket(bucket).keys[key]


def change(url: str, content: bytes | None, seconds: float, query: Query) -> None:
    """Write an object anew, or delete it, so many seconds after the query's end."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    if content is None:
        s3_backends[DEFAULT_ACCOUNT_ID]["aws"].delete_object(bucket, key)
        return
    put(url, content)
    assert query.ended is not None
    later = query.ended + timedelta(seconds=seconds)
    key_of(url).last_modified = later.replace(tzinfo=None)


Edit = Callable[[random.Random, Query], None]


def _cut(content: bytes, dice: random.Random) -> bytes:
    return content[: dice.randrange(len(content) - 1)]


def _flipped(content: bytes, dice: random.Random) -> bytes:
    place = dice.randrange(len(content))
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def _on_csv(dice: random.Random, query: Query) -> None:
    """Cut, edit, empty, replace or delete the file of a SELECT, or of its types."""
    url = str(query.output)
    content = key_of(url).value
    lines = content.split(b'\n"e')
    at_once = {
        "cut": _cut(content, dice),
        "row less": b'\n"e'.join(lines[:-1]) + b"\n",
        "row more": content + b'"e99","planted","1"\n',
        "doubled": content + content,
        "no rows": content.split(b"\n")[0] + b"\n",
        "empty": b"",
        "columns": content.replace(b'"actor"', b'"nobody"', 1),
        "gone": None,
    }
    later = {
        "flipped": _flipped(content, dice),
        "another": key_of("s3://results/athena/other.csv").value,
        "value": content.replace(b"ada", b"eve"),
    }
    how = dice.choice([*at_once, *later, "types"])
    if how == "types":
        return change(f"{url}.metadata", b"\x0a\x01", dice.choice(LATER), query)
    if how in at_once:
        return change(url, at_once[how], dice.choice([0, *LATER]), query)
    return change(url, later[how], dice.choice(LATER), query)


def _on_unload(dice: random.Random, query: Query) -> None:
    """Change a file of an UNLOAD, or the list of them."""
    manifest = str(query.manifest)
    names = key_of(manifest).value.decode().split()
    part, now = dice.choice(names), dice.choice([0, *LATER])
    match dice.choice(["part", "less", "more", "list", "outside", "value", "swapped"]):
        case "part":
            content = key_of(part).value
            made = dice.choice([_cut(content, dice), b"", b"PAR1", None])
            change(part, made, now, query)
        case "less":
            rows = query.warehouse.run(f"{LIST} limit 1", query.database)
            change(part, to_parquet(rows)[0], now, query)
        case "more":
            change(f"{part}-more", key_of(part).value, now, query)
        case "list":
            made = dice.choice([names[1:], names[:1], [], [*names, names[0]], ["x"]])
            change(manifest, "\n".join(made).encode(), now, query)
        case "outside":
            other = dice.choice([LOG, "s3://results/athena/other.csv"])
            made = dice.choice([[other], [*names, other], [other, *names[1:]]])
            change(manifest, "\n".join(made).encode(), now, query)
        case "value":
            change(part, _flipped(key_of(part).value, dice), dice.choice(LATER), query)
        case _:
            first, second = key_of(names[0]).value, key_of(names[1]).value
            change(names[0], second, dice.choice(LATER), query)
            change(names[1], first, dice.choice(LATER), query)


WAYS: dict[str, tuple[Callable[[], pa.Table], Edit]] = {
    "csv": (whole, _on_csv),
    "chunks": (in_chunks, _on_csv),
    "unload": (lambda: whole(unload=True), _on_unload),
}


def held(server: AthenaServer, seed: int) -> None:
    """Change one result: it is an error, and what is not its own stays as it was."""
    dice = random.Random(seed)
    ask, edit = WAYS[dice.choice(list(WAYS))]
    server.afterwards = lambda query: edit(dice, query)
    around = {LOG, "s3://results/athena/other.csv"}
    before = {url: content for url, content in objects().items() if url in around}
    with pytest.raises(ResultsChanged, match="are not as Athena wrote them"):
        ask()
    after = objects()
    assert {url: after.get(url) for url in around} == before
    assert not [url for url in after if "/unload/" in url]


def test_a_result_that_was_changed_is_an_error(server: AthenaServer) -> None:
    for seed in range(25):
        held(server, seed)


@pytest.mark.soak
def test_five_hundred_results_that_were_changed_are_errors(
    server: AthenaServer,
) -> None:
    for seed in range(1_000, 1_500):
        held(server, seed)


@pytest.mark.parametrize("way", WAYS)
def test_a_result_that_nobody_changed_comes_whole(
    server: AthenaServer, way: str
) -> None:
    assert WAYS[way][0]().num_rows == ROWS.num_rows


def test_an_answer_that_is_given_again_is_held_to_the_end_of_its_own_query(
    server: AthenaServer,
) -> None:
    kept = engine(reuse=timedelta(minutes=60))
    options = QueryOptions(reuse=timedelta(minutes=60))
    kept.run(LIST, options)
    first = server.last
    server.pass_time(timedelta(minutes=20))
    content = key_of(str(first.output)).value.replace(b"ada", b"eve")
    change(str(first.output), content, 60, first)
    with pytest.raises(ResultsChanged, match=r"tk.athena\(…, reuse=None\)"):
        kept.run(LIST, options)


def test_a_frame_says_where_athena_told_no_number_of_rows(
    server: AthenaServer,
) -> None:
    server.refuse("athena:GetQueryRuntimeStatistics", "AccessDeniedException", "no")
    [note] = engine().run(LIST).notes
    assert "does not say how many rows" in note
    assert "GetQueryRuntimeStatistics" in note


def test_an_error_after_the_start_names_the_query_and_its_bill(
    server: AthenaServer,
) -> None:
    server.refuse("s3:GetObject", "AccessDenied", "Access Denied")
    with pytest.raises(AccessRefused) as caught:
        engine().run(LIST)
    assert f"Query {server.last.id} had ended already" in str(caught.value)
    assert "billed" in str(caught.value)
