"""The command line: ``trailkit``, or ``python -m trailkit``."""

import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from trailkit.commands.arguments import Command
from trailkit.commands.ask_commands import ASK, QUERY, TRIAGE
from trailkit.commands.doctoring import DOCTOR
from trailkit.commands.listing import DEMO, LIBRARY
from trailkit.commands.new_question import NEW
from trailkit.commands.printing import complain
from trailkit.commands.reporting import REPORT, VERIFY
from trailkit.commands.table_ddl import DDL
from trailkit.errors import CommandError, TrailkitError, nearest

COMMANDS = {
    "demo": DEMO,
    "ask": ASK,
    "query": QUERY,
    "library": LIBRARY,
    "triage": TRIAGE,
    "ddl": DDL,
    "doctor": DOCTOR,
    "new": NEW,
    "report": REPORT,
    "verify": VERIFY,
}
"""The commands by name, in the order of the help."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, and return the exit status.

    A mistake is one sentence on stderr: status 2 where the words do not fit, 1
    otherwise; 130 after Ctrl-C.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        _run(words)
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


def _run(words: list[str]) -> None:
    if not words or words[0] in ("-h", "--help", "help"):
        print(_help())
    elif words[0] == "--version":
        print(version("trailkit"))
    else:
        name, *rest = words
        command = _command(name)
        command.run(command.parse(name, rest))


def _command(name: str) -> Command:
    if name not in COMMANDS:
        raise CommandError(
            f'There is no command "{name}". {nearest(name, COMMANDS)}'
            " See trailkit --help."
        )
    return COMMANDS[name]


def _help() -> str:
    lines = [f"  {name:<9} {command.help}" for name, command in COMMANDS.items()]
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
