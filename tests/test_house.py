"""The package keeps the rules of the house: who may look at whom, and what it says."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
PACKAGE = PROJECT / "trailkit"

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

MAY_SEE: dict[str, set[str]] = {
    "errors": set(),
    "record": {"errors"},
    "tactics": set(),
    "aws": {"errors"},
    "charts": {"errors", "tactics"},
    "dialect": {"errors", "record", "scope"},
}
"""Rooms that stand at the bottom of the house, and all that they may import."""

NEVER_SEES = {
    "charts": ["display"],
    "display": ["case", "engines", "execution", "lens", "questions", "store", "tables"],
    "engines": ["case", "charts", "execution", "questions", "store"],
    "tables": ["case", "charts", "engines", "execution", "questions"],
    "store": ["case", "charts", "execution", "questions"],
    "admin": ["case", "charts", "execution", "questions"],
    "integrity": ["case", "charts", "questions", "report"],
    "report": ["case", "engines", "store", "tables"],
    "history": ["case", "charts", "engines", "execution", "questions"],
}
"""Rooms, and what lies above them or beside them."""

OWNED = {
    "boto3": {"trailkit.aws", "trailkit.engines.athena"},
    "botocore": {"trailkit.aws", "trailkit.engines.athena"},
    "pyathena": {"trailkit.engines.athena"},
    "trino": {"trailkit.engines.trino"},
    "anywidget": {"trailkit.report"},
}
"""Libraries that few rooms own, imported when they are first needed.

Other rooms get clients from ``trailkit.aws``, and import boto3 for the sake of types
only.
"""

SLOW = {"anywidget", "boto3", "botocore", "duckdb", "pyathena", "sqlglot", "trino"}


def modules() -> dict[str, ast.Module]:
    found: dict[str, ast.Module] = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PROJECT).with_suffix("").parts
        name = ".".join(parts).removesuffix(".__init__")
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


MODULES = modules()


def imports(tree: ast.AST) -> Iterator[str]:
    """Return the name of every module that is imported, anywhere in the tree."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            source = node.module or ""
            parts = [f"{source}.{alias.name}" for alias in node.names]
            yield from (part for part in parts if part in MODULES)
            if not all(part in MODULES for part in parts):
                yield source


def test_no_import_goes_round_in_a_circle() -> None:
    graph = {
        name: {other for other in imports(tree) if other in MODULES}
        for name, tree in MODULES.items()
    }
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("room", MAY_SEE)
def test_the_ground_floor_looks_at_little(room: str) -> None:
    others = {each for each in seen_from(room) if not is_in(each, f"trailkit.{room}")}
    assert others <= {f"trailkit.{each}" for each in MAY_SEE[room]}


@pytest.mark.parametrize("room", NEVER_SEES)
def test_rooms_do_not_look_up_the_stairs(room: str) -> None:
    for wall in NEVER_SEES[room]:
        assert not [x for x in seen_from(room) if is_in(x, f"trailkit.{wall}")]


def seen_from(room: str) -> set[str]:
    """Return the parts of the package that a room imports."""
    inside = [tree for name, tree in MODULES.items() if is_in(name, f"trailkit.{room}")]
    return {seen for tree in inside for seen in imports(tree) if seen in MODULES}


def is_in(name: str, room: str) -> bool:
    return name == room or name.startswith(f"{room}.")


def test_nothing_in_the_package_uses_the_public_face() -> None:
    users = [name for name, tree in MODULES.items() if "trailkit" in imports(tree)]
    assert set(users) <= {"trailkit.__main__"}


@pytest.mark.parametrize("library", OWNED)
def test_a_library_is_imported_by_its_owners_only(library: str) -> None:
    users = {
        name
        for name, tree in MODULES.items()
        if any(is_in(each, library) for each in imports(without_types(tree)))
    }
    assert all(any(is_in(user, room) for room in OWNED[library]) for user in users)


def without_types(tree: ast.Module) -> ast.Module:
    """Leave out what is imported for type checkers only."""
    body = [node for node in tree.body if not is_for_types(node)]
    return ast.Module(body, type_ignores=[])


def is_for_types(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def test_slow_libraries_wait_until_they_are_needed() -> None:
    script = "import sys, trailkit; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert not SLOW & set(run.stdout.split())


def test_all_is_alphabetical_and_true() -> None:
    import trailkit

    assert trailkit.__all__ == sorted(trailkit.__all__)
    assert all(hasattr(trailkit, name) for name in trailkit.__all__)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_everything_public_says_what_it_does(name: str) -> None:
    mute = [each for each in public(MODULES[name]) if not is_sentence(each)]
    assert not [getattr(each, "name", name) for each in mute]


def public(tree: ast.Module | ast.ClassDef) -> Iterator[ast.Module | Definition]:
    """Return the module, its public functions and classes, and their public methods."""
    if tree.body:
        yield tree
    for node in tree.body:
        if not isinstance(node, Definition) or node.name.startswith("_"):
            continue
        if isinstance(node, ast.ClassDef):
            yield from public(node)
        elif not is_only_named(node):
            yield node


def is_only_named(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Look whether a Protocol only names a member, which its own docstring explains."""
    return [ast.unparse(statement) for statement in node.body] == ["..."]


def is_sentence(node: ast.Module | Definition) -> bool:
    first = (ast.get_docstring(node) or "").partition("\n")[0]
    return first.endswith((".", "?", "!")) and len(first) <= 88


def room_of(module: str) -> str:
    """Return the package or the root module that a module belongs to.

    ``__main__`` is where one enters the command line.
    """
    room = [*module.split("."), ""][1]
    return "commands" if room == "__main__" else room


def rooms() -> dict[str, set[str]]:
    """Return which rooms each room imports."""
    graph: dict[str, set[str]] = {}
    for name, tree in MODULES.items():
        seen = {room_of(each) for each in imports(tree) if each in MODULES}
        graph.setdefault(room_of(name), set()).update(seen - {room_of(name)})
    return graph


def test_no_circle_between_packages_and_at_most_thirty_rooms_on_twelve_floors() -> None:
    graph = rooms()
    floor: dict[str, int] = {}
    for room in TopologicalSorter(graph).static_order():
        below = sorted(graph.get(room, ()))
        floor[room] = 1 + max((floor[each] for each in below), default=0)
        print(f"{floor[room]:2} {room or 'trailkit'} -> {', '.join(below)}")
    assert len(graph) <= 30
    assert max(floor.values()) <= 12


def test_no_module_stem_and_no_public_class_stands_twice() -> None:
    stems = [name.rpartition(".")[2] for name in MODULES if name not in PACKAGES]
    assert sorted({each for each in stems if stems.count(each) > 1}) == []
    classes = [
        node.name
        for tree in MODULES.values()
        for node in tree.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]
    assert sorted({each for each in classes if classes.count(each) > 1}) == []


PACKAGES = {
    ".".join(path.parent.relative_to(PROJECT).parts)
    for path in PACKAGE.rglob("__init__.py")
}


def test_one_clock_tells_the_time() -> None:
    asking = {
        name
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in {("datetime", "now"), ("date", "today")}
    }
    assert asking == {"trailkit.clock"}
