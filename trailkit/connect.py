"""The ways to a case: local files, the practice case, Athena, Trino."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from trailkit.errors import typed
from trailkit.progress import notice
from trailkit.record import Kind

if TYPE_CHECKING:
    import boto3
    from trino.auth import Authentication

    from trailkit.aws.prices import Own
    from trailkit.case import Case
    from trailkit.engines import Engine
    from trailkit.engines.athena.athena_engine import Unload
    from trailkit.source import Source


@typed
def local(
    evidence: str | Path | Sequence[str | Path],
    *,
    store: str | Path | None = None,
    questions: str | Path | None = None,
    progress: bool = True,
) -> "Case":
    """Open log files as a case; no AWS account is needed.

    ``evidence`` is a folder, a file or a list of them, in any form that CloudTrail
    records come in. The files are read once into a Parquet store in your cache folder
    (or in ``store``) and never changed; the next time the case opens at once. A file
    that has changed or vanished since it was read is named. ``questions`` is a folder
    of your own questions, here and in the other ways to a case.

    Raises NoSuchEvidence, NoRecords, UnsafePath or StoreError.
    """
    from trailkit.engines.duckdb import LocalEngine
    from trailkit.execution.own_traces import is_caller
    from trailkit.integrity import acquisition_check, local_digests
    from trailkit.store.store import open_store
    from trailkit.store.store_source import StoreSource

    folder = Path(store) if store is not None else None
    opened = open_store(evidence, folder=folder, progress=progress)
    for note in opened.notes:
        notice(note)
    source = StoreSource(opened, local_digests.delivered)
    for room in (acquisition_check, local_digests):
        for note in room.said_on_opening(source):
            notice(note)
    case = _case(source, LocalEngine(opened.folder, source.views()), questions)
    who = [each for each in acquisition_check.fetched_by(source) if is_caller(each)]
    return case.investigated_by(*who) if who else case


@typed
def athena(
    table: str,
    *,
    workgroup: str | None = None,
    results: str | None = None,
    insights: str | None = None,
    network: str | None = None,
    aggregated: str | None = None,
    region: str | None = None,
    profile: str | None = None,
    session: "boto3.Session | None" = None,
    bucket_owner: str | None = None,
    price: "Own | None" = None,
    unload: "Unload" = "auto",
    reuse: str | timedelta | None = "60m",
    poll: float = 1.0,
    questions: str | Path | None = None,
) -> "Case":
    """Open a table on Athena as a case; nothing is asked of AWS yet.

    ``table`` is ``database.table`` or ``catalog.database.table``, of S3 Tables
    ``s3tablescatalog/bucket.database.table``; the tables of other kinds of record are
    named beside it. It may be one of log files, a view over it, a copy, or one of
    Security Lake, CloudWatch or CloudTrail Lake (docs/set-up.md). Name a ``workgroup``,
    or with ``results`` a place in S3 for results; the account that owns the place must
    be yours, or ``bucket_owner``. ``price`` is what you pay for a terabyte scanned,
    where that is not the list's, or several prices by name, such as
    ``{"scan": 4.5, "get": 0.0004}``.

    ``unload`` is True, False or "auto": then a list over large log files comes as
    Parquet, which is quicker. ``reuse`` is how old an answer may be that Athena gives
    again, for nothing, to a question over days that are complete; None asks anew.

    Raises NotConfigured without workgroup and place, TableError for a wrong name.
    """
    from trailkit.engines.athena import AthenaEngine
    from trailkit.scope import duration
    from trailkit.store.originals import find_in
    from trailkit.tables.table_source import TableSource

    engine = AthenaEngine(
        table,
        workgroup=workgroup,
        results=results,
        region=region,
        profile=profile,
        session=session,
        bucket_owner=bucket_owner,
        price=price,
        unload=unload,
        reuse=None if reuse is None else duration(reuse),
        poll=poll,
    )
    names = _by_kind(table, insights, network, aggregated)

    def read(file: str, event_id: str) -> list[tuple[str, int, str]]:
        return find_in(file, engine.read(file), event_id)

    source = TableSource(
        names, engine.definition, read, engine.partitions, engine.marks
    )
    return _case(source, engine, questions)


@typed
def trino(
    table: str,
    *,
    host: str,
    port: int | None = None,
    user: str | None = None,
    insights: str | None = None,
    network: str | None = None,
    aggregated: str | None = None,
    http_scheme: str | None = None,
    auth: "Authentication | None" = None,
    verify: bool | str = True,
    questions: str | Path | None = None,
) -> "Case":
    """Open a table on a Trino of your own as a case; nothing is asked of it yet.

    ``table`` is ``catalog.schema.table``; the tables of other kinds of record are named
    beside it. ``user`` is the one at this computer, unless it is given. ``auth`` is one
    of ``trino.auth``, over https; ``verify`` is False, or a file of certificates.

    It needs ``pip install "trailkit[trino]"``: raises NotConfigured without, and
    TableError for a wrong name.
    """
    from trailkit.engines.trino import TrinoEngine
    from trailkit.tables.table_source import TableSource

    engine = TrinoEngine(
        table,
        host=host,
        port=port,
        user=user,
        http_scheme=http_scheme,
        auth=auth,
        verify=verify,
    )
    names = _by_kind(table, insights, network, aggregated)
    return _case(TableSource(names, engine.definition), engine, questions)


@typed
def demo(*, questions: str | Path | None = None) -> "Case":
    """Open the practice case: a generated trail of an organization, with a story in it.

    It is unpacked into your cache folder the first time, in a few seconds.
    """
    from trailkit.store import practice_case

    return local(practice_case.folder(), questions=questions)


def _case(source: "Source", engine: "Engine", questions: str | Path | None) -> "Case":
    """Make the case; what it stands on is imported now, so that trailkit is at once."""
    from trailkit.case import Case
    from trailkit.questions.library import load

    case = Case(source, engine, load())
    return case if questions is None else case.with_questions(questions)


def _by_kind(
    events: str, insights: str | None, network: str | None, aggregated: str | None
) -> dict[Kind, str]:
    """Return the tables that are named, each by the kind of record that it holds."""
    named = {
        Kind.EVENT: events,
        Kind.INSIGHT: insights,
        Kind.NETWORK: network,
        Kind.AGGREGATED: aggregated,
    }
    return {kind: name for kind, name in named.items() if name is not None}
