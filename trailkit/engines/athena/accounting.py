"""What queries cost that were started and then failed, on the way to us or after."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager

from trailkit.engines.athena.query import Query
from trailkit.errors import TrailkitError


class InterruptedQuery(KeyboardInterrupt):
    """Ctrl-C while queries of Athena ran; ``dollars`` is None where no one knows."""

    dollars: float | None = None
    ran: bool = True


@contextmanager
def accounted() -> Generator[list[Query]]:
    """Let whatever ends an ask early say which queries were started, and their bill.

    A query that may still run is told to stop. An error keeps its class; Ctrl-C
    becomes InterruptedQuery.
    """
    queries: list[Query] = []
    try:
        yield queries
    except TrailkitError as error:
        if told := _failures(queries):
            error.args = (" ".join([f"{str(error).rstrip('.')}.", *told]),)
        error.dollars, error.ran = _sum(queries), _any_ran(queries)
        raise
    except KeyboardInterrupt as interrupt:
        ended = InterruptedQuery(str(interrupt) or " ".join(_failures(queries)))
        ended.dollars, ended.ran = _sum(queries), _any_ran(queries)
        raise ended from None


def _failures(queries: Sequence[Query]) -> list[str]:
    return [ending for query in queries if (ending := query.stop())]


def _sum(queries: Sequence[Query]) -> float | None:
    bills = [query.bill() for query in queries]
    known = [bill for bill in bills if bill is not None]
    return sum(known) if len(known) == len(bills) else None


def _any_ran(queries: Sequence[Query]) -> bool:
    return any(query.may_run for query in queries)
