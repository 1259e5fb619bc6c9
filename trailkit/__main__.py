"""The command line: ``trailkit``, or ``python -m trailkit``."""

import gc
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING

from trailkit.commands.printing import complain
from trailkit.errors import CommandError, TrailkitError, nearest

if TYPE_CHECKING:
    from trailkit.commands.arguments import Command

_SELDOM = 500_000
"""So many new objects are made before Python looks for some to collect."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, and return the exit status.

    A mistake is one sentence on stderr: status 2 where the words do not fit, 1
    otherwise; 130 after Ctrl-C.
    """
    if arguments is None:
        return _alone(sys.argv[1:])
    try:
        _run(list(arguments))
        sys.stdout.flush()
    except TrailkitError as error:
        complain(f"{type(error).__name__}: {error}")
        return 2 if isinstance(error, CommandError) else 1
    except BrokenPipeError:
        # The reader has left, as `head` does; nothing more can be written.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        complain(f"{type(error).__name__}: {error}.")
        return 1
    except KeyboardInterrupt:
        complain("Stopped.")
        return 130
    return 0


def _alone(words: Sequence[str]) -> int:
    """Run one command in a process that is its own, and short.

    A quarter of its time would go into looking through what was imported, which stays.
    """
    gc.freeze()
    gc.set_threshold(_SELDOM)
    return main(words)


def _run(words: list[str]) -> None:
    if not words or words[0] in ("-h", "--help", "help"):
        print(_help())
    elif words[0] == "--version":
        print(version("trailkit"))
    else:
        name, *rest = words
        command = _command(name)
        command.run(command.parse(name, rest))


def _commands() -> "dict[str, Command]":
    """Return the commands by name; what they stand on is imported now."""
    from trailkit.commands.every_command import COMMANDS

    return COMMANDS


def _command(name: str) -> "Command":
    known = _commands()
    if name not in known:
        raise CommandError(
            f'There is no command "{name}". {nearest(name, known)} See trailkit --help.'
        )
    return known[name]


def _help() -> str:
    lines = [f"  {name:<9} {command.help}" for name, command in _commands().items()]
    return "\n".join(
        [
            "Ask CloudTrail a question, on Athena or over a folder of log files.",
            "",
            "usage: trailkit COMMAND …",
            "",
            *lines,
            "",
            "trailkit COMMAND --help shows the options of one.",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
