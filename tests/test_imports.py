"""The shape of the package: imports point down, siblings do not know each other."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "stravacookies"

FLOORS = (
    {"installation"},
    {"errors", "version", "wording", "catalog", "deadline", "paths", "computer", "findings"},
    {"heatmap", "locks"},
    {"files"},
    {"strava"},
    {"templating"},
    {"credentials", "josm", "cartograph", "preview", "server"},
    {"facts"},
    {"josm_health"},
    {"health"},
    {"cli"},
)
"""The parts of the package from the bottom up; those on one floor do not know each other."""

MODULES = sorted(path for path in PACKAGE.rglob("*.py") if not path.name.startswith("__"))


def part_of(module: str) -> str:
    """Return the part that a module, named from the package on, belongs to."""
    return module.split(".")[1]


def name_of(path: Path) -> str:
    """Return the name of a module."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {name_of(path) for path in PACKAGE.rglob("*.py")}


def imports(path: Path) -> set[str]:
    """Return the modules of the package that a module imports, also inside of functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} has a relative import"
            base = node.module or ""
            full = {f"{base}.{alias.name}" for alias in node.names}
            found |= (full & NAMES) or {base}
    return {name for name in found if name.split(".")[0] == PACKAGE.name}


def floor(part: str) -> int:
    """Return on which floor a part is."""
    return next(number for number, parts in enumerate(FLOORS) if part in parts)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_down(path: Path) -> None:
    """A module imports only from its own part, and from parts on lower floors."""
    part = part_of(name_of(path))
    imported = {part_of(name) for name in imports(path)} - {part}

    assert set() == {other for other in imported if floor(other) >= floor(part)}


def test_every_part_has_a_floor() -> None:
    """A new module or package must be given its place."""
    parts = {part_of(name_of(path)) for path in MODULES}

    assert set().union(*FLOORS) == parts


def test_no_circles() -> None:
    """Within a part, too, no two modules need each other, directly or through others."""
    needs = {name_of(path): imports(path) & NAMES for path in MODULES}

    def reach(name: str, seen: frozenset[str] = frozenset()) -> set[str]:
        return {name}.union(
            *(reach(other, seen | {name}) for other in needs.get(name, ()) if other not in seen)
        )

    circles = {name for name in needs if any(name in reach(other) for other in needs[name])}
    assert set() == circles


@pytest.mark.parametrize("folder", [PACKAGE, PACKAGE.parent / "tests"], ids=lambda path: path.name)
def test_no_two_modules_share_a_name(folder: Path) -> None:
    """A module is found by its name alone."""
    paths = (path.stem for path in folder.rglob("*.py") if not path.name.startswith("__"))
    names = sorted(name for name in paths if name != "conftest")

    assert sorted(set(names)) == names
