"""Syntax nodes mean what the Python they stand for means."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from limen.cedar import python_syntax as py


def run(node: ast.expr, **names: Any) -> Any:
    return eval(compile(ast.Expression(node), "<test>", "eval"), {"__builtins__": {}, **names})


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (py.item(py.name("record"), 'a"b'), 1),
        (py.field(py.name("record"), "keys"), None),
        (py.call("add", py.constant(2), py.constant(3)), 5),
        (py.compare(py.constant(2), ast.Lt, py.constant(3)), True),
        (py.between(1, py.constant(3), 3), True),
        (py.between(1, py.constant(4), 3), False),
        (py.either(py.constant(False), py.constant(True)), True),
        (py.both(py.constant(False), py.name("unknown")), False),
        (py.negated(py.constant(False)), True),
        (py.choose(py.constant(True), py.constant(1), py.constant(2)), 1),
    ],
)
def test_a_node_means_its_python(node: ast.expr, expected: object) -> None:
    record = {'a"b': 1}
    found = run(node, record=record, add=lambda left, right: left + right)
    assert found == (record.keys if expected is None else expected)


def test_a_choice_without_an_alternative_is_a_doubt() -> None:
    def doubt() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        run(py.choose(py.constant(False), py.constant(1)), doubt=doubt)


def test_a_hit_is_appended() -> None:
    hits: list[int] = []
    exec(compile(ast.Module([py.append("hits", 7)], []), "<test>", "exec"), {"hits": hits})
    assert hits == [7]
