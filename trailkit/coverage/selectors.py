"""What a trail's selectors record, in the words of a question's ``needs``.

Facts: CloudTrail API Reference, "EventSelector", "AdvancedFieldSelector" and
"DataResource". An event is recorded where any one selector lets it through.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

_APART = {"kms": "kms.amazonaws.com", "rdsdata": "rdsdata.amazonaws.com"}
"""The services whose many events a trail may leave out; they are kinds of their own."""

MAIN_TYPES = {
    "s3": "AWS::S3::Object",
    "lambda": "AWS::Lambda::Function",
    "dynamodb": "AWS::DynamoDB::Table",
}
"""The resources whose data events are a service's; others have several kinds."""

_OTHER_NAMES = {"ec2": "ebs"}
"""Where a resource's type does not begin with the name that its events give."""


AS_THEY_STAND = "as the selectors stand on"
"""What was inferred so says nothing of other selectors that a trail had before."""


class State(StrEnum):
    """Whether events of a kind are recorded, and in a copy, where one asks that."""

    PROVED = "recorded, proved"
    RECORDED = "recorded, inferred"
    PART = "in part"
    NOT_RECORDED = "not recorded"
    NOT_COPIED = "not in the copy"
    UNKNOWN = "unknown"


class Coverage(NamedTuple):
    """Whether events of a kind are recorded, and how one knows."""

    state: State
    why: str


@dataclass(frozen=True, slots=True)
class Selector:
    """What one selector lets through.

    ``category`` is Management, Data or NetworkActivity. ``excluded`` are the sources
    that it leaves out. ``narrowed`` names what else keeps it from the whole category,
    or from all of ``resource_type``.
    """

    category: str
    reads: bool = True
    writes: bool = True
    excluded: frozenset[str] = frozenset()
    resource_type: str = ""
    narrowed: tuple[str, ...] = ()


def read_selectors(answer: Mapping[str, Any]) -> tuple[Selector, ...]:
    """Read the answer of GetEventSelectors, with selectors of either form.

    >>> answer = {"EventSelectors": [{"ReadWriteType": "WriteOnly",
    ...     "IncludeManagementEvents": True, "DataResources": [],
    ...     "ExcludeManagementEventSources": []}]}
    >>> recorded(read_selectors(answer), "management:read").state.value
    'not recorded'
    """
    found: list[Selector] = []
    for each in answer.get("EventSelectors") or ():
        found += _basic(each)
    for each in answer.get("AdvancedEventSelectors") or ():
        found += _advanced(each["FieldSelectors"])
    return tuple(found)


def _basic(selector: Mapping[str, Any]) -> Iterable[Selector]:
    reads = selector.get("ReadWriteType", "All") != "WriteOnly"
    writes = selector.get("ReadWriteType", "All") != "ReadOnly"
    if selector.get("IncludeManagementEvents", True):
        excluded = frozenset(selector.get("ExcludeManagementEventSources") or ())
        yield Selector("Management", reads, writes, excluded)
    for resource in selector.get("DataResources") or ():
        values = resource.get("Values") or ()
        # All of them is written arn:aws:s3, or with the colons that follow.
        whole = any(len(value.rstrip(":").split(":")) == 3 for value in values)
        narrowed = () if whole else tuple(values)
        yield Selector("Data", reads, writes, frozenset(), resource["Type"], narrowed)


def _advanced(fields: Iterable[Mapping[str, Any]]) -> Iterable[Selector]:
    category, reads, writes = "", True, True
    excluded: frozenset[str] = frozenset()
    types: list[str] = [""]
    narrowed: list[str] = []
    for field in fields:
        equals = field.get("Equals") or []
        match field["Field"]:
            case "eventCategory":
                category = equals[0]
            case "readOnly" if equals:
                reads, writes = "true" in equals, "false" in equals
            case "resources.type" if equals:
                types = equals
            case "eventSource" if {*_APART.values()}.issuperset(
                field.get("NotEquals") or [""]
            ):
                excluded = frozenset(field["NotEquals"])
            case _:
                narrowed.append(_in_words(field))
    for each in types:
        yield Selector(category, reads, writes, excluded, each, tuple(narrowed))


def _in_words(field: Mapping[str, Any]) -> str:
    """Write a condition: ``eventName StartsWith Put, Delete``."""
    operators = [
        f"{name} {', '.join(values)}"
        for name, values in field.items()
        if name != "Field" and values
    ]
    return f"{field['Field']} {' and '.join(operators)}"


def recorded(selectors: Iterable[Selector], need: str) -> Coverage:
    """Return whether selectors let events of a kind through.

    ``need`` is one of ``management:read``, ``management:write``, ``management:kms``,
    ``management:rdsdata``, ``data:<service>`` and ``network``. What is let through in
    part is unknown: an empty answer about it proves nothing.
    """
    kind, _, what = need.partition(":")
    chosen = [each for each in selectors if _is_of(each, kind, what)]
    whole = [each for each in chosen if _is_whole(each, kind, what)]
    reads = what == "write" or any(each.reads for each in whole)
    writes = what == "read" or any(each.writes for each in whole)
    if not chosen:
        return Coverage(State.NOT_RECORDED, "no selector lets them through")
    if whole and reads and writes:
        return Coverage(State.RECORDED, f"all of them{_but(whole)}")
    return Coverage(State.UNKNOWN, f"in part: {'; '.join(map(_part, chosen))}")


def _but(selectors: Iterable[Selector]) -> str:
    """Name the sources that are left out all the same."""
    left_out = sorted({source for each in selectors for source in each.excluded})
    return f" but those of {', '.join(left_out)}" if left_out else ""


def _is_of(selector: Selector, kind: str, what: str) -> bool:
    """Look whether a selector lets any such event through."""
    if kind == "network":
        return selector.category == "NetworkActivity"
    if kind == "data":
        return selector.category == "Data" and what in services(selector)
    wanted = {"read": selector.reads, "write": selector.writes}
    wanted |= {name: each not in selector.excluded for name, each in _APART.items()}
    return selector.category == "Management" and wanted[what]


def _is_whole(selector: Selector, kind: str, what: str) -> bool:
    """Look whether it lets all of them through, but for reads or writes.

    Network activity is always selected source by source.
    """
    if selector.narrowed or kind == "network":
        return False
    if kind == "data":
        return selector.resource_type == MAIN_TYPES.get(what)
    return True


def services(selector: Selector) -> tuple[str, ...]:
    """Name the service whose data events a selector is about.

    Several names where AWS's are ambiguous: ``AWS::S3Express::Object`` is s3express,
    and of the family s3.
    """
    if not selector.resource_type:
        return ()
    name = [*selector.resource_type.split("::"), ""][1].lower()
    main = [service for service in MAIN_TYPES if name.startswith(service)]
    return tuple(dict.fromkeys([*main, _OTHER_NAMES.get(name, name)]))


def _part(selector: Selector) -> str:
    access = {(True, False): "reads", (False, True): "writes"}
    parts = [
        selector.resource_type,
        access.get((selector.reads, selector.writes), ""),
        *selector.narrowed[:3],
        "…" if len(selector.narrowed) > 3 else "",
    ]
    return " ".join(part for part in parts if part) or selector.category
