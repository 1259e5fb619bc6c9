"""ATT&CK's techniques that AWS's records can show: names, tactics, and retired ids.

``tactics.csv`` is the one list: of the Enterprise matrix, version 19, whose Defense
Impairment took over what was T1562. A retired id has in ``now`` the one to write today.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

OTHER = "Other"
"""The tactic of a technique that is not listed."""


@dataclass(frozen=True)
class Technique:
    """A technique or sub-technique; ``now`` is the current id of a retired one."""

    name: str
    tactic: str
    now: str


@cache
def listed() -> dict[str, Technique]:
    """Return the techniques of the list by their ids, in the matrix's order."""
    file = resources.files("trailkit") / "tactics.csv"
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    return {row.pop("technique"): Technique(**row) for row in rows}


def tactics() -> list[str]:
    """Return the tactics in the matrix's order.

    >>> tactics()[-2:]
    ['Exfiltration', 'Impact']
    """
    return list(dict.fromkeys(each.tactic for each in listed().values() if each.tactic))


def tactic(technique: object) -> str:
    """Return the tactic of a technique, also of one that is retired.

    >>> tactic("T1685.002"), tactic("T1562.008"), tactic("T9999")
    ('Defense impairment', 'Defense impairment', 'Other')
    """
    found = _nearest(current(str(technique)))
    return found.tactic if found else OTHER


def technique_name(technique: object) -> str:
    """Return the name of a technique, with that of its parent in front; "" if unknown.

    >>> technique_name("T1078.004"), technique_name("T1530")
    ('Valid Accounts: Cloud Accounts', 'Data from Cloud Storage')
    """
    given = str(technique)
    parent, own = listed().get(given.partition(".")[0]), listed().get(given)
    names = dict.fromkeys(each.name for each in (parent, own) if each and each.name)
    return ": ".join(names)


def current(technique: str) -> str:
    """Return the id that is written today for a technique.

    A sub-technique that is not listed is what its parent is now.

    >>> current("T1562.008"), current("T1562.004"), current("T1530")
    ('T1685.002', 'T1685', 'T1530')
    """
    found = _nearest(technique)
    return (found and found.now) or technique


def _nearest(technique: str) -> Technique | None:
    return listed().get(technique) or listed().get(technique.partition(".")[0])
