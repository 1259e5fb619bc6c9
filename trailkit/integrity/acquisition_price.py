"""What an acquisition costs, said before a byte is fetched.

Facts: the pricing pages of Amazon S3 ("Requests & data retrievals", "Data transfer")
and AWS KMS; the bucket's owner is billed.
"""

from dataclasses import dataclass

from trailkit.aws.prices import (
    Prices,
    egress_dollars,
    prices_of,
    say_bytes,
    say_dollars,
)
from trailkit.errors import BudgetExceeded


@dataclass(frozen=True, slots=True)
class AcquisitionPrice:
    """Files and bytes to fetch, calls of KMS, and what they cost in dollars at most.

    Requests have the prices of the bucket's Region where that is the session's.
    """

    files: int
    bytes: int
    kms: int = 0
    region: str = "us-east-1"

    @property
    def _prices(self) -> Prices:
        return prices_of(self.region)

    @property
    def _parts(self) -> tuple[float, float, float]:
        """Dollars for requests, egress and KMS."""
        requests = self.files / 1_000 * self._prices.get
        keys = self.kms / 10_000 * self._prices.decrypt
        return requests, egress_dollars(self.bytes), keys

    @property
    def dollars(self) -> float:
        """All of it; less from within the bucket's Region, where egress is free."""
        return sum(self._parts)

    def __str__(self) -> str:
        """Return it in words."""
        requests, egress, keys = map(say_dollars, self._parts)
        return (
            f"To fetch: {self.files:,} files, {say_bytes(self.bytes)}, at most "
            f"{say_dollars(self.dollars)}: requests {requests}, egress {egress} (none "
            f"within the Region), KMS {keys}."
        )


def require_affordable(price: AcquisitionPrice, usd: float | None) -> None:
    """Raise BudgetExceeded for a price above the limit."""
    if usd is not None and price.dollars > usd:
        raise BudgetExceeded(
            f"{price} That is more than usd={usd}, and nothing was fetched. Narrow the "
            "window, or raise usd."
        )
