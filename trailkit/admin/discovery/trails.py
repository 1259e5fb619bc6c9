"""The trails that an account can see, and what each of them records."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trailkit.aws.attempts import Attempts
from trailkit.aws.session import Access
from trailkit.coverage import selectors
from trailkit.coverage.selectors import Coverage, Selector, State
from trailkit.errors import TableError
from trailkit.record import snake
from trailkit.tables.layout import Layout

_INSIGHTS = {"ApiCallRateInsight", "ApiErrorRateInsight"}
_NO_SUCH_TRAIL = ("TrailNotFoundException",)
_UNASKED = Coverage(State.UNKNOWN, "its selectors could not be read")


@dataclass(frozen=True, slots=True)
class Trail:
    """A trail: where it delivers, and what it records as it stands today.

    None means that AWS did not say, for a missing permission. ``logging_since`` is when
    logging was last started, ``logging_until`` when it was last stopped, and
    ``delivery_error`` why the last log file did not arrive. A trail of one region may
    leave out ``global_services`` (IAM, STS). ``insights`` are its types of Insights,
    ``aggregates`` the templates by which it sums up data events.
    """

    name: str
    arn: str
    home_region: str
    multi_region: bool
    organization: bool
    global_services: bool
    bucket: str
    prefix: str
    validated: bool
    kms_key: str | None
    logging: bool | None
    logging_since: datetime | None
    logging_until: datetime | None
    delivery_error: str
    selectors: tuple[Selector, ...] | None
    insights: tuple[str, ...] | None
    aggregates: tuple[str, ...] | None

    @property
    def account(self) -> str:
        """The account that owns the trail."""
        return self.arn.split(":")[4]

    @property
    def layout(self) -> Layout | None:
        """Where an account's trail delivers; an organization's does not say its id."""
        try:
            return None if self.organization else Layout(self.bucket, self.prefix)
        except TableError:
            return None

    def needs(self) -> list[str]:
        """List the kinds of events that are worth asking about."""
        chosen = [each for each in self.selectors or () if each.resource_type]
        named = {name for each in chosen for name in selectors.services(each)}
        services = sorted(named | selectors.MAIN_TYPES.keys())
        return [
            *("management:read", "management:write", "management:kms"),
            *(f"data:{service}" for service in services),
            *("network", "insight"),
            *(f"aggregated:{service}" for service in services if self.aggregates),
        ]

    def recorded(
        self, need: str, start: datetime | None = None, end: datetime | None = None
    ) -> Coverage:
        """Return whether the trail records events of a kind, in the words of ``needs``.

        With a window: whether it did then, if its selectors were those of today.
        """
        selected, logged = self._selected(need), self._logged(start, end)
        for state in (State.NOT_RECORDED, State.UNKNOWN):
            for each in (selected, logged):
                if each.state is state:
                    return each
        return selected

    def _logged(self, start: datetime | None, end: datetime | None) -> Coverage:
        """Return whether the trail logged and its files came; without a window, now."""
        if self.logging is None:
            return Coverage(State.UNKNOWN, "one may not see whether it logs")
        if self.delivery_error:
            why = f"its last log file did not arrive ({self.delivery_error})"
            return Coverage(State.UNKNOWN, why)
        since = self.logging_since
        until = None if self.logging else self.logging_until
        if not self.logging and not (since and until and start):
            return Coverage(State.NOT_RECORDED, "the trail does not log")
        if start and until and start >= until:
            return Coverage(State.NOT_RECORDED, f"it was stopped {_day(until)}")
        if start and (since is None or start < since):
            return Coverage(State.UNKNOWN, f"it was last started {_day(since)}")
        if until and (end is None or end > until):
            return Coverage(State.UNKNOWN, f"it was stopped {_day(until)}")
        return Coverage(State.RECORDED, "it logs")

    def _selected(self, need: str) -> Coverage:
        """Return whether the trail's settings cover events of a kind."""
        kind, _, what = need.partition(":")
        if kind == "insight":
            return self._insights()
        if kind == "aggregated":
            return self._aggregated(what)
        if self.selectors is None:
            return _UNASKED
        chosen = selectors.recorded(self.selectors, need)
        narrow = not (self.multi_region or self.global_services or what == "kms")
        if narrow and kind == "management" and chosen.state is State.RECORDED:
            return Coverage(State.UNKNOWN, "in part: without global services (IAM, …)")
        return chosen

    def _insights(self) -> Coverage:
        if self.insights is None:
            return _UNASKED
        if not self.insights:
            return Coverage(State.NOT_RECORDED, "Insights are off")
        whole = _INSIGHTS.issubset(self.insights)
        state = State.RECORDED if whole else State.UNKNOWN
        return Coverage(state, ", ".join(self.insights))

    def _aggregated(self, service: str) -> Coverage:
        """Aggregated events are sums of the data events that a trail records."""
        if self.aggregates is None:
            return _UNASKED
        if not self.aggregates:
            return Coverage(State.NOT_RECORDED, "aggregation is off")
        return self._selected(f"data:{service}")


def find_trails(access: Access, attempts: Attempts) -> tuple[Trail, ...]:
    """Find the trails of every region, and those of the organization that show here."""
    described = _describe(access, access.region, attempts, shadows=True)
    for region in sorted(_home_regions(access, attempts)):
        described |= _describe(access, region, attempts, shadows=False)
    return tuple(_trail(described[arn], access, attempts) for arn in sorted(described))


def _home_regions(access: Access, attempts: Attempts) -> set[str]:
    """Name the other regions where trails are at home."""

    def pages() -> list[Mapping[str, Any]]:
        found = access.client("cloudtrail").get_paginator("list_trails").paginate()
        return [trail for page in found for trail in page["Trails"]]

    trails = attempts.ask("cloudtrail:ListTrails", "*", pages) or []
    return {trail["HomeRegion"] for trail in trails} - {access.region}


def _describe(
    access: Access, region: str, attempts: Attempts, *, shadows: bool
) -> dict[str, Mapping[str, Any]]:
    client = access.client("cloudtrail", region)
    answer = attempts.ask(
        "cloudtrail:DescribeTrails",
        "*",
        lambda: client.describe_trails(includeShadowTrails=shadows),
    )
    trails: Iterable[Mapping[str, Any]] = answer["trailList"] if answer else ()
    return {trail["TrailARN"]: trail for trail in trails}


def _trail(described: Mapping[str, Any], access: Access, attempts: Attempts) -> Trail:
    arn = described["TrailARN"]
    client = access.client("cloudtrail", described["HomeRegion"])

    def ask(operation: str, **asked: str) -> Mapping[str, Any] | None:
        def call() -> Mapping[str, Any]:
            try:
                return getattr(client, snake(operation))(**asked)
            except client.exceptions.InsightNotEnabledException:
                return {}

        return attempts.ask(f"cloudtrail:{operation}", arn, call, _NO_SUCH_TRAIL)

    status = ask("GetTrailStatus", Name=arn)
    chosen = ask("GetEventSelectors", TrailName=arn)
    insights = ask("GetInsightSelectors", TrailName=arn)
    aggregates = ask("GetEventConfiguration", TrailName=arn)
    return Trail(
        name=described["Name"],
        arn=arn,
        home_region=described["HomeRegion"],
        multi_region=described.get("IsMultiRegionTrail", False),
        organization=described.get("IsOrganizationTrail", False),
        global_services=described.get("IncludeGlobalServiceEvents", True),
        bucket=described["S3BucketName"],
        prefix=described.get("S3KeyPrefix") or "",
        validated=described.get("LogFileValidationEnabled", False),
        kms_key=described.get("KmsKeyId"),
        logging=None if status is None else status["IsLogging"],
        logging_since=(status or {}).get("StartLoggingTime"),
        logging_until=(status or {}).get("StopLoggingTime"),
        delivery_error=(status or {}).get("LatestDeliveryError") or "",
        selectors=None if chosen is None else selectors.read_selectors(chosen),
        insights=_listed(insights, "InsightSelectors", "InsightType"),
        aggregates=_listed(aggregates, "AggregationConfigurations", "Templates"),
    )


def _listed(
    answer: Mapping[str, Any] | None, name: str, key: str
) -> tuple[str, ...] | None:
    """Join what the items of an answer say; None where there was no answer."""
    if answer is None:
        return None
    values = [item.get(key) or () for item in answer.get(name) or ()]
    return tuple(
        each
        for value in values
        for each in ([value] if isinstance(value, str) else value)
    )


def _day(time: datetime | None) -> str:
    return f"on {time:%Y-%m-%d}" if time else "at an unknown time"
