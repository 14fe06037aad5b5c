"""Policies compiled together: each reports for itself, and none spoils another."""

from __future__ import annotations

import pytest

import limen.cedar.compile as compiler
from limen.cedar import Entity, EntityUid, PolicySet
from limen.cedar.compile import compile_slice

WHO, WHAT, WHICH = (Entity(EntityUid(*name)) for name in (("User", "ada"), ("Action", "view"), ("App", "wiki")))


def run(policies, context):
    permits, forbids, doubts = [], [], []
    compile_slice(list(enumerate(policies)))(WHO, WHAT, WHICH, context, {}, permits, forbids, doubts)
    return permits, forbids, doubts


def test_each_policy_reports_its_own_position() -> None:
    text = """
    permit (principal, action, resource) when { context.n > 1 } unless { context.n > 5 };
    permit (principal, action, resource) when { context.missing };
    forbid (principal, action, resource) when { context.n == 2 };
    permit (principal, action, resource);
    """
    policies = PolicySet.parse(text)
    assert run(policies, {"n": 2}) == ([0, 3], [2], [1])
    assert run(policies, {"n": 6}) == ([3], [], [1])
    assert run(policies, {}) == ([3], [], [0, 1, 2])


def test_no_policies_are_a_function_that_says_nothing() -> None:
    assert run((), {}) == ([], [], [])


def test_a_tree_too_deep_for_pythons_compiler_is_left_to_the_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    deep, shallow = PolicySet.parse(
        "permit (principal, action, resource) when { context.deep };permit (principal, action, resource) when { true };"
    )
    real = compiler._statements

    def statements(writer, position, policy):
        if policy is deep:
            raise RecursionError
        return real(writer, position, policy)

    monkeypatch.setattr(compiler, "_statements", statements)
    assert run((deep, shallow), {}) == ([1], [], [0])
