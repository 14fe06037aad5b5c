"""Policies compiled to Python functions, by way of the `ast` module: nodes and constants, never text.

One function holds the conditions of several policies, in a straight line:

    def slice(principal, action, resource, context, entities, permits, forbids, doubts):
        try:
            if context["auth"]["strength"] >= 3: permits.append(17)
        except Exception: doubts.append(17)

The compiled code is right only about what is usual: an attribute is there, a number is a number. Whatever else turns up
makes it raise, the policy lands in `doubts`, and `interpret` settles it exactly. So compiled code may give up at any
time, but it must never answer differently; `tests/laws` hold both against Cedar itself.

What Python would get wrong is guarded where it is compiled: `True == 1`, `True >= 1`, `"a" in "abc"`, ints without end.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from types import FunctionType
from typing import Final, TypeAlias

from limen.cedar import python_syntax as py
from limen.cedar.policies import Policy
from limen.cedar.values import Entity, EntityUid, Record
from limen.cedar.vocabulary import VOCABULARY
from limen.cedar.writer import Writer

Slice: TypeAlias = Callable[
    [
        Entity,
        Entity,
        Entity,
        Record,
        Mapping[EntityUid, Entity],
        list[int],
        list[int],
        list[int],
    ],
    None,
]
"""The conditions of some policies: appends the positions of those that hold, or that it could not settle."""

_PARAMETERS: Final = ("principal", "action", "resource", "context", "entities", "permits", "forbids", "doubts")


def compile_slice(policies: Iterable[tuple[int, Policy]]) -> Slice:
    """One function for the conditions (not the scopes) of these policies, each with the position it reports."""
    numbered = list(policies)
    try:
        return _compile(numbered, [])
    except (RecursionError, MemoryError):
        # CPython's own compiler has a stack, too. Find the policies it can't take and leave them to `interpret`.
        too_deep = [position for position, policy in numbered if not _is_compilable(policy)]
        return _compile([pair for pair in numbered if pair[0] not in too_deep], too_deep)


def _is_compilable(policy: Policy) -> bool:
    try:
        _compile([(0, policy)], [])
    except (RecursionError, MemoryError):
        return False
    return True


def _compile(policies: list[tuple[int, Policy]], left_alone: list[int]) -> Slice:
    writer = Writer()
    body: list[ast.stmt] = []
    for position, policy in policies:
        body += _statements(writer, position, policy)
    body += [py.append("doubts", position) for position in left_alone]
    arguments = ast.arguments(
        posonlyargs=[ast.arg(name, **py.AT) for name in _PARAMETERS],
        args=[],
        kwonlyargs=[],
        kw_defaults=[],
        defaults=[],
    )
    function = ast.FunctionDef("slice", arguments, body or [ast.Pass(**py.AT)], [], **py.AT)
    module = compile(ast.Module([function], []), "<cedar>", "exec")
    code = next(part for part in module.co_consts if hasattr(part, "co_code"))
    return FunctionType(code, {**VOCABULARY, **writer.constants})


def _statements(writer: Writer, position: int, policy: Policy) -> list[ast.stmt]:
    hit = py.append("permits" if policy.effect == "permit" else "forbids", position)
    if not policy.conditions:
        return [hit]
    tests = [
        writer.test(one.body) if one.kind == "when" else py.negated(writer.test(one.body)) for one in policy.conditions
    ]
    guarded = ast.If(tests[0] if len(tests) == 1 else py.both(*tests), [hit], [], **py.AT)
    doubtful = ast.ExceptHandler(py.name("Exception"), None, [py.append("doubts", position)], **py.AT)
    return [ast.Try([guarded], [doubtful], [], [], **py.AT)]
