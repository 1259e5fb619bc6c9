"""The digests at hand: each one judged, and put into the chain that it belongs to.

A digest is valid where its signature fits its text and place. Its own signature stands
only in the metadata of its object, which a plain copy lacks; then the next digest's
``previousDigestSignature`` tells, for all but the newest.

Facts: CloudTrail User Guide, "Custom implementations of CloudTrail log file integrity
validation". AWS's own command leaves out what this module looks at besides: the hash of
the digest before, and its signature as the next one repeats it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from trailkit.integrity.digest_files import ALGORITHM, Digest, read_digest
from trailkit.integrity.digest_findings import DigestFinding, about, hours
from trailkit.integrity.digest_keys import PublicKeys, is_signed
from trailkit.integrity.held_files import Held, HeldFiles, Say
from trailkit.integrity.log_names import (
    ChainName,
    base_name,
    chain_name,
    digest_end,
)
from trailkit.tables.layout import parse

_FOLDER = "/CloudTrail-Digest/"
_EARLY = timedelta(hours=2)
"""A chain that ends so much before its trail's others has lost digests, or stopped;
one that begins so much after them has lost some as well."""

_HOUR = timedelta(hours=1)

Asked = Callable[[str, str], bool]
"""Whether the evidence should hold what lies in a bucket under a key."""


@dataclass(slots=True)
class Link:
    """A digest of a chain, with where it lies, and whether it is valid."""

    held: Held
    digest: Digest
    valid: bool = False
    proved: bool = True

    @property
    def trusted(self) -> bool:
        """Whether nothing is wrong with it, though it may not be proved."""
        return self.valid or not self.proved

    @property
    def place(self) -> tuple[str, str]:
        """The bucket and key that it says are its own."""
        return self.digest.text.bucket, self.digest.text.key

    @property
    def before(self) -> tuple[str | None, str | None]:
        """The bucket and key of the digest before it."""
        return self.digest.text.previous_bucket, self.digest.text.previous_key


@dataclass(slots=True)
class Chain:
    """The digests of one trail in an account and Region, oldest first."""

    name: ChainName
    links: list[Link]
    findings: list[DigestFinding] = field(default_factory=list[DigestFinding])

    def find(
        self,
        what: str,
        start: datetime | None,
        end: datetime | None,
        file: str,
        hides: str,
    ) -> None:
        """Add a finding about the chain."""
        self.findings.append(about(what, self.name, start, end, file, hides))

    def link(self, what: str, link: Link, hides: str = "") -> None:
        """Add a finding about one digest and its hour."""
        start, end = link.digest.start, link.digest.end
        said = hides or f"which log files were delivered {hours(start, end)}"
        self.find(what, start, end, link.held.path, said)


def is_digest(key: str) -> bool:
    """Return whether a key or a path is a digest's, by its folder or its name."""
    return _FOLDER in key.replace("\\", "/") or chain_name(key) is not None


def read_chains(
    files: HeldFiles, keys: PublicKeys, say: Say, asked: Asked
) -> tuple[list[Chain], list[DigestFinding]]:
    """Read and judge every digest; return the chains, and what fits into none.

    ``asked`` says of a bucket and key whether the evidence should hold it.
    """
    held = [each for each in files.held if is_digest(each.key)]
    received = files.read(held, say)
    loose: list[DigestFinding] = []
    by_chain: dict[ChainName, list[Link]] = defaultdict(list)
    moved: list[Link] = []
    lost = {base_name(each.key) for each in held if each.path not in received}
    for each in held:
        if each.path not in received:
            loose.append(_not_had(each))
            continue
        digest = read_digest(received.pop(each.path))
        if isinstance(digest, str):
            loose.append(_unreadable(each, digest))
            continue
        link = Link(each, digest)
        by_chain[digest.chain].append(link)
        if not each.is_at(*link.place):
            moved.append(link)
    chains = [_judged(name, links, keys) for name, links in sorted(by_chain.items())]
    by_name = {chain.name: chain for chain in chains}
    for link in moved:
        said = f'the digest that belongs there; it is "{link.place[1]}"'
        by_name[link.digest.chain].link("digest moved", link, said)

    def should_be_there(bucket: str, key: str) -> bool:
        return base_name(key) not in lost and asked(bucket, key)

    for chain in chains:
        _walk(chain, should_be_there)
    _begin(chains, should_be_there)
    _ends(chains)
    _between(chains)
    return chains, loose


def _unreadable(held: Held, reason: str) -> DigestFinding:
    return _loose("digest cannot be read", held, f" ({reason})")


def _not_had(held: Held) -> DigestFinding:
    return _loose("digest not to be had", held, "")


def _loose(what: str, held: Held, more: str) -> DigestFinding:
    """Return a finding about a digest by its name alone."""
    name, end = chain_name(held.key), digest_end(held.key)
    where = (name.account, name.region, name.trail) if name else ("", "", "")
    start = end - _HOUR if end else None
    hides = f"which log files were delivered {hours(start, end)}{more}"
    return DigestFinding(what, *where, start, end, held.path, hides)


def _judged(name: ChainName, links: list[Link], keys: PublicKeys) -> Chain:
    """Put the digests of a chain in order, judge each, and keep one of each place."""
    links.sort(key=lambda each: (each.digest.end, not each.held.current))
    chain = Chain(name, links)
    signatures = _signatures(links)
    for link in links:
        _judge(chain, link, signatures.get(link.place, ()), keys)
    chain.links = [*_one_of_each(links)]
    newest = chain.links[-1]
    alone = not newest.held.bucket and keys.knows(name.region)
    if alone and not newest.valid and not newest.proved:
        said = "nothing by itself: the newest digest is proved by its metadata alone"
        chain.link("signature not at hand", newest, said)
    return chain


def _signatures(links: Iterable[Link]) -> dict[tuple[str, str], list[str]]:
    """Return the signatures that digests repeat of the digest before them."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for link in links:
        bucket, key = link.before
        signature = link.digest.text.previous_signature
        if bucket and key and signature:
            found[bucket, key].append(signature)
    return found


def _judge(chain: Chain, link: Link, repeated: Sequence[str], keys: PublicKeys) -> None:
    """Return whether a digest is valid, and what is wrong with it."""
    text, own = link.digest.text, link.held.signature
    if link.digest.behind:
        said = f"{link.digest.behind} that no signature covers"
        chain.link("bytes behind the digest", link, said)
    key = keys.find(chain.name.region, text.fingerprint)
    if key is None or text.algorithm != ALGORITHM:
        _unknown_key(chain, link, keys)
        return
    fits = {each: is_signed(key, each, link.digest.to_sign) for each in repeated}
    by_itself = own is not None and is_signed(key, own, link.digest.to_sign)
    link.valid = by_itself or any(fits.values())
    if own is None and not repeated:
        link.proved = False
    elif not link.valid:
        chain.link("digest changed", link)
    elif own is not None and not by_itself:
        said = "whether the digest was replaced; the next one proves that it was not"
        chain.link("signature of the digest changed", link, said)
    if own is None and link.held.bucket:
        said = "whether the digest was replaced, unless the next one proves it"
        chain.link("signature of the digest removed", link, said)


def _unknown_key(chain: Chain, link: Link, keys: PublicKeys) -> None:
    link.proved = False
    if keys.knows(chain.name.region):
        chain.link("digest signed by an unknown key", link)
        link.proved = True


def _one_of_each(links: Sequence[Link]) -> Iterator[Link]:
    """Keep the best digest of each place: a valid one, and the current version."""
    by_place: dict[tuple[str, str], list[Link]] = defaultdict(list)
    for link in links:
        by_place[link.place].append(link)
    for same in by_place.values():
        best = min(same, key=lambda each: (not each.valid, not each.held.current))
        yield best


def _walk(chain: Chain, asked: Asked) -> None:
    """Look at each digest and the one before it."""
    if not chain.links:
        return
    places = {link.place: link for link in chain.links}
    for before, link in pairwise(chain.links):
        _follows(chain, before, link, places, asked)
    if not any(link.valid or link.proved for link in chain.links):
        said = "nothing by itself: without keys of the Region no signature is checked"
        start, end = chain.links[0].digest.start, chain.links[-1].digest.end
        chain.find("public key not at hand", start, end, "", said)


def _follows(
    chain: Chain,
    before: Link,
    link: Link,
    places: dict[tuple[str, str], Link],
    asked: Asked,
) -> None:
    """Hold a digest against the one before it."""
    start, end = before.digest.end, link.digest.start
    delivered = f"which log files were delivered {hours(start, end)}"
    named = places.get(link.before)  # type: ignore[arg-type]
    gap = end > start and not chain.name.backfill
    if link.digest.text.previous_key is None:
        gap = False
        said = f"{delivered}: the trail or its validation was stopped, or made anew"
        chain.find("chain starts anew", start, end, link.held.path, said)
    elif named is None:
        if link.trusted:
            gap = False
            bucket, key = map(str, link.before)
            lost = "digest missing" if asked(bucket, key) else "digest not to be had"
            chain.find(lost, start, end, key, delivered)
    elif named is not before:
        said = "nothing by itself: no later digest names it"
        chain.link("digest outside the chain", before, said)
    elif _differs(before, link):
        if before.trusted:
            chain.link("digest not the one that the next names", before)
        before.valid, before.proved = False, True
    if gap:
        chain.find("hours without a digest", start, end, link.held.path, delivered)


def _differs(before: Link, link: Link) -> bool:
    """Return whether a digest names another hash of the one before it."""
    return link.trusted and before.digest.sha256 != link.digest.text.previous_hash


def _begin(chains: Iterable[Chain], asked: Asked) -> None:
    """Name the chains that begin after a digest that is not at hand.

    Where the trail's other chains begin well before, it should be there.
    """
    for same in _by(_trail_of, chains, late=True):
        hourly = [chain for chain in same if not chain.name.backfill]
        oldest = min(chain.links[0].digest.start for chain in hourly or same)
        for chain in same:
            first = chain.links[0]
            start, (bucket, key) = first.digest.start, first.before
            if key is None:
                continue
            late = start - oldest > _EARLY and not chain.name.backfill
            if late and first.trusted and asked(str(bucket), key):
                said = f"which log files were delivered {hours(oldest, start)}"
                chain.find("chain begins late", oldest, start, key, said)
            else:
                said = f"what was delivered before {start:%Y-%m-%d %H:%M}"
                chain.find("chain begins before the evidence", None, start, key, said)


def _ends(chains: Iterable[Chain]) -> None:
    """Name the chains that end well before the others of their trail."""
    for same in _by(_trail_of, chains):
        newest = max(chain.links[-1].digest.end for chain in same)
        for chain in same:
            last = chain.links[-1]
            end = last.digest.end
            if newest - end > _EARLY:
                said = f"which log files were delivered {hours(end, newest)}"
                chain.find("chain ends early", end, newest, last.held.path, said)


def _between(chains: Iterable[Chain]) -> None:
    """Name the hours between one trail's chain and the next one's in the same place.

    So a trail is found that was deleted, and made anew later under another name or in
    another home Region.
    """
    for same in _by(lambda chain: (chain.name.account, chain.name.region), chains):
        same.sort(key=lambda chain: chain.links[0].digest.start)
        end = same[0].links[-1].digest.end
        for chain in same[1:]:
            first = chain.links[0]
            start = first.digest.start
            if start > end:
                said = f"what was delivered {hours(end, start)}, between two trails"
                chain.find("hours without a digest", end, start, first.held.path, said)
            end = max(end, chain.links[-1].digest.end)


def _by(
    key: Callable[[Chain], tuple[str, ...]], chains: Iterable[Chain], late: bool = False
) -> Iterable[list[Chain]]:
    """Group the chains; those of backfill digests only where ``late``."""
    groups: dict[tuple[str, ...], list[Chain]] = defaultdict(list)
    for chain in chains:
        if chain.links and (late or not chain.name.backfill):
            groups[key(chain)].append(chain)
    return groups.values()


def _trail_of(chain: Chain) -> tuple[str, ...]:
    """Tell the trails apart: that of an organization has chains in many accounts."""
    key = parse(chain.links[0].digest.text.key)
    owner = (key and key.organization) or chain.name.account
    return owner, chain.name.trail, chain.name.home
