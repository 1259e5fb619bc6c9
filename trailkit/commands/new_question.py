"""The command ``new``: a question or a notebook of one's own, which runs as it is."""

import argparse
import shlex
from pathlib import Path

from trailkit.commands.arguments import Command
from trailkit.commands.new_notebook import write_notebook
from trailkit.commands.printing import write
from trailkit.errors import InvalidQuestion
from trailkit.progress import notice
from trailkit.questions.library import load
from trailkit.questions.question import check_name

_BEGUN = """\
-- title: "Who made which calls?"
-- severity: note
-- needs: [management:read, management:write]
-- parameters:
--   action: {type: text, optional: true, help: "one action; every action if left out"}
--   most: {type: integer, default: 1000, help: "how many rows"}
-- limit: most
-- chart: timeline
-- notes: |
--   Write here what may mislead in the answer.
select
    time, action, actor, source_ip, account, region, outcome, event_id,
    service, principal_arn, access_key, user_agent, error_message
from events
where :action is null or action = :action
order by time asc, event_id asc
limit :most
"""


def write_question(name: str, into: Path) -> Path:
    """Write the file of a new question, which runs as it is; return its path.

    Raises InvalidQuestion for a name that breaks a rule or is taken, and for a folder
    that cannot be written to. A file that is there is never touched.
    """
    check_name(name)
    if name in {each.name for each in load()}:
        raise InvalidQuestion(
            f'"{name}" is a question of trailkit. Choose another name.'
        )
    path = into / f"{name}.sql"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(_BEGUN)
    except FileExistsError:
        raise InvalidQuestion(
            f"{path} is there already. Edit it, or choose another name."
        ) from None
    except OSError as error:
        raise InvalidQuestion(
            f"{path} cannot be written: {error.strerror}. Name another folder: --into."
        ) from None
    return path


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["question", "notebook"], help="what to begin")
    parser.add_argument(
        "name",
        metavar="NAME",
        help="s3/our-buckets of a question; payroll of a notebook",
    )
    parser.add_argument(
        "--into",
        metavar="FOLDER",
        help="left out: ./questions for a question, this folder for a notebook",
    )


def _run(given: argparse.Namespace) -> None:
    if given.what == "notebook":
        path = write_notebook(given.name, Path(given.into or "."))
        write(str(path))
        notice(f"Open it: jupyter lab {shlex.quote(str(path))}")
        return
    into = given.into or "questions"
    write(str(write_question(given.name, Path(into))))
    notice(f"Try it: trailkit ask {given.name} --questions {into} --demo")


NEW = Command("begin a question or a notebook of your own", _add, _run)
