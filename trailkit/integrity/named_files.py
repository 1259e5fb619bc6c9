"""The log files that digests name, held against those at hand, and the other way round.

A log file that no digest names is an alarm only in hours that a chain of its account
and Region proves. Its name does not say its trail: where unnamed files lie in most
hours, another trail without validation delivers there as well.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from trailkit.integrity.digest_chains import Chain, Link, is_digest
from trailkit.integrity.digest_files import NamedFile
from trailkit.integrity.digest_findings import DigestFinding, about, hours
from trailkit.integrity.hash_worker import Hashed
from trailkit.integrity.held_files import Held, Names
from trailkit.integrity.log_names import ChainName, LogName, log_name
from trailkit.record import Kind

_EDGE = timedelta(minutes=15)
"""A file of the last minutes of the newest digest may be named by the one after it."""

_FEW = 3
"""Unnamed files in more hours, and in most of them, are those of another trail."""

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
        results = [self._check_one(chain, link, each) for each in entries]
        unasked = len(link.digest.text.files) - len(entries)
        self.missing[id(link)] = unasked + results.count(False)
        good = sum(results) if link.valid else 0
        before = self.counts.get(chain.name, (0, 0))
        self.counts[chain.name] = (before[0] + good, before[1] + len(entries))
        if link.valid and all(results) and len(entries) == len(link.digest.text.files):
            self.whole.add(id(link))

    def _check_one(self, chain: Chain, link: Link, named: NamedFile) -> bool:
        """Return whether a log file is there as its digest names it."""
        held = self.names.find(named.bucket, named.key)
        wrong = self._wrong(held, named)
        fitting = next((each for each in held if self._fits(each, named)), None)
        elsewhere = fitting or self._elsewhere(named)
        if elsewhere and link.valid:
            self.validated.add(elsewhere.path)
        if wrong:
            what, file, more = wrong
            if not held and elsewhere:
                what, more = "log file renamed or moved", f'; it is "{elsewhere.path}"'
                self.named.add(elsewhere.path)
            start, end = link.digest.start, link.digest.end
            chain.find(what, start, end, file, _events_of(named) + more)
        return elsewhere is not None

    def _fits(self, held: Held, named: NamedFile) -> bool:
        sha256, _ = self.hashes.get(held.path, ("", ""))
        return sha256 == named.hash

    def _elsewhere(self, named: NamedFile) -> Held | None:
        """Return a file of another name with that content."""
        others = self.by_hash.get(named.hash, ())
        return next((each for each in others if each.path not in self.named), None)

    def _wrong(
        self, held: Sequence[Held], named: NamedFile
    ) -> tuple[str, str, str] | None:
        """Say what is wrong with a log file: kind, file, and more in words."""
        if not held:
            return "log file missing", named.key, ""
        first = held[0]
        sha256, more = self.hashes.get(first.path, ("", "cannot be read"))
        kept = next((each for each in held[1:] if self._fits(each, named)), None)
        if not first.current and self._fits(first, named):
            what = "log file deleted, an older version is at hand"
            return what, named.key, f'; it is "{first.path}"'
        if sha256 == named.hash:
            said = f"; behind its end lie {more}, which other tools read"
            return ("bytes behind the log file", first.path, said) if more else None
        if kept:
            what = "log file replaced, the original is at hand"
            return what, first.path, f'; the original is "{kept.path}"'
        if not sha256:
            return "log file cannot be unpacked", first.path, f" ({more})"
        return "log file changed", first.path, ""


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
    by_kind: dict[str, list[tuple[Held, LogName]]] = defaultdict(list)
    for held, name in rest:
        by_kind[_when(chains, name.time)].append((held, name))
    planted = by_kind.pop(_PLANTED, [])
    if _are_a_trail(chains, planted):
        by_kind["another trail without validation"] = planted
        planted = []
    if copies:
        by_kind["copies of log files"] = copies
    for held, name in planted:
        start, end = _hour(chains, name.time)
        said = "nothing; it may add what never happened"
        yield about(_PLANTED, chain, start, end, held.path, said)
    for what, some in by_kind.items():
        yield _together(what, chain, some)


_PLANTED = "log file that no digest names"


def _is_copy(files: NamedFiles, held: Held) -> bool:
    sha256, behind = files.hashes.get(held.path, ("", ""))
    return sha256 in files.named_hashes and not behind


def _when(chains: Sequence[Chain], time: datetime) -> str:
    """Say what an unnamed file of that time is."""
    last = max(chain.links[-1].digest.end for chain in chains)
    first = min(chain.links[0].digest.start for chain in chains)
    if time >= last - _EDGE:
        return "log files after the newest digest"
    if time < first:
        return "log files before the first digest"
    if any(start <= time < end for chain in chains for start, end in spans(chain)):
        return _PLANTED
    return "log files in hours without a valid digest"


def spans(chain: Chain) -> list[Span]:
    """Return the hours of which a chain has a digest that nothing is wrong with."""
    trusted = (link.digest for link in chain.links if link.trusted)
    return joined((digest.start, digest.end) for digest in trusted)


def joined(parts: Iterable[Span]) -> list[Span]:
    """Join spans that touch or overlap.

    >>> joined([(datetime(2026, 1, 1, h), datetime(2026, 1, 1, h + 1)) for h in (1, 2)])
    [(datetime.datetime(2026, 1, 1, 1, 0), datetime.datetime(2026, 1, 1, 3, 0))]
    """
    found: list[Span] = []
    for start, end in sorted(parts):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _are_a_trail(
    chains: Sequence[Chain], planted: Sequence[tuple[Held, LogName]]
) -> bool:
    """Return whether unnamed files lie in most hours in which files were delivered."""
    busy = {
        link.digest.end
        for chain in chains
        for link in chain.links
        if link.digest.text.files
    }
    these = {_hour(chains, name.time)[1] for _, name in planted}
    return len(these) > _FEW and len(these) * 2 > len(busy)


def _hour(chains: Sequence[Chain], time: datetime) -> Span:
    """Return the hour of the digest in which a file was delivered."""
    return next(
        (link.digest.start, link.digest.end)
        for chain in chains
        for link in chain.links
        if link.digest.start <= time < link.digest.end
    )


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
