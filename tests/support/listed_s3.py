"""An S3 that lists keys from any sorted sequence, also from one that is worked out."""

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any

LAST = chr(0x10FFFF)
"""It stands behind whatever begins the same."""


class ListedS3:
    """Answers ``list_objects_v2`` alone, as its API Reference says; counts requests."""

    def __init__(self, keys: Sequence[str], page: int = 1000, few: int = 1000) -> None:
        """Take the keys, the size of a page, and that of one that need not be full."""
        self.keys, self.page, self.few = keys, page, few
        self.requests = self.under_way = self.most_under_way = 0
        self.before_each: Callable[[int], object] = lambda number: None
        self._counting = threading.Lock()

    def list_objects_v2(self, **asked: Any) -> dict[str, Any]:
        with self._counting:
            self.requests += 1
            number = self.requests
            self.under_way += 1
            self.most_under_way = max(self.under_way, self.most_under_way)
        try:
            self.before_each(number)
            return self._answer(asked)
        finally:
            with self._counting:
                self.under_way -= 1

    def _answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        delimiter, most = asked.get("Delimiter", ""), asked.get("MaxKeys", self.page)
        after = asked.get("ContinuationToken") or asked.get("StartAfter", "")
        below = self._below(asked["Prefix"], delimiter, after)
        size = self.page if most == self.page else min(most, self.few)
        found = list(islice(below, size))
        groups = [each for each in found if delimiter and each.endswith(delimiter)]
        answer = {
            "Contents": [{"Key": each} for each in found if each not in groups],
            "CommonPrefixes": [{"Prefix": each} for each in groups],
            "IsTruncated": next(below, None) is not None,
        }
        return answer | {"NextContinuationToken": found[-1] + LAST if found else ""}

    def _below(self, prefix: str, delimiter: str, after: str) -> Iterator[str]:
        """Return keys and common prefixes in order; S3 leaves out those not behind."""
        place = max(bisect_left(self.keys, prefix), bisect_right(self.keys, after))
        while place < len(self.keys) and (key := self.keys[place]).startswith(prefix):
            head, found, _ = key[len(prefix) :].partition(delimiter or LAST)
            group = f"{prefix}{head}{found}"
            if group > after:
                yield group
            place += 1
            if found and place < len(self.keys) and self.keys[place].startswith(group):
                place = bisect_right(self.keys, group + LAST)


class Organization(Sequence[str]):
    """The keys of very many accounts: two in each region, worked out when asked for."""

    def __init__(
        self, root: str, accounts: int, regions: Sequence[str], today: date
    ) -> None:
        self.root, self.accounts, self.today = root, accounts, today
        self.regions = sorted(regions)

    def __len__(self) -> int:
        return self.accounts * len(self.regions) * 2

    def __getitem__(self, number: Any) -> Any:
        account, rest = divmod(number, len(self.regions) * 2)
        region, is_last = divmod(rest, 2)
        day = self.today if is_last else self.first_day(account, region)
        name = f"{account:012d}"
        return (
            f"{self.root}{name}/CloudTrail/{self.regions[region]}/{day:%Y/%m/%d}/"
            f"{name}_CloudTrail_x.json.gz"
        )

    def first_day(self, account: int, region: int) -> date:
        return date(2014 + account % 10, 1 + region % 12, 1 + account % 28)
