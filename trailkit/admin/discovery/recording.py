"""Whether what a question reaches was recorded: in every account and region, all of it.

An empty answer leans on it, so it errs on the side of *unknown*. Selectors are those of
the moment of discovery; whether the trail logged at all is told for the window itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from trailkit.admin.discovery.log_folders import TrailFolder
from trailkit.admin.discovery.trails import Trail
from trailkit.coverage.selectors import Coverage, State
from trailkit.record import Kind
from trailkit.tables.layout import Layout
from trailkit.tables.log_scope import LogScope


@dataclass(frozen=True, slots=True)
class KnownTrails:
    """What was seen from an account at a time: trails, and folders with log files.

    ``complete`` says that no right was missing to see trails.
    """

    account: str
    time: datetime
    trails: tuple[Trail, ...]
    folders: tuple[TrailFolder, ...]
    complete: bool

    def recorded(self, need: str, log_scope: LogScope) -> Coverage:
        """Return whether events of a kind were recorded wherever a question reaches.

        *Recorded* takes trails that record all of them, over each account and region,
        and log files of each account over the whole window. *Not recorded* takes that
        every trail is known and none does.
        """
        here = [each for each in self.trails if _delivers(each, log_scope.layout)]
        said = [
            (each, each.recorded(need, log_scope.start, log_scope.end)) for each in here
        ]
        if doubt := self._doubt(here, log_scope.layout):
            return Coverage(State.UNKNOWN, doubt)
        if all(state is State.NOT_RECORDED for _, (state, _) in said):
            if self._sees_all(here, log_scope):
                return Coverage(State.NOT_RECORDED, _reasons(said))
            return Coverage(State.UNKNOWN, f"{_reasons(said)}; {_OTHERS}")
        recording = [each for each, (state, _) in said if state is State.RECORDED]
        gap = self._gap(recording, log_scope) if recording else ""
        if recording and not gap:
            chosen = [pair for pair in said if pair[0] in recording]
            return Coverage(State.RECORDED, _reasons(chosen, since=True))
        return Coverage(State.UNKNOWN, "; ".join(filter(None, [_reasons(said), gap])))

    def _doubt(self, here: Sequence[Trail], layout: Layout) -> str:
        """Return why one cannot tell which trail delivers there, if so."""
        if not here:
            return f"no trail was seen that delivers to {layout.root}"
        beside = {
            each.layout.organization
            for each in self.folders
            if (each.layout.bucket, each.layout.prefix)
            == (layout.bucket, layout.prefix)
        }
        if layout.organization and len({*beside, layout.organization} - {None}) > 1:
            return "logs of several organizations lie there"
        return ""

    def _sees_all(self, here: Sequence[Trail], log_scope: LogScope) -> bool:
        """Look whether a trail that was not seen could deliver there."""
        accounts = set(self._accounts(log_scope))
        mine = bool(accounts) and accounts <= {self.account}
        return self.complete and (mine or any(each.organization for each in here))

    def _accounts(self, log_scope: LogScope) -> tuple[str, ...]:
        """Return the accounts that a question reaches, as far as they are known."""
        found = {
            each.account for each in self.folders if each.layout == log_scope.layout
        }
        return log_scope.accounts or tuple(sorted(found))

    def _gap(self, recording: Sequence[Trail], log_scope: LogScope) -> str:
        """Return which account, region or time the trails do not cover, if any."""
        files = self._files(log_scope.layout)
        for account in self._accounts(log_scope) or ("",):
            own = [each for each in recording if _is_over(each, account)]
            if not own:
                return f"of {account or 'every account'} no such trail was seen"
            homes = {each.home_region for each in own}
            wide = any(each.multi_region for each in own)
            if not wide and not (
                log_scope.regions and homes.issuperset(log_scope.regions)
            ):
                return f"in {', '.join(sorted(homes))} alone"
            if files and (lacking := self._lacking(account, files, log_scope)):
                return lacking
        return ""

    def _files(self, layout: Layout) -> dict[str, list[TrailFolder]]:
        """Return the folders with events of each account; none where none was seen."""
        found: dict[str, list[TrailFolder]] = {}
        for each in self.folders:
            if each.layout == layout:
                own = found.setdefault(each.account, [])
                own += [each] if each.kind is Kind.EVENT else []
        return found

    def _lacking(
        self,
        account: str,
        files: Mapping[str, Sequence[TrailFolder]],
        log_scope: LogScope,
    ) -> str:
        """Return in words which days of the window an account's files do not span."""
        if log_scope.start is None or log_scope.kind is not Kind.EVENT:
            return ""
        own = files.get(account)
        if not own:
            return f"no log file of {account} was found"
        first = min((day for each in own if (day := each.first_day)), default=None)
        last = max((day for each in own if (day := each.last_day)), default=None)
        begins = first is not None and first <= log_scope.start.date()
        if begins and last is not None and self._last_day(log_scope) <= last:
            return ""
        if not all(each.is_seen for each in own):
            return f"not all days of the log files of {account} were looked for"
        return f"log files of {account} lie there from {first} to {last}"

    def _last_day(self, log_scope: LogScope) -> date:
        """Return the last day of a window of which there can be log files."""
        end = log_scope.end - timedelta(microseconds=1) if log_scope.end else self.time
        return min(end, self.time).date()


_OTHERS = "but other accounts may have trails of their own"


def _delivers(trail: Trail, layout: Layout) -> bool:
    """Look whether a trail's log files lie in a layout's folders."""
    place = trail.bucket, trail.prefix, trail.organization
    return place == (layout.bucket, layout.prefix, layout.organization is not None)


def _is_over(trail: Trail, account: str) -> bool:
    return trail.organization or trail.account == account


def _reasons(said: Iterable[tuple[Trail, Coverage]], since: bool = False) -> str:
    return "; ".join(f"{_named(trail, since)}: {why}" for trail, (_, why) in said)


def _named(trail: Trail, since: bool) -> str:
    begun = trail.logging_since
    return (
        f"{trail.name}, logging since {begun:%Y-%m-%d}"
        if since and begun
        else trail.name
    )
