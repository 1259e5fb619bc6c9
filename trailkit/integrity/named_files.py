"""The log files that digests name, held against those at hand, and the other way round.

A log file that no digest names is an alarm only in hours that a chain of its account
and Region proves. Its name does not say its trail: where unnamed files lie in most
hours, another trail without validation delivers there as well.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from trailkit.integrity.digest_chains import Chain, Link, is_digest
from trailkit.integrity.digest_files import NamedFile
from trailkit.integrity.digest_findings import DigestFinding, about, hours
from trailkit.integrity.hash_worker import UNREAD, Hashed
from trailkit.integrity.held_files import Held, Names
from trailkit.integrity.log_names import ChainName, LogName, log_name
from trailkit.record import Kind

_EDGE = timedelta(minutes=15)
"""A file of the last minutes of the newest digest may be named by the one after it."""

_FEW = 3
"""Unnamed files in more hours, and in most of them, are those of another trail."""

_NEAR = 8
"""So many hours may begin before a moment and hold it: those of other trails."""

Place = tuple[str, str]
Span = tuple[datetime, datetime]


@dataclass(slots=True)
class NamedFiles:
    """What became of the log files that digests name.

    ``validated`` are the paths of those that are as delivered; ``whole`` the links of
    which every log file is; ``missing`` counts those of a link that are not at hand.
    """

    names: Names
    hashes: Mapping[str, Hashed]
    asked: Callable[[str, str], bool]
    by_hash: Mapping[str, Sequence[Held]]
    validated: set[str] = field(default_factory=set[str])
    named: set[str] = field(default_factory=set[str])
    named_hashes: set[str] = field(default_factory=set[str])
    counts: dict[ChainName, tuple[int, int]] = field(
        default_factory=dict[ChainName, tuple[int, int]]
    )
    whole: set[int] = field(default_factory=set[int])
    missing: dict[int, int] = field(default_factory=dict[int, int])

    def check(self, chains: Iterable[Chain]) -> None:
        """Check every log file that a chain names, once."""
        listed = [(chain, link) for chain in chains for link in chain.links]
        for _, link in listed:
            for each in link.digest.text.files:
                self.named_hashes.add(each.hash)
                held = self.names.find(each.bucket, each.key)
                self.named.update(one.path for one in held)
        for chain, link in listed:
            self._check_link(chain, link)

    def _check_link(self, chain: Chain, link: Link) -> None:
        entries = [
            each for each in link.digest.text.files if self.asked(each.bucket, each.key)
        ]
        if not link.trusted:
            self._count(chain, 0, len(entries))
            self._say_untrusted(chain, link, len(entries))
            return
        results = [self._check_one(chain, link, each) for each in entries]
        unasked = len(link.digest.text.files) - len(entries)
        self.missing[id(link)] = unasked + results.count(False)
        self._count(chain, sum(results) if link.valid else 0, len(entries))
        if link.valid and not self.missing[id(link)]:
            self.whole.add(id(link))

    def _count(self, chain: Chain, good: int, named: int) -> None:
        before = self.counts.get(chain.name, (0, 0))
        self.counts[chain.name] = (before[0] + good, before[1] + named)

    def _say_untrusted(self, chain: Chain, link: Link, number: int) -> None:
        """Return of a digest that is not valid that nothing proves what it names."""
        said = f"nothing by itself: {number:,} log files that only this digest names"
        if number:
            chain.link("log files named by a digest that is not valid", link, said)

    def _check_one(self, chain: Chain, link: Link, named: NamedFile) -> bool:
        """Return whether a log file is there as its digest names it.

        Every copy and version of it is looked at: each is read as evidence.
        """
        held = self.names.find(named.bucket, named.key)
        fitting = [each for each in held if self._fits(each, named)]
        moved = None if held else self._elsewhere(named)
        wrong = [*self._wrong(held, fitting, named, moved)]
        if moved:
            self.named.add(moved.path)
        if link.valid:
            whole = [moved] if moved else fitting
            self.validated.update(each.path for each in whole if not self._more(each))
        start, end = link.digest.start, link.digest.end
        for what, file, more in wrong:
            chain.find(what, start, end, file, _events_of(named) + more)
        return bool(fitting or moved)

    def _fits(self, held: Held, named: NamedFile) -> bool:
        sha256, _ = self.hashes.get(held.path, ("", ""))
        return sha256 == named.hash

    def _more(self, held: Held) -> str:
        """Return what lies behind the end of a file, or why it cannot be unpacked."""
        return self.hashes.get(held.path, ("", UNREAD))[1]

    def _elsewhere(self, named: NamedFile) -> Held | None:
        """Return a file of another name with that content."""
        others = self.by_hash.get(named.hash, ())
        return next((each for each in others if each.path not in self.named), None)

    def _wrong(
        self,
        held: Sequence[Held],
        fitting: Sequence[Held],
        named: NamedFile,
        moved: Held | None,
    ) -> Iterator[tuple[str, str, str]]:
        """Return what is wrong with a log file: kind, file, and more in words."""
        if moved:
            yield "log file renamed or moved", named.key, f'; it is "{moved.path}"'
        elif not held:
            yield "log file missing", named.key, ""
        elif not held[0].current and fitting:
            what = "log file deleted, an older version is at hand"
            yield what, named.key, f'; it is "{fitting[0].path}"'
        for each in held:
            if each not in fitting:
                yield self._changed(each, fitting)
            elif more := self._more(each):
                said = f"; behind its end lie {more}, which other tools read"
                yield "bytes behind the log file", each.path, said

    def _changed(self, held: Held, fitting: Sequence[Held]) -> tuple[str, str, str]:
        """Return of a file that is not as its digest names it what it is."""
        if not held.current:
            return "older version of a log file differs", held.path, ""
        if fitting and not any(each.current for each in fitting):
            what = "log file replaced, the original is at hand"
            return what, held.path, f'; the original is "{fitting[0].path}"'
        if self._more(held).startswith(UNREAD):
            return "log file cannot be read", held.path, f" ({self._more(held)})"
        if not self.hashes.get(held.path, ("", ""))[0]:
            return "log file cannot be unpacked", held.path, f" ({self._more(held)})"
        return "log file changed", held.path, ""


def _events_of(named: NamedFile) -> str:
    if named.oldest and named.newest:
        return f"what happened from {named.oldest} to {named.newest}"
    return "what happened in its minutes"


def unnamed(
    chains: Sequence[Chain], files: NamedFiles, held: Iterable[Held]
) -> Iterator[DigestFinding]:
    """List what is to be said about the log files that no digest names."""
    by_place: dict[Place, list[Chain]] = defaultdict(list)
    for chain in chains:
        if not chain.name.backfill and chain.links:
            by_place[chain.name.account, chain.name.region].append(chain)
    found: dict[Place, list[tuple[Held, LogName]]] = defaultdict(list)
    for each in held:
        name = None if is_digest(each.key) else log_name(each.key)
        if name is None or each.path in files.named:
            continue
        if (name.account, name.region) in by_place and name.kind is Kind.EVENT:
            found[name.account, name.region].append((each, name))
    for place, listed in sorted(found.items()):
        yield from _of_place(by_place[place], files, listed)


def _of_place(
    chains: Sequence[Chain], files: NamedFiles, listed: list[tuple[Held, LogName]]
) -> Iterator[DigestFinding]:
    """Sort the unnamed files of an account and Region by what they may be."""
    chain = chains[0].name
    copies = [each for each in listed if _is_copy(files, each[0])]
    copied = {held.path for held, _ in copies}
    rest = [each for each in listed if each[0].path not in copied]
    hours_of = DigestHours(chains)
    by_kind: dict[str, list[tuple[Held, LogName]]] = defaultdict(list)
    for held, name in rest:
        by_kind[hours_of.what(name.time)].append((held, name))
    planted = by_kind.pop(_PLANTED, [])
    if hours_of.are_a_trail([name.time for _, name in planted]):
        by_kind["another trail without validation"] = planted
        planted = []
    if copies:
        by_kind["copies of log files"] = copies
    for held, name in planted:
        start, end = hours_of.hour(name.time) or (None, None)
        said = "nothing; it may add what never happened"
        yield about(_PLANTED, chain, start, end, held.path, said)
    for what, some in by_kind.items():
        yield _together(what, chain, some)


_PLANTED = "log file that no digest names"


class DigestHours:
    """The hours of the digests of an account and Region that nothing is wrong with."""

    def __init__(self, chains: Sequence[Chain]) -> None:
        """Put them in order."""
        links = [link for chain in chains for link in chain.links]
        self._first = min(link.digest.start for link in links)
        self._last = max(link.digest.end for link in links)
        self._busy = {link.digest.end for link in links if link.digest.text.files}
        trusted = (link.digest for link in links if link.trusted)
        self._hours = sorted((digest.start, digest.end) for digest in trusted)
        self._starts = [start for start, _ in self._hours]

    def hour(self, time: datetime) -> Span | None:
        """Return the hour in which a file was delivered; None where there is none."""
        place = bisect_right(self._starts, time)
        near = self._hours[max(0, place - _NEAR) : place]
        return next((each for each in reversed(near) if time < each[1]), None)

    def what(self, time: datetime) -> str:
        """Return what a file of that time is that no digest names."""
        if time >= self._last - _EDGE:
            return "log files after the newest digest"
        if time < self._first:
            return "log files before the first digest"
        if self.hour(time):
            return _PLANTED
        return "log files in hours without a valid digest"

    def are_a_trail(self, times: Iterable[datetime]) -> bool:
        """Return whether unnamed files lie in most hours in which any were named."""
        these = {self.hour(time) for time in times}
        return len(these) > _FEW and len(these) * 2 > len(self._busy)


def _is_copy(files: NamedFiles, held: Held) -> bool:
    sha256, behind = files.hashes.get(held.path, ("", ""))
    return sha256 in files.named_hashes and not behind


def _together(
    what: str, chain: ChainName, listed: Sequence[tuple[Held, LogName]]
) -> DigestFinding:
    """Make one finding of several files."""
    times = sorted(name.time for _, name in listed)
    end = times[-1] + timedelta(minutes=1)
    said = f"nothing by itself: {len(listed):,} log files {hours(times[0], end)}"
    first = min(held.path for held, _ in listed)
    found = about(what, chain, times[0], end, first, said)
    return found._replace(files=len(listed))
