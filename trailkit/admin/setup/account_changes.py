"""Changes to an account: shown first, made only when confirmed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from trailkit.aws.failures import explained
from trailkit.aws.session import Access
from trailkit.errors import NotConfigured


@dataclass(frozen=True, slots=True)
class Change:
    """A thing to make, in words, and how.

    ``found`` says what is there already, in words; it is empty where nothing is.
    """

    what: str
    found: Callable[[], str]
    make: Callable[[], Any]


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """What a call changed in an account, or would change once it is confirmed."""

    place: str
    lines: tuple[str, ...]
    next: str

    def __repr__(self) -> str:
        """Return it, a line for each thing."""
        return "\n".join([self.place, *(f"  {line}" for line in self.lines), self.next])


def carry_out(
    changes: Sequence[Change], access: Access, account: str, confirm: str | None
) -> Report:
    """Show the changes, and make them if ``confirm`` is the account's number.

    What is there already is left as it is. Raises NotConfigured for credentials of
    another account, or for another number.
    """
    with explained():
        check_account(access, account, confirm)
        place = f"AWS account {account}, {access.region}:"
        found = [change.found() for change in changes]
        plan = tuple(map(_planned, changes, found))
        if confirm is None:
            return Report(
                place, plan, f'Nothing is changed yet. Add confirm="{account}".'
            )
        print(Report(place, plan, "Changing the account now."))
        missing = [
            change for change, there in zip(changes, found, strict=True) if not there
        ]
        for change in missing:
            change.make()
    return Report(place, tuple(map(_done, changes, found)), "Done.")


def check_account(access: Access, account: str, confirm: str | None) -> None:
    """Refuse credentials of another account, and a confirmation of another."""
    caller = access.client("sts").get_caller_identity()["Account"]
    if caller != account:
        raise NotConfigured(
            f"These credentials are of account {caller}, and the set-up is for "
            f"{account}. Nothing was changed. Sign in to {account}, or set up {caller}."
        )
    if confirm not in (None, account):
        raise NotConfigured(
            f'confirm="{confirm}" is not the account of the set-up. Nothing was '
            f'changed. To change it, write confirm="{account}".'
        )


def _planned(change: Change, found: str) -> str:
    return f"{change.what}: {found}" if found else f"{change.what}: to be made"


def _done(change: Change, found: str) -> str:
    return f"{change.what}: {found}" if found else f"{change.what}: made"
