"""What a scope means for ``records``: the same conditions on every engine."""

from collections.abc import Iterable

from trailkit.dialect.bound import Bound
from trailkit.dialect.literals import literal
from trailkit.record import Kind
from trailkit.scope import Scope

KIND_OF = """case
    when event_category = 'NetworkActivity' or lower(event_type) like 'awsvpceevent%'
    then 'network'
    when event_category = 'Insight' or lower(event_type) = 'awscloudtrailinsight'
    then 'insight'
    when event_category = 'Aggregated' or lower(event_type) = 'awsaggregatedevent'
    then 'aggregated'
    else 'event'
end"""
"""The kind of a record, by what it says itself.

Event types are compared in any case: AWS's own pages spell some in two ways.
"""


def scope_predicates(scope: Scope, kind: Kind) -> dict[str, tuple[str, ...]]:
    """Write the conditions that keep what is in scope, each with the columns it reads.

    >>> scope_predicates(Scope(regions=("eu-west-1",)), Kind.EVENT)
    {"aws_region in ('eu-west-1')": ('aws_region',)}
    """
    if scope.by_folder:
        return _folders(scope, kind)
    return _window(scope, kind) | _accounts(scope, kind) | _regions(scope, kind)


def folder_of(kind: Kind) -> dict[str, str]:
    """Write account, region and day of a folder; where it has none, the record's.

    >>> folder_of(Kind.EVENT)["region"]
    "coalesce(folder_region, nullif(aws_region, ''))"
    """
    return {
        "account": f"coalesce(folder_account, nullif({account_column(kind)}, ''))",
        "region": "coalesce(folder_region, nullif(aws_region, ''))",
        "day": f"coalesce(delivery_day, cast({time_of(kind)} as date))",
    }


def _folders(scope: Scope, kind: Kind) -> dict[str, tuple[str, ...]]:
    folder = folder_of(kind)
    account = "folder_account", account_column(kind)
    region, day = ("folder_region", "aws_region"), ("delivery_day", time_of(kind))
    kept: dict[str, tuple[str, ...]] = {}
    if scope.accounts:
        kept[f"{folder['account']} in ({texts(scope.accounts)})"] = account
    if scope.regions:
        kept[f"{folder['region']} in ({texts(scope.regions)})"] = region
    for sign, at in {">=": scope.start, "<": scope.end}.items():
        if at is not None:
            kept[f"{folder['day']} {sign} cast('{at.date()}' as date)"] = day
    return kept


def time_of(kind: Kind) -> str:
    """Return the column with the time of a record, which a window bounds."""
    return "window_start" if kind is Kind.AGGREGATED else "event_time"


def account_of(kind: Kind) -> str:
    """Write the account that received a record; where it does not say, its folder's."""
    return f"coalesce(nullif({account_column(kind)}, ''), folder_account)"


def account_column(kind: Kind) -> str:
    """Return the column with the account that received a record."""
    return "account_id" if kind is Kind.AGGREGATED else "recipient_account_id"


def _window(scope: Scope, kind: Kind) -> dict[str, tuple[str, ...]]:
    time = time_of(kind)
    bounds = {">=": scope.start, "<": scope.end}
    return {
        Bound((f"{time} {sign} ", ""), (literal(at, "time"),)): (time,)
        for sign, at in bounds.items()
        if at is not None
    }


def _accounts(scope: Scope, kind: Kind) -> dict[str, tuple[str, ...]]:
    if not scope.accounts:
        return {}
    received = f"{account_of(kind)} in ({texts(scope.accounts)})"
    return {received: (account_column(kind), "folder_account")}


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
