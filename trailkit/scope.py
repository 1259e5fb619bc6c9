"""The scope of a case: a window of time, accounts, regions.

A scope is a value. Its window is half-open and in UTC: an event at ``start`` is in it,
one at ``end`` is not.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd

from trailkit import clock
from trailkit.errors import EmptyScope, InvalidWindow, ScopeError

Moment = str | datetime | date
"""A point in time as people give it: ISO text, datetime, pandas.Timestamp, date."""

_DURATION = re.compile(r"\s*([0-9]{1,18})\s*(s|m|h|d|w)\s*", re.IGNORECASE)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_ACCOUNT = re.compile(r"[0-9]{9,12}")
_ARN = re.compile(r"arn:[a-z-]+:[^:]*:[^:]*:[^:]*:.+", re.IGNORECASE)
_ZONE = re.compile(r"^([a-z]{2}(?:-[a-z]+)+-[0-9]+)[a-z]$")
_LONGEST = timedelta(days=36525)
_MOST_NAMED = 40
_REGION = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[0-9:.,TtZzUC+ -]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a case looks at.

    No start or end means that side is open; no accounts or regions means all of them.
    ``late`` says how long after the last moment of the window a log file may have been
    delivered and still be searched. The services ``everywhere`` (``iam``, ``sts``, …)
    are searched in all regions: AWS records them in another one than they act on.

    With ``people`` callers that are known to be services or workloads are left out.
    ``folders`` are the accounts whose folders alone are read, where a question is asked
    in slices, and ``region_folders`` the regions.

    With ``by_folder`` it is what lies in some folders, whatever the records in them
    say: the window is of whole days of delivery, accounts and regions are the folders'.
    """

    start: datetime | None = None
    end: datetime | None = None
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    late: timedelta = timedelta(days=1)
    everywhere: tuple[str, ...] = ()
    by_folder: bool = False
    people: bool = False
    folders: tuple[str, ...] = ()
    region_folders: tuple[str, ...] = ()

    @property
    def bounded(self) -> bool:
        """Whether the window has both a start and an end."""
        return self.start is not None and self.end is not None

    def window(self, start: Moment, end: Moment) -> "Scope":
        """Narrow to the half-open window from start to end.

        What lies outside the window there was stays outside. Raises InvalidWindow for
        an end that is not after the start, EmptyScope where the two do not overlap.

        >>> day = Scope().window("2026-03-02", "2026-03-03")
        >>> print(day.window("2026-03-02 12:00", "2026-03-09"))
        2026-03-02 12:00:00 to 2026-03-03 00:00:00 UTC, all accounts, all regions
        """
        first, last = moment(start), moment(end)
        if last <= first:
            raise InvalidWindow(
                f"The window ends at {_show(last)}, not after its start "
                f"{_show(first)} (UTC). Give the earlier time first."
            )
        if first > clock.now():
            raise InvalidWindow(
                f"The window starts at {_show(first)} UTC, in the future. "
                "Times without an offset are read as UTC."
            )
        return self._within(first, last)

    def _within(self, first: datetime, last: datetime) -> "Scope":
        """Intersect the window with another one."""
        start, end = max(first, self.start or first), min(last, self.end or last)
        if end <= start:
            asked = f"{_show(first)} to {_show(last)} UTC"
            raise _outside(asked, self._window_in_words())
        return replace(self, start=start, end=end)

    def with_accounts(self, *accounts: str) -> "Scope":
        """Narrow to the events that these accounts received."""
        read = tuple(map(account_id, accounts))
        return replace(self, accounts=_both(self.accounts, read, "accounts"))

    def with_regions(self, *regions: str) -> "Scope":
        """Narrow to the events of these regions."""
        read = tuple(map(region_code, regions))
        return replace(self, regions=_both(self.regions, read, "regions"))

    def with_late(self, late: str | timedelta) -> "Scope":
        """Search the folders of so much time after the window as well."""
        return replace(self, late=duration(late))

    def of_people(self) -> "Scope":
        """Narrow to callers that are people, or not known to be something else."""
        return replace(self, people=True)

    def widened(self, lookback: timedelta) -> "Scope":
        """Return the scope with its window starting so much earlier."""
        if self.start is None:
            return self
        return replace(self, start=shifted(self.start, -lookback))

    def bounds(self) -> dict[str, Any]:
        """Return the scope as plain JSON, from which ``of_bounds`` makes it again.

        >>> scope = Scope().window("2026-03-02", "2026-03-03").with_regions("eu-west-1")
        >>> of_bounds(scope.bounds()) == scope
        True
        """
        return {
            "start": self.start.isoformat() if self.start else None,
            "end": self.end.isoformat() if self.end else None,
            "accounts": list(self.accounts),
            "regions": list(self.regions),
            "late_seconds": self.late.total_seconds(),
        }

    def __str__(self) -> str:
        """Return the scope in words, for subtitles and messages."""
        accounts = _named(self.accounts, "accounts")
        regions = _named(self.regions, "regions")
        folder = ", by the folder of the log file" if self.by_folder else ""
        people = ", people and unknown callers" if self.people else ""
        return f"{self._window_in_words()}, {accounts}, {regions}{people}{folder}"

    def _window_in_words(self) -> str:
        if self.start is None and self.end is None:
            return "all times"
        start = _show(self.start) if self.start else "the first event"
        end = _show(self.end) if self.end else "the last event"
        return f"{start} to {end} UTC"


def of_bounds(bounds: Mapping[str, Any]) -> Scope:
    """Make the scope that ``Scope.bounds`` wrote down.

    Raises ScopeError or InvalidWindow for what no scope can hold.
    """
    try:
        late = timedelta(seconds=float(bounds["late_seconds"]))
        start, end = (_moment(bounds[name]) for name in ("start", "end"))
        accounts, regions = [*bounds["accounts"]], [*bounds["regions"]]
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ScopeError(f"These are no bounds of a scope: {error!r}.") from None
    scope = Scope(start, end).with_late(late)
    scope = scope.with_accounts(*accounts) if accounts else scope
    return scope.with_regions(*regions) if regions else scope


def _moment(text: str | None) -> datetime | None:
    return None if text is None else moment(text)


def moment(value: Moment) -> datetime:
    """Read a point in time; without an offset it is UTC.

    Raises InvalidWindow for what is not a time.

    >>> moment("2026-03-02 11:40+02:00")
    datetime.datetime(2026, 3, 2, 9, 40, tzinfo=datetime.timezone.utc)
    """
    if not isinstance(value, str | datetime | date):
        raise _not_a_time(value)
    # pandas also reads "now" (as local time) and "10/07/2023" (as either month).
    if isinstance(value, str) and not _ISO.fullmatch(value.strip()):
        raise _not_a_time(value)
    try:
        stamp = pd.Timestamp(value)
        if stamp is pd.NaT or not isinstance(stamp, pd.Timestamp):
            raise _not_a_time(value)
        return _in_utc(stamp.floor("us").to_pydatetime())
    except (ValueError, OverflowError):
        raise _not_a_time(value) from None


def shifted(time: datetime, length: timedelta) -> datetime:
    """Return a time so much later, or earlier; raise InvalidWindow past the calendar.

    >>> shifted(moment("2026-03-02"), -duration("1d")).isoformat()
    '2026-03-01T00:00:00+00:00'
    """
    try:
        return time + length
    except OverflowError:
        raise InvalidWindow(
            f"{_show(time)} moved by {length.days:,} days is not a date. Use a shorter "
            "time: '90m', '7d'."
        ) from None


def _in_utc(time: datetime) -> datetime:
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _not_a_time(value: object) -> InvalidWindow:
    return InvalidWindow(
        f"{value!r} is not a time. Write it like '2026-03-02 11:40' (UTC), "
        "'2026-03-02T11:40:00+01:00', or give a datetime."
    )


def duration(value: str | timedelta) -> timedelta:
    """Return a duration: a timedelta, or text such as ``90m``, ``12h``, ``7d``.

    >>> duration("7d")
    datetime.timedelta(days=7)
    """
    if isinstance(value, timedelta):
        length = value
        _length(value, value // timedelta(seconds=1), "seconds")
    else:
        match = _DURATION.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise InvalidWindow(
                f"{_short(value)} is not a duration. Write a whole number and s, m, h, "
                "d or w: '90m', '12h', '7d'."
            )
        length = _length(value, int(match[1]), _UNITS[match[2].lower()])
    if length <= timedelta(0):
        raise InvalidWindow(f"The duration {value!r} must be positive: '90m', '7d'.")
    return length


def _length(value: object, count: int, unit: str) -> timedelta:
    """Return a duration of up to a hundred years; CloudTrail has less to search."""
    try:
        length = timedelta(**{unit: count})
    except OverflowError:
        length = timedelta.max
    if length > _LONGEST:
        raise InvalidWindow(
            f"The duration {_short(value)} is longer than a hundred years. "
            "Write '90m', '7d'."
        )
    return length


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _show(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S}"


def account_id(value: str) -> str:
    """Read an account: digits with or without hyphens, lost zeros, or an ARN.

    Raises ScopeError for what cannot be one.

    >>> account_id("1111-2222-3333"), account_id("arn:aws:iam::111122223333:root")
    ('111122223333', '111122223333')
    """
    text = value if isinstance(value, str) else ""
    text = text.split(":")[4] if _ARN.fullmatch(text) else text
    digits = re.sub(r"[\s-]", "", text)
    if not _ACCOUNT.fullmatch(digits):
        raise _not_that(value, "an account", "12 digits as text", "111122223333")
    return digits.zfill(12)


def region_code(value: str) -> str:
    """Read a Region: in any case, with _ for -, an Availability Zone, or an ARN.

    Raises ScopeError for what cannot be one.

    >>> region_code("EU_West_1"), region_code("us-east-1a")
    ('eu-west-1', 'us-east-1')
    """
    text = value.strip() if isinstance(value, str) else ""
    text = text.split(":")[3] if _ARN.fullmatch(text) else text
    code = text.lower().replace("_", "-")
    code = _ZONE.sub(r"\1", code)
    if not _REGION.fullmatch(code):
        raise _not_that(value, "a region", "its code as text", "us-east-1")
    return code


def _not_that(value: object, what: str, form: str, example: str) -> ScopeError:
    return ScopeError(f'{value!r} is not {what}: write {form}, such as "{example}".')


def _named(values: tuple[str, ...], what: str) -> str:
    """Name a few values; of many say how many."""
    if len(values) > _MOST_NAMED:
        return f"{len(values):,} {what} ({values[0]} to {values[-1]})"
    return ", ".join(values) or f"all {what}"


def _both(
    before: tuple[str, ...], values: tuple[str, ...], what: str
) -> tuple[str, ...]:
    """Return the values that stand in both; no values before means all there are."""
    if not values:
        raise ScopeError(f"No {what} given. Name at least one, or leave the call out.")
    kept = tuple(each for each in dict.fromkeys(values) if not before or each in before)
    if not kept:
        raise _outside(_named(values, what), _named(before, what))
    return kept


def _outside(asked: str, before: str) -> EmptyScope:
    return EmptyScope(
        f"{asked}: outside {before}, which the scope was narrowed to. Scopes only "
        "narrow: begin with the wider one, or take it off with case.everything()."
    )


def quoted(text: str) -> str:
    """Return a text as a literal of a SELECT: of Athena's, of Trino's, of DuckDB's.

    The one place that puts quotes around a text for SQL; a scope's values need it as
    well. DDL is Hive's, and has its own: ``tables.names.hive_text``.

    >>> print(quoted("it's"))
    'it''s'
    """
    return "'" + text.replace("'", "''") + "'"
