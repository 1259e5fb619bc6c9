"""What an acquisition costs, said before a byte is fetched.

Facts: the pricing pages of Amazon S3 ("Requests & data retrievals", "Data transfer")
and AWS KMS; the bucket's owner is billed.
"""

from dataclasses import dataclass

from trailkit.aws.prices import (
    egress_dollars,
    get_dollars,
    kms_dollars,
    say_bytes,
    say_dollars,
)
from trailkit.errors import BudgetExceeded


@dataclass(frozen=True, slots=True)
class AcquisitionPrice:
    """Files and bytes to fetch, calls of KMS, and what they cost in dollars at most."""

    files: int
    bytes: int
    kms: int = 0

    @property
    def dollars(self) -> float:
        """All of it; less from within the bucket's Region, where egress is free."""
        return get_dollars(self.files) + egress_dollars(self.bytes) + self._kms

    @property
    def _kms(self) -> float:
        return kms_dollars(self.kms)

    def __str__(self) -> str:
        """Say it in words."""
        return (
            f"To fetch: {self.files:,} files, {say_bytes(self.bytes)}, at most "
            f"{say_dollars(self.dollars)}: requests "
            f"{say_dollars(get_dollars(self.files))}, egress "
            f"{say_dollars(egress_dollars(self.bytes))} (none within the Region), KMS "
            f"{say_dollars(self._kms)}."
        )


def require_affordable(price: AcquisitionPrice, usd: float | None) -> None:
    """Raise BudgetExceeded for a price above the limit."""
    if usd is not None and price.dollars > usd:
        raise BudgetExceeded(
            f"{price} That is more than usd={usd}, and nothing was fetched. Narrow the "
            "window, or raise usd."
        )
