"""What a scope means for ``records``: the same conditions on every engine."""

from collections.abc import Iterable

from trailkit.parameters import literal
from trailkit.record import Kind
from trailkit.scope import Scope


def conditions(scope: Scope, kind: Kind) -> dict[str, tuple[str, ...]]:
    """Write the conditions that keep what is in scope, each with the columns it reads.

    >>> conditions(Scope(regions=("eu-west-1",)), Kind.EVENT)
    {"aws_region in ('eu-west-1')": ('aws_region',)}
    """
    return _window(scope, kind) | _accounts(scope, kind) | _regions(scope, kind)


def time_of(kind: Kind) -> str:
    """Give the column with the time of a record, which a window bounds."""
    return "window_start" if kind is Kind.AGGREGATED else "event_time"


def account_of(kind: Kind) -> str:
    """Write the account that received a record; where it does not say, its folder's."""
    return f"coalesce(nullif({_account_column(kind)}, ''), folder_account)"


def _account_column(kind: Kind) -> str:
    return "account_id" if kind is Kind.AGGREGATED else "recipient_account_id"


def _window(scope: Scope, kind: Kind) -> dict[str, tuple[str, ...]]:
    time = time_of(kind)
    bounds = {">=": scope.start, "<": scope.end}
    return {
        f"{time} {sign} {literal(at, 'time')}": (time,)
        for sign, at in bounds.items()
        if at is not None
    }


def _accounts(scope: Scope, kind: Kind) -> dict[str, tuple[str, ...]]:
    if not scope.accounts:
        return {}
    received = f"{account_of(kind)} in ({texts(scope.accounts)})"
    return {received: (_account_column(kind), "folder_account")}


def _regions(scope: Scope, kind: Kind) -> dict[str, tuple[str, ...]]:
    if not scope.regions:
        return {}
    region = f"aws_region in ({texts(scope.regions)})"
    if not scope.everywhere or kind is Kind.INSIGHT:
        return {region: ("aws_region",)}
    sources = texts(f"{service}.amazonaws.com" for service in scope.everywhere)
    either = f"({region} or event_source in ({sources}))"
    return {either: ("aws_region", "event_source")}


def texts(values: Iterable[str]) -> str:
    """Write a list of texts, for ``in (…)``."""
    return ", ".join(literal(value, "text") for value in values)
