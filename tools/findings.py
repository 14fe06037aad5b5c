"""What the doctor may find, read from the code that says it: each `Finding(…)` with its state, sentence and fix.

What is only known when it is found (a host, a number) stands as "…". A sentence that is put together elsewhere is left
out, so the list is of what is most often met, not of everything.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType

UNKNOWN = "…"
SAID = {"WRONG": "wrong", "WARNING": "warning"}


@dataclass(frozen=True, slots=True)
class Said:
    """A finding as the code has it. `fix` is "" where none could be read."""

    state: str
    what: str
    fix: str


def findings_of(module: ModuleType) -> list[Said]:
    """What an examination may find wrong or worth a look, in the order of its code."""
    tree = ast.parse(inspect.getsource(module))
    known: dict[str, str] = {}
    for statement in tree.body:
        _learn(statement, known)
    found = [
        said for one in tree.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) for said in _in(one, known)
    ]
    return list(dict.fromkeys(found))


def _in(function: ast.FunctionDef | ast.AsyncFunctionDef, above: dict[str, str]) -> Iterator[Said]:
    known = dict(above)
    nodes = [one for one in ast.walk(function) if isinstance(one, ast.Assign | ast.Call)]
    for node in sorted(nodes, key=lambda one: (one.lineno, one.col_offset)):
        if isinstance(node, ast.Assign):
            _learn(node, known)
        elif isinstance(node.func, ast.Name) and node.func.id == "Finding" and len(node.args) > 2:
            state = node.args[1].attr if isinstance(node.args[1], ast.Attribute) else ""
            what = _text(node.args[2], known)
            fix = _text(node.args[3], known) if len(node.args) > 3 else ""
            if state in SAID and any(letter.isalpha() for letter in what):
                yield Said(SAID[state], what, fix if any(letter.isalpha() for letter in fix) else "")


def _learn(statement: ast.stmt, known: dict[str, str]) -> None:
    target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
    value = getattr(statement, "value", None)
    if isinstance(target, ast.Name) and isinstance(value, ast.expr):
        known[target.id] = _text(value, known)


def _text(node: ast.expr, known: dict[str, str]) -> str:
    match node:
        case ast.Constant(value=str() as said):
            return said
        case ast.JoinedStr(values=parts):
            return "".join(str(one.value) if isinstance(one, ast.Constant) else UNKNOWN for one in parts)
        case ast.Name(id=name):
            return known.get(name, "")
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(left, known) + _text(right, known)
        case _:
            return ""
