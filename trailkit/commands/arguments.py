"""The words of one command: options and positionals, in any order."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from trailkit.errors import CommandError


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its line in the help, its arguments, and what it does."""

    help: str
    add: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], None]

    def parse(self, name: str, words: list[str]) -> argparse.Namespace:
        """Read the words that follow the command's name; raise CommandError."""
        parser = _Parser(
            prog=f"trailkit {name}", description=self.help, allow_abbrev=False
        )
        self.add(parser)
        return parser.parse_intermixed_args(words)


class _Parser(argparse.ArgumentParser):
    """A parser whose mistakes are one sentence."""

    def error(self, message: str) -> NoReturn:
        """Raise the mistake in place of printing the usage."""
        first = message[:1].upper() + message[1:].rstrip(".")
        raise CommandError(f"{first}. See {self.prog} --help.")


class Listed(argparse.Action):
    """Collect values: an option given several times, or with commas.

    Each option takes one word, so that the next word is never swallowed.
    """

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Add the values of one option to those before."""
        del parser, option_string
        before = getattr(namespace, self.dest) or []
        added = [each.strip() for each in str(values).split(",")]
        setattr(namespace, self.dest, [*before, *added])
