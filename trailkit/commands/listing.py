"""The commands that need no case: ``demo``, ``library``."""

import argparse

from trailkit.commands.arguments import Command
from trailkit.commands.case_options import add_questions
from trailkit.commands.printing import show, write
from trailkit.errors import UnknownQuestion
from trailkit.questions.library import load
from trailkit.store import practice_case


def _add_demo(parser: argparse.ArgumentParser) -> None:
    del parser


def _demo(given: argparse.Namespace) -> None:
    del given
    write(str(practice_case.folder()))


def _add_library(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("about", nargs="*", help="only those that mention these words")
    add_questions(parser)


def _library(given: argparse.Namespace) -> None:
    library = load()
    if given.questions:
        library = library.with_folder(given.questions)
    about = " ".join(given.about)
    found = library.search(about)[["name", "title", "parameters"]]
    if found.empty:
        raise UnknownQuestion(
            f'No question mentions "{about}". trailkit library lists them all.'
        )
    show(found)


DEMO = Command("unpack the practice case, and print its folder", _add_demo, _demo)
LIBRARY = Command("list the questions", _add_library, _library)
