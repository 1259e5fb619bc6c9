"""The search for folders and their days: what it takes is told, and may be bounded.

Folders are always listed to the end. Their days take most of the requests: there one
may stop, or set a most, and what was not looked at stays unknown.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from trailkit.admin.discovery.boundaries import Boundary, DaySpan, EdgeSearch, edges
from trailkit.admin.discovery.key_listing import Listing
from trailkit.admin.discovery.log_folders import (
    Folder,
    FolderKey,
    TrailFolder,
    find_folders,
)
from trailkit.aws.attempts import Attempts
from trailkit.aws.in_parallel import in_order
from trailkit.aws.prices import LISTS_PER_SECOND, list_dollars, say_dollars, say_seconds
from trailkit.progress import Say

_Seen = dict[int, date | None]
"""Days by the number of their folder; None where there is none in it."""


@dataclass(frozen=True, slots=True)
class FoundFolders:
    """The folders found, what it took, and in words what was not looked at."""

    folders: tuple[TrailFolder, ...]
    requests: int
    not_looked_at: tuple[str, ...] = ()


def search(
    s3: Any,
    places: Iterable[FolderKey],
    attempts: Attempts,
    say: Say,
    partition: str = "aws",
    most: int | None = None,
) -> FoundFolders:
    """Find the folders with log files below each place, and their days, sorted.

    Ctrl-C, or ``most`` requests, end the search for days: the folders are given with
    those found until then. Before all folders are listed Ctrl-C ends it without any,
    for some of the accounts would pass for all.
    """
    listing = Listing(s3, attempts, partition)
    try:
        folders = find_folders(listing, places, say)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"Stopped after {listing.requests:,} requests, before all folders of logs "
            "were listed. Nothing is given back: some of the accounts would pass for "
            "all."
        ) from None
    listing.most = most
    days = _DaySearch(listing, folders, say)
    days.run()
    return FoundFolders(days.found(), listing.requests, tuple(days.not_looked_at()))


class _DaySearch:
    """The search for the days of folders, as far as it has come."""

    def __init__(self, listing: Listing, folders: Sequence[Folder], say: Say) -> None:
        self._listing, self._folders, self._say = listing, folders, say
        self._edges = edges(folders)
        self._first: _Seen = {}
        self._last: _Seen = {}
        self._listed = listing.requests
        self._whole, self._taken = len(self._edges), 0
        self._pace: float = LISTS_PER_SECOND
        self._why = "a right is missing"

    def run(self) -> None:
        """Look at every edge, until it is stopped or the requests are used up."""
        try:
            self._look()
        except KeyboardInterrupt:
            self._why = "it was stopped"
        else:
            if self._listing.used_up:
                self._why = f"most_requests={self._listing.most:_} were used up"

    def _look(self) -> None:
        look = EdgeSearch(self._listing, self._folders).look
        begun = time.monotonic()
        for edge, days in in_order(lambda edge: (edge, look(edge)), self._waiting()):
            if days:
                self._keep(edge, days)
            self._measure(time.monotonic() - begun)
            self._say(self._progress())

    def _waiting(self) -> Iterator[Boundary]:
        # An edge takes a request or more. With no more edges under way than requests
        # left, a later one cannot take the last request from one that tells more.
        for edge in islice(self._edges, self._listing.left):
            if self._listing.used_up:
                return
            self._taken += 1
            yield edge

    def _keep(self, edge: Boundary, days: DaySpan) -> None:
        if edge.before is not None:
            self._last[edge.before] = days.last
        if edge.after is not None:
            self._first[edge.after] = days.first

    def _measure(self, seconds: float) -> None:
        """Work out how many requests the whole takes, and how many a second."""
        sent, edges = self._listing.requests - self._listed, len(self._edges)
        self._whole = max(edges, sent * edges // self._taken)
        self._pace = sent / max(seconds, 1e-9)

    def _progress(self) -> str:
        sent, most = self._listing.requests - self._listed, self._listing.most
        bound = f", stops at {most:,}" if most is not None else ""
        return (
            f"Days of {len(self._folders):,} folders: {sent:,} of ~"
            f"{self._takes(self._whole, self._whole - sent)} left{bound}"
        )

    def _takes(self, requests: int, left: int) -> str:
        """Return what so many requests cost, and how long so many take at this pace."""
        price = say_dollars(list_dollars(requests))
        return f"{requests:,} requests, {price}, {say_seconds(left / self._pace)}"

    def found(self) -> tuple[TrailFolder, ...]:
        """Return the folders that have log files, or may have."""
        every = [
            TrailFolder(*folder, self._first.get(number), self._last.get(number))
            for number, folder in enumerate(self._folders)
            if not self._is_empty(number)
        ]
        return tuple(sorted(every, key=_order))

    def _is_empty(self, number: int) -> bool:
        """Look whether a folder turned out to have no day."""
        return None in (self._first.get(number, ...), self._last.get(number, ...))

    def not_looked_at(self) -> Iterator[str]:
        """Return of how many folders a day was not looked for, why, and what helps."""
        seen = self._first.keys() & self._last.keys()
        if unseen := len(self._folders) - len(seen):
            whole = self._listed + self._whole
            yield (
                f"the first and last days of {unseen:,} of {len(self._folders):,} "
                f"folders, because {self._why}. There are folders; from when to when "
                "they have log files is unknown. With most_requests=None all are "
                f"looked at: about {self._takes(whole, whole)}."
            )


def _order(folder: TrailFolder) -> tuple[str, ...]:
    return folder.layout.root, folder.account, folder.folder, folder.region
