"""What each column of the lens is: its type and its meaning, from ``columns.csv``."""

import csv
import re
from functools import cache
from importlib import resources
from typing import NamedTuple

from trailkit.errors import UnknownRelation, nearest
from trailkit.lens.compose import RELATIONS, columns


class Described(NamedTuple):
    """A column's type on Athena, and its meaning in words."""

    type: str
    meaning: str


def described(relation: str) -> dict[str, Described]:
    """Return what each column of a relation is, in order; raise UnknownRelation.

    >>> described("events")["time"]
    Described(type='timestamp', meaning='when it happened, UTC (eventTime)')
    """
    if relation not in RELATIONS:
        raise UnknownRelation(
            f'There is no relation "{relation}". {nearest(relation, RELATIONS)}'
        )
    every = _by_file()[RELATIONS[relation].file]
    return {name: every[name] for name in columns(relation)}


@cache
def types() -> dict[str, dict[str, str]]:
    """Return the type of each column of each relation."""
    return {
        relation: {name: column.type for name, column in described(relation).items()}
        for relation in RELATIONS
    }


def of_aws(name: str, relation: str = "events") -> list[str]:
    """List the columns that hold a field of the record, by AWS's name for it.

    >>> of_aws("eventTime"), of_aws("userIdentity.arn"), of_aws("useridentity_arn")
    (['time'], ['principal_arn', 'caller_arn'], ['principal_arn', 'caller_arn'])
    """
    wanted = _bare(name)
    return [
        column
        for column, each in described(relation).items()
        if wanted in map(_bare, _named_by_aws(each.meaning))
    ]


def _named_by_aws(meaning: str) -> list[str]:
    """Read the names in the parentheses of a meaning, whole and without their path."""
    inside = ", ".join(re.findall(r"\(([^()]*)\)", meaning)).split(", ")
    return [name for each in inside for name in (each, each.rpartition(".")[2])]


def _bare(name: str) -> str:
    return re.sub("[._]", "", name.lower())


@cache
def _by_file() -> dict[str, dict[str, Described]]:
    text = resources.files("trailkit.lens").joinpath("columns.csv").read_text("utf-8")
    found: dict[str, dict[str, Described]] = {}
    for row in csv.DictReader(text.splitlines()):
        named = found.setdefault(row["file"], {})
        named[row["column"]] = Described(row["type"], row["meaning"])
    return found
