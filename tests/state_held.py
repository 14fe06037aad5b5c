"""Which classes of Limen hold something from one call to the next: found by reading the code, without running it.

Found is a class with a container, or something that this file's `HOLDERS` names, made when an instance is, and changed
by another method; and a function or module that makes one of `HOLDERS` by itself. What holds state in other ways (a
number that is counted up, a container of a module, a cache around a function) is not found: those are few, and none of
them is what two requests have in common.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

CONTAINERS: Final = {"dict", "set", "list", "OrderedDict", "deque", "defaultdict", "Counter", "WeakSet"}
HOLDERS: Final = {"Crowd", "RateLimit", "ExpiringValues"}
CHANGES: Final = {
    *("add", "append", "appendleft", "clear", "difference_update", "discard", "extend", "insert", "move_to_end"),
    *("pop", "popitem", "popleft", "put", "remove", "setdefault", "subtract", "update"),
}
BEGINNINGS: Final = {"__init__", "__post_init__"}


def holders(source: Path) -> Iterator[str]:
    """`file.py Class` of each class that holds something, and `file.py function` where a function makes a holder."""
    for file in sorted(source.rglob("*.py")):
        where = file.relative_to(source)
        tree = ast.parse(file.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and _holds(node):
                yield f"{where} {node.name}"
        for name in _made_outside_of_classes(tree):
            yield f"{where} {name}"


def _holds(node: ast.ClassDef) -> bool:
    made = {name for name, value in _made(node) if _is_made_of(value, CONTAINERS | HOLDERS)}
    lasting = {name for name, value in _made(node) if _is_made_of(value, HOLDERS)}
    return bool(lasting or made & set(_changed(node)))


def _made(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    """The attributes that an instance begins with, and what they are."""
    for part in node.body:
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name) and part.value is not None:
            yield part.target.id, part.value
        if isinstance(part, ast.FunctionDef) and part.name in BEGINNINGS:
            for each in ast.walk(part):
                targets = each.targets if isinstance(each, ast.Assign) else [each.target] if _is_said(each) else []
                for target in targets:
                    if name := _own(target):
                        yield name, each.value  # type: ignore[attr-defined]


def _is_said(node: ast.AST) -> bool:
    return isinstance(node, ast.AnnAssign) and node.value is not None


def _is_made_of(value: ast.expr, kinds: set[str]) -> bool:
    if isinstance(value, ast.Dict | ast.Set | ast.List | ast.DictComp | ast.SetComp | ast.ListComp):
        return "dict" in kinds
    if not isinstance(value, ast.Call):
        return False
    if _name(value.func) != "field":
        return _name(value.func) in kinds
    makers = [each.value for each in value.keywords if each.arg == "default_factory"]
    return any(_is_made_of(one.body, kinds) if isinstance(one, ast.Lambda) else _name(one) in kinds for one in makers)


def _changed(node: ast.ClassDef) -> Iterator[str]:
    """The attributes that its methods change."""
    for method in node.body:
        if not isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) or method.name in BEGINNINGS:
            continue
        for each in ast.walk(method):
            for target in _targets(each):
                for one in target.elts if isinstance(target, ast.Tuple) else [target]:
                    yield _own(_held_in(one))


def _targets(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign | ast.Delete):
        return node.targets
    if isinstance(node, ast.AugAssign | ast.AnnAssign):
        return [node.target]
    is_change = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGES
    return [node.func.value] if is_change else []  # type: ignore[attr-defined]


def _held_in(node: ast.expr) -> ast.expr:
    """What `self.held[a].setdefault(b, c)` changes is in `self.held`."""
    while isinstance(node, ast.Subscript | ast.Call):
        node = node.value if isinstance(node, ast.Subscript) else node.func
        if isinstance(node, ast.Attribute) and not _own(node):
            node = node.value
    return node


def _own(node: ast.expr) -> str:
    is_own = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
    return node.attr if is_own else ""  # type: ignore[attr-defined]


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):
        return _name(node.value)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _made_outside_of_classes(tree: ast.Module) -> Iterator[str]:
    """The functions that make a holder by themselves, `<module>` for what stands outside of all."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            continue
        if any(isinstance(each, ast.Call) and _name(each.func) in HOLDERS for each in ast.walk(node)):
            yield node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else "<module>"
