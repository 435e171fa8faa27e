"""
What import contracts cannot show: who writes, who reads a clock, who sees whose tables.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from hutong.node.areas import AREAS

SOURCE = Path(__file__).parents[1] / "src" / "hutong"
WRITES = {
    "save",
    "create",
    "bulk_create",
    "bulk_update",
    "update_or_create",
    "get_or_create",
    "delete",
}
CLOCKS = {"now", "utcnow", "today", "time", "time_ns"}
# Machinery that keeps its own place without an act of its own: cursors, timers, tiles, once-keys.
WRITERS = {
    "actions",
    "models",
    "reacting",
    "running",
    "middleware",
    "migrations",
    "tests",
    "testing",
}


def files(*words: str) -> Iterator[tuple[str, Path]]:
    """The areas' files; with `words`, only those that have one of them: parsing takes long."""
    for path in sorted(SOURCE.rglob("*.py")):
        area, *within = path.relative_to(SOURCE).parts
        if area not in AREAS or {"tests", "migrations"} & set(within):
            continue
        if not words or any(word in path.read_text(encoding="utf-8") for word in words):
            yield area, path


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def parsed(path: Path) -> ast.AST:
    return ast.parse(path.read_text(encoding="utf-8"))


def where(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(SOURCE)}:{getattr(node, 'lineno', 0)}"


def is_row_write(call: ast.Call) -> bool:
    """`X.objects.create(…)`, `rows.update(…)` on a manager, `row.save()`; not a session's own."""
    if not isinstance(call.func, ast.Attribute):
        return False
    chain = ast.unparse(call.func.value)
    if chain == "request.session":
        return False
    if call.func.attr == "update":
        return ".objects" in chain
    if call.func.attr in {"save", "delete"}:
        return ".objects" in chain or (not call.args and call.func.attr == "save")
    return call.func.attr in WRITES and ".objects" in chain


def test_only_actions_write():
    faults = [
        where(path, call)
        for area, path in files(".objects", ".save(")
        if area != "node" and not set(path.relative_to(SOURCE).with_suffix("").parts) & WRITERS
        for call in calls(parsed(path))
        if is_row_write(call)
    ]
    assert not faults, f"rows are written outside actions: {faults}"


DOORS = {"api", "jobs", "door", "desk", "middleware", "worker", "views", "command"}


def reads_clock(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in CLOCKS:
        return False
    owner = ast.unparse(call.func.value)
    return owner in {"datetime", "date", "timezone", "time", "datetime.datetime"}


def test_rules_actions_and_queries_read_no_clock():
    faults = [
        where(path, call)
        for area, path in files()
        if area not in {"node", "portal", "my", "desk", "ui"}
        and set(path.relative_to(SOURCE).with_suffix("").parts) & {"rules", "actions", "queries"}
        for call in calls(parsed(path))
        if reads_clock(call)
    ]
    assert not faults, f"only doors read a clock: {faults}"


@pytest.mark.parametrize("layer", ["api", "jobs"])
def test_doors_reach_no_models(layer):
    faults = [
        str(path.relative_to(SOURCE))
        for area, path in files("models")
        if layer in path.relative_to(SOURCE).with_suffix("").parts and area != "node"
        for name in imported(parsed(path))
        if name.startswith("hutong.") and ".models" in name
    ]
    assert not faults, f"doors reach models: {faults}"


def test_an_areas_models_are_its_own():
    faults = [
        f"{path.relative_to(SOURCE)} imports {name}"
        for area, path in files("models")
        for name in imported(parsed(path))
        if name.startswith("hutong.") and ".models" in name and name.split(".")[1] != area
    ]
    assert not faults, faults


def test_pages_reach_no_models():
    faults = [
        f"{path.relative_to(SOURCE)} imports {name}"
        for area, path in files("models")
        if area in {"portal", "my", "desk"}
        for name in imported(parsed(path))
        if ".models" in name and name.startswith("hutong.")
    ]
    assert not faults, faults


def test_every_area_says_why_it_exists():
    for area in AREAS:
        tree = parsed(SOURCE / area / "__init__.py")
        assert isinstance(tree, ast.Module)
        assert ast.get_docstring(tree), f"{area}/__init__.py has no docstring"


def test_every_file_starts_with_why_it_exists():
    silent = [
        str(path.relative_to(SOURCE))
        for _, path in files()
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert not silent, silent


def test_every_action_takes_actor_and_now_by_keyword():
    faults = []
    for _, path in files("action("):
        for node in ast.walk(parsed(path)):
            if not isinstance(node, ast.FunctionDef):
                continue
            marks = [ast.unparse(d) for d in node.decorator_list if "action(" in ast.unparse(d)]
            if not marks or "batch=True" in marks[0]:
                continue
            names = {a.arg for a in node.args.kwonlyargs}
            if node.args.args or not {"actor", "now"} <= names:
                faults.append(where(path, node))
    assert not faults, faults
