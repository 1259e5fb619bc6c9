"""Validate CloudTrail's digests: every signature, link, hash, hour and unnamed file.

Facts: CloudTrail User Guide, "Validating CloudTrail log file integrity". This works
offline on a copy. Against `aws cloudtrail validate-logs` it also holds each digest
against the hash that the next one names, lists log files that no digest names, and says
what a finding hides.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.metadata import version
from typing import Any

import pandas as pd

from trailkit import clock
from trailkit.integrity.digest_chains import (
    Asked,
    Chain,
    Link,
    is_digest,
    read_chains,
)
from trailkit.integrity.digest_findings import DigestFinding, DigestVerdict, about
from trailkit.integrity.digest_keys import PublicKeys
from trailkit.integrity.hash_worker import Hashed
from trailkit.integrity.held_files import Held, HeldFiles, Names, Say
from trailkit.integrity.log_names import log_name
from trailkit.integrity.named_files import NamedFiles, unnamed
from trailkit.source import DigestHour, Proof
from trailkit.tables.layout import parse

_ORDER = [*DigestVerdict]

COLUMNS = {
    "verdict": "str",
    "what": "str",
    "account": "str",
    "region": "str",
    "trail": "str",
    "start": "datetime64[us, UTC]",
    "end": "datetime64[us, UTC]",
    "file": "str",
    "hides": "str",
    "digests": "Int64",
    "files": "Int64",
}


@dataclass(frozen=True, slots=True)
class Validation:
    """What a validation found, what it proves, and how long it took.

    ``valid_digests`` of ``digests`` have a signature that fits.
    """

    findings: Sequence[DigestFinding]
    chains: Sequence[DigestFinding]
    proof: Proof
    digests: int
    valid_digests: int
    keys: str
    seconds: float
    digests_of: Mapping[int, int] = field(default_factory=dict[int, int])
    time: datetime | None = None
    trailkit: str = ""

    def count(self, verdict: DigestVerdict) -> int:
        """Count the findings of a verdict."""
        return sum(each.verdict is verdict for each in self.findings)

    @property
    def summary(self) -> str:
        """Return it in one sentence."""
        if not self.digests:
            return (
                f"There are no digests among {self.proof.files:,} log files: nothing "
                "is validated. The trail has validation off, or they were not copied."
            )
        tampered, gaps = self.proof.tampered, self.count(DigestVerdict.GAP)
        files = replace(self.proof, tampered=0)
        return (
            f"{files}: {self.valid_digests:,} of {self.digests:,} digests valid "
            f"by {self.keys}; {tampered:,} signs of tampering, {gaps:,} gaps."
        )

    def frame(self) -> pd.DataFrame:
        """Return the chains, then the findings, worst first."""
        findings = sorted(self.findings, key=_rank)
        rows = [(each.verdict.value, *each[:8], None, each.files) for each in findings]
        of_chains = [
            (self._verdict(each), *each[:8], self.digests_of[number], each.files)
            for number, each in enumerate(self.chains)
        ]
        frame = pd.DataFrame([*of_chains, *rows], columns=[*COLUMNS])
        return frame.astype(COLUMNS)

    def _verdict(self, chain: DigestFinding) -> str:
        """Return the worst verdict about a chain; valid where nothing is wrong."""
        where = (chain.account, chain.region, chain.trail)
        own = [each for each in self.findings if each[1:4] == where]
        wrong = [each.verdict for each in own if each.verdict is not DigestVerdict.NOTE]
        return min([*wrong, DigestVerdict.VALID], key=_ORDER.index).value


def _rank(found: DigestFinding) -> tuple[Any, ...]:
    start = found.start.timestamp() if found.start else 0.0
    return _ORDER.index(found.verdict), found.account, found.region, start, found.file


def validate(
    files: HeldFiles,
    keys: PublicKeys,
    say: Say,
    asked: Asked,
) -> Validation:
    """Validate all digests at hand, and the log files that they name.

    ``asked`` says of a bucket and key whether the evidence should hold it at all.
    """
    began = time.monotonic()
    chains, loose = read_chains(files, keys, say, asked)
    logs = _log_files(files.held, chains)
    hashes = files.hash(logs, say) if chains else {}
    named = NamedFiles(Names(logs), hashes, asked, _by_hash(logs, hashes))
    named.check(chains)
    findings = [*loose, *(each for chain in chains for each in chain.findings)]
    findings += unnamed(chains, named, logs)
    links = [link for chain in chains for link in chain.links]
    deliveries = tuple(_deliveries(chains, named))
    signs = sum(each.verdict is DigestVerdict.TAMPERED for each in findings)
    return Validation(
        findings=findings,
        chains=[_in_a_row(chain, named) for chain in chains],
        proof=Proof(len(named.validated), len(logs), deliveries, signs),
        digests=len(links) + len(loose),
        valid_digests=sum(link.valid for link in links),
        keys=keys.source,
        seconds=round(time.monotonic() - began, 3),
        digests_of={at: len(chain.links) for at, chain in enumerate(chains)},
        time=clock.now(),
        trailkit=version("trailkit"),
    )


def _log_files(held: Iterable[Held], chains: Iterable[Chain]) -> list[Held]:
    """Return the log files, by their names or because a digest names them."""
    named = {
        each.key.rpartition("/")[2]
        for chain in chains
        for link in chain.links
        for each in link.digest.text.files
    }
    return [
        each
        for each in held
        if not is_digest(each.key)
        and (log_name(each.key) or each.key.rpartition("/")[2] in named)
    ]


def _by_hash(
    logs: Iterable[Held], hashes: Mapping[str, Hashed]
) -> dict[str, list[Held]]:
    found: dict[str, list[Held]] = defaultdict(list)
    for each in logs:
        sha256, _ = hashes.get(each.path, ("", ""))
        if sha256:
            found[sha256].append(each)
    return found


def _in_a_row(chain: Chain, named: NamedFiles) -> DigestFinding:
    """Sum a chain up: its hours, and how many of the files it names are proved."""
    first, last = chain.links[0].digest, chain.links[-1].digest
    good, total = named.counts.get(chain.name, (0, 0))
    valid = sum(link.valid for link in chain.links)
    said = (
        f"{good:,} of {total:,} log files as delivered; "
        f"{valid:,} of {len(chain.links):,} digests valid"
    )
    return about("chain", chain.name, first.start, last.end, "", said)._replace(
        files=total
    )


def _deliveries(chains: Iterable[Chain], named: NamedFiles) -> Iterator[DigestHour]:
    """Return the hours of all chains, but for those of backfill digests."""
    for chain in chains:
        if chain.name.backfill:
            continue
        for link in chain.links:
            missing = named.missing.get(id(link), 0)
            proved = link.valid and id(link) in named.whole
            hour = _hour(chain, link, missing)
            yield hour._replace(proved=proved, refuted=not link.trusted)


def _hour(chain: Chain, link: Link, missing: int) -> DigestHour:
    digest, name = link.digest, chain.name
    place = parse(digest.text.key)
    return DigestHour(
        name.arn,
        name.account,
        name.region,
        digest.start,
        digest.end,
        len(digest.text.files),
        missing,
        organization=(place and place.organization) or "",
    )


def told(files: HeldFiles, say: Say, asked: Asked) -> tuple[DigestHour, ...]:
    """Return the hours of the digests at hand, with nothing validated and hashed."""
    chains, _ = read_chains(files, PublicKeys(), say, asked)
    names = Names(_log_files(files.held, chains))
    return tuple(
        _hour(
            chain,
            link,
            sum(
                not (asked(each.bucket, each.key) and names.find(each.bucket, each.key))
                for each in link.digest.text.files
            ),
        )
        for chain in chains
        if not chain.name.backfill
        for link in chain.links
    )
