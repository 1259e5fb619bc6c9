"""What is said beside an amount: of what it is made, and what would make it less."""

from collections.abc import Iterator

from trailkit.aws.prices import Prices, say_bytes
from trailkit.cost.bill import Bill, Usage
from trailkit.cost.encryption import Encryption

_COPY = (
    "A copy in Parquet holds the same events in few large files: tk.TableCopy(…), see "
    "docs/set-up.md."
)
_TERABYTE = 1024**4


def items(usage: Usage, bill: Bill, prices: Prices) -> Iterator[str]:
    """Return of what an amount is made."""
    kept = [
        f"scan {prices.say(bill.scan)} at {prices.say(prices.scan)} a terabyte",
        f"{usage.gets:,} GET {prices.say(bill.gets)}",
        f"{usage.lists:,} LIST {prices.say(bill.lists)}",
    ]
    if usage.decrypts:
        kept.append(f"{usage.decrypts:,.0f} KMS Decrypt {prices.say(bill.decrypts)}")
    if usage.retrieved:
        kept.append(f"retrieval {prices.say(bill.retrieval)}")
    kept.append(f"the result, kept a month, {prices.say(bill.results)}")
    yield f"Of that: {', '.join(kept)}; prices of {prices.dated}."


def small_files(files: int, usage: Usage, bill: Bill, prices: Prices) -> Iterator[str]:
    """Return where requests cost more than the scan, and what helps."""
    if not files:
        return
    mean, scan = usage.bytes // files, usage.bytes / _TERABYTE * prices.scan
    dear = [
        f"S3's GETs ({prices.say(bill.gets)}; they cost more below about "
        f"{say_bytes(_even(prices.get / 1_000, prices))} a file)"
        for _ in range(bill.gets > scan)
    ]
    dear += [
        f"KMS's Decrypts ({prices.say(bill.decrypts)}; below about "
        f"{say_bytes(_even(prices.decrypt / 10_000, prices))} a file)"
        for _ in range(bill.decrypts > scan)
    ]
    if dear:
        yield (
            f"Its files have {say_bytes(mean)} on average, so {' and '.join(dear)} "
            f"cost more than the scan ({prices.say(scan)}). {_COPY}"
        )


def _even(price: float, prices: Prices) -> int:
    """Return the bytes whose scan costs as much as a request."""
    return round(price / prices.scan * _TERABYTE)


def encrypted(found: Encryption) -> Iterator[str]:
    """Return what is not sure of the Decrypts, and what would spare them."""
    if found.unknown:
        yield (
            "How the files are encrypted could not be looked at, so each counts with a "
            f"KMS Decrypt. {found.unknown}"
        )
    elif found.encrypted > found.bucket_keys:
        some = "" if found.encrypted < found.looked else "all "
        yield (
            f"Of {found.looked:,} files looked at {some}{found.encrypted:,} have a KMS "
            "key, and S3 asks KMS for each. An S3 Bucket Key on their bucket spares "
            "nearly all of that for files to come."
        )
    if found.archived:
        yield (
            f"Of {found.looked:,} files looked at {found.archived:,} are in an archive "
            "tier of S3 Intelligent-Tiering, which a list does not show: Athena does "
            "not read them until they are restored."
        )


def reserved(reservation: str | None) -> tuple[str, ...]:
    """Report that a workgroup with reserved capacity is billed otherwise."""
    if reservation is None:
        return ()
    return (
        f'Its workgroup uses the capacity reservation "{reservation}": Athena bills '
        "that by the hour and DPU, and not the scan. S3 and KMS bill as said.",
    )
