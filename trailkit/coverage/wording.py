"""What an empty answer over local log files proves, as sentences."""

from collections.abc import Iterable, Sequence

from trailkit.coverage.selectors import State
from trailkit.coverage.states import Cell

_NAMED = 5
_KINDS = {
    "management:read": "management read events",
    "management:write": "management write events",
    "management:kms": "KMS events",
    "network": "network activity events",
    "insight": "Insights events",
}


def kind_of(need: str) -> str:
    """Return a kind of event in words.

    >>> kind_of("management:write"), kind_of("data:s3")
    ('management write events', 'data events of s3')
    """
    kind, _, service = need.partition(":")
    return _KINDS.get(need, f"{kind} events of {service}")


def in_words(cells: Sequence[Cell], searched: int) -> str:
    """Return what emptiness proves among so many events that were searched."""
    found = f"There is no such event among {searched:,}."
    if not cells:
        return f"{found} The logs hold no account in scope: this proves nothing."
    doubtful = [each for each in cells if each.state is not State.RECORDED]
    if not doubtful:
        return (
            f"{found} {_list(_kinds(cells))} were recorded for {_places(cells)} "
            "(inferred: such events stand before and after), and this is not among "
            "them."
        )
    sure = [each for each in cells if each.state is not State.UNKNOWN]
    known = f"{_list(_kinds(sure))} were recorded for {_places(sure)}" if sure else ""
    doubts = _doubts(doubtful)
    said = f"{known}, except: {doubts}" if known else f"Not known: {doubts}"
    return f"{found} {said}. So this does not show that nothing happened."


def _kinds(cells: Iterable[Cell]) -> list[str]:
    return list(dict.fromkeys(kind_of(each.need) for each in cells))


def _places(cells: Sequence[Cell]) -> str:
    """Return the accounts and Regions of cells in words."""
    accounts = sorted({each.account for each in cells})
    regions = sorted({each.region for each in cells})
    held = accounts[0] if len(accounts) == 1 else f"{len(accounts)} accounts"
    if accounts == ["all accounts"]:
        return "some accounts"
    where = regions[0] if len(regions) == 1 else f"{len(regions)} Regions"
    return f"{held} in {where}"


def _doubts(cells: Sequence[Cell]) -> str:
    """Return each doubt once, with the cells that it concerns."""
    concerned: dict[tuple[str, str], list[Cell]] = {}
    for each in cells:
        for why in each.why.split("; "):
            concerned.setdefault((each.need, why), []).append(each)
    whole = len(cells)
    said: dict[str, None] = {}
    for (need, why), found in concerned.items():
        where = "" if len(found) == whole else f" ({kind_of(need)}, {_where(found)})"
        said[f"{why}{where}"] = None
    listed = list(said)
    more = len(listed) - _NAMED
    shown = "; ".join(listed[:_NAMED])
    return f"{shown}; and {more} more: case.coverage()" if more > 0 else shown


def _where(cells: Sequence[Cell]) -> str:
    named = [f"{each.account} {each.region}" for each in cells]
    more = len(named) - 3
    return ", ".join(named[:3]) + (f" and {more} more" if more > 0 else "")


def _list(names: Sequence[str]) -> str:
    text = " and ".join(names) if len(names) < 3 else ", ".join(names)
    return f"{text[0].upper()}{text[1:]}"
