"""What was discovered, as one value: trails, folders, what is recorded, tables."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from trailkit.admin.discovery.log_folders import TrailFolder
from trailkit.admin.discovery.recording import KnownTrails
from trailkit.admin.discovery.trails import Trail
from trailkit.coverage.selectors import Coverage, State
from trailkit.record import Kind
from trailkit.tables.layout import CLOUDTRAIL_BEGAN, Layout
from trailkit.tables.log_scope import LogScope
from trailkit.tables.raw import MOST_ACCOUNTS, RawTable
from trailkit.tables.regions import REGIONS

_TABLES = {
    Kind.EVENT: "",
    Kind.INSIGHT: "_insights",
    Kind.NETWORK: "_network",
    Kind.AGGREGATED: "_aggregated",
}
"""What is put behind a table's name for each kind of record."""

_TRAIL_RIGHTS = ("cloudtrail:DescribeTrails", "cloudtrail:ListTrails")
"""Without these there may be trails that do not show."""


@dataclass(frozen=True, slots=True, repr=False)
class Discovery:
    """The trails of an account and the folders of their logs, at one moment.

    ``missing`` names each right that was refused, ``left_out`` what is not there or
    cannot be used: what they hide is not in here. ``not_looked_at`` says of which
    folders no one looked for the days, which then are None. Selectors are those of
    today: a trail may have recorded less before (``impairment/cloudtrail`` finds
    out).
    """

    account: str
    partition: str
    time: datetime
    all_trails: tuple[Trail, ...]
    all_folders: tuple[TrailFolder, ...]
    missing: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    not_looked_at: tuple[str, ...] = ()

    @property
    def trails(self) -> pd.DataFrame:
        """Every trail as a row: where it delivers, and how it is set up."""
        hidden = ("selectors", "insights", "aggregates")
        shown = [name for name in Trail.__dataclass_fields__ if name not in hidden]
        rows = [
            {
                **{name: getattr(trail, name) for name in shown},
                "records": _join(trail, State.RECORDED),
                "records_in_part": _join(trail, State.UNKNOWN),
            }
            for trail in self.all_trails
        ]
        return pd.DataFrame(rows, columns=[*shown, "records", "records_in_part"])

    @property
    def folders(self) -> pd.DataFrame:
        """Every folder of one account, kind and region as a row, with its days.

        A day is missing (NaT) where no one has looked for it.
        """
        columns = ["bucket", "prefix", "organization", "account"]
        columns += ["folder", "region", "first_day", "last_day"]
        rows = [
            {
                "bucket": each.layout.bucket,
                "prefix": each.layout.prefix,
                "organization": each.layout.organization,
                **{name: getattr(each, name) for name in columns[3:]},
            }
            for each in self.all_folders
        ]
        frame = pd.DataFrame(rows, columns=columns)
        days = {"first_day": "datetime64[us]", "last_day": "datetime64[us]"}
        return frame.astype(days)

    @property
    def coverage(self) -> pd.DataFrame:
        """What each trail records, in the words of a question's ``needs``, and why."""
        rows = [
            {"need": need, "trail": trail.name, "state": state.value, "why": why}
            for trail in self.all_trails
            for need in trail.needs()
            for state, why in [trail.recorded(need)]
        ]
        return pd.DataFrame(rows, columns=["need", "trail", "state", "why"])

    def recorded(self, need: str, log_scope: LogScope | None = None) -> Coverage:
        """Return whether events of a kind are recorded wherever a question reaches.

        ``need`` is in the words of a question's ``needs``, such as ``data:s3``. Without
        a ``log_scope`` it is about all the places where logs were found, at present.
        """
        asked = [log_scope] if log_scope else self._everything()
        said = [self._known.recorded(need, each) for each in asked]
        for state in (State.RECORDED, State.NOT_RECORDED):
            if said and all(each.state is state for each in said):
                return Coverage(state, "; ".join(dict.fromkeys(why for _, why in said)))
        unknown = [why for state, why in said if state is not State.RECORDED]
        reasons = "; ".join(dict.fromkeys(unknown)) or "no log files were found"
        return Coverage(State.UNKNOWN, reasons)

    def accounts(self, log_scope: LogScope) -> list[str]:
        """List the accounts that have log files of a kind at a place."""
        place = log_scope.layout, log_scope.kind
        there = (each for each in self.all_folders if (each.layout, each.kind) == place)
        return sorted({each.account for each in there})

    def needs(self) -> list[str]:
        """List the kinds of events that a trail is known to record, or may."""
        return list(dict.fromkeys(x for each in self.all_trails for x in each.needs()))

    def _everything(self) -> list[LogScope]:
        """Return each place of logs; of an account's trail also one without any yet."""
        found = {each.layout: LogScope(each.layout) for each in self.all_folders}
        for trail in self.all_trails:
            layout = trail.layout
            if layout is not None:
                found.setdefault(layout, LogScope(layout, accounts=(trail.account,)))
        return list(found.values())

    @property
    def _known(self) -> KnownTrails:
        hidden = any(right.startswith(_TRAIL_RIGHTS) for right in self.missing)
        return KnownTrails(
            self.account, self.time, self.all_trails, self.all_folders, not hidden
        )

    def tables(self, database: str, name: str = "cloudtrail") -> tuple[RawTable, ...]:
        """Specify a table for each place of logs and kind of record found.

        The place with most folders has the plain names; the next ones get a number. A
        table looks into the accounts found and into every region of the partition, for
        a region may come into use; of more than 1,000 accounts, every question must
        name its own. It begins with the first day found; where not all first days were
        looked for, with that of CloudTrail itself.
        ``ddl.create_table(table.definition())`` gives the SQL.

        Raises TableError for names that are not allowed.
        """
        sizes = Counter(each.layout for each in self.all_folders if each.kind)
        return tuple(
            self._table(database, _numbered(name, place), layout, kind)
            for place, (layout, _) in enumerate(sizes.most_common(), start=1)
            for kind in Kind
            if any(_is_in(each, layout, kind) for each in self.all_folders)
        )

    def _table(self, database: str, name: str, layout: Layout, kind: Kind) -> RawTable:
        inside = [each for each in self.all_folders if _is_in(each, layout, kind)]
        accounts = sorted({each.account for each in inside})
        known = REGIONS.get(self.partition, ())
        regions = sorted({*known, *(each.region for each in inside)})
        return RawTable(
            database,
            name + _TABLES[kind],
            layout,
            _begin(inside),
            kind,
            tuple(accounts) if len(accounts) <= MOST_ACCOUNTS else None,
            tuple(regions),
        )

    def __repr__(self) -> str:
        """Return what was found in a few lines, and what could not be seen."""
        when = self.time.strftime("%Y-%m-%d %H:%M UTC")
        return "\n".join(
            [
                f"Discovery from account {self.account}, {when}",
                *(_say_trail(trail) for trail in self.all_trails),
                *self._say_places(),
                *(f"  missing right: {right}" for right in self.missing),
                *(f"  left out: {thing}" for thing in self.left_out),
                *(f"  not looked at: {thing}" for thing in self.not_looked_at),
                '  Next: .trails, .folders, .coverage, .tables("security")',
            ]
        )

    def _say_places(self) -> Iterable[str]:
        if not self.all_folders:
            yield "  no folders with log files were found"
        for layout in dict.fromkeys(each.layout for each in self.all_folders):
            inside = [each for each in self.all_folders if each.layout == layout]
            accounts = len({each.account for each in inside})
            regions = len({each.region for each in inside})
            kinds = ", ".join(sorted({each.folder for each in inside}))
            yield (
                f"  {layout.root} {_say_days(inside)}, accounts: {accounts:,}, "
                f"regions: {regions}, {kinds}"
            )
            if accounts > MOST_ACCOUNTS:
                yield (
                    f"    more than {MOST_ACCOUNTS:,} accounts: of its table every "
                    "question must name its own"
                )


def _begin(folders: Sequence[TrailFolder]) -> date:
    """Return a day before which there are no log files."""
    return min(each.first_day or CLOUDTRAIL_BEGAN for each in folders)


def _say_days(folders: Sequence[TrailFolder]) -> str:
    """Return from when to when folders have log files, as far as it is known."""
    firsts = [each.first_day for each in folders if each.first_day]
    lasts = [each.last_day for each in folders if each.last_day]
    unseen = sum(not each.is_seen for each in folders)
    said = f"{min(firsts)} to {max(lasts)}" if firsts and lasts else "days unknown"
    return f"{said} (days of {unseen:,} folders unknown)" if unseen else said


def _numbered(name: str, place: int) -> str:
    return name if place == 1 else f"{name}_{place}"


def _is_in(folder: TrailFolder, layout: Layout, kind: Kind) -> bool:
    return folder.layout == layout and folder.kind is kind


def _join(trail: Trail, state: State) -> str:
    return ", ".join(
        need for need in trail.needs() if trail.recorded(need).state is state
    )


def _say_trail(trail: Trail) -> str:
    logging = {True: "logging", False: "NOT LOGGING", None: "perhaps logging"}
    facts = [
        "organization" if trail.organization else f"account {trail.account}",
        "all regions" if trail.multi_region else trail.home_region,
        logging[trail.logging],
        f"records {_join(trail, State.RECORDED) or 'nothing for certain'}",
    ]
    return f"  trail {trail.name}: {', '.join(facts)}"
