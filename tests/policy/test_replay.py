from __future__ import annotations

import json
from typing import Any

import pytest
from tests.policy.scene import NOW, VIEW, engine_of, facts

from limen.policy import Effect
from limen.policy.replay import replay, write_decision

POLICIES = '@id("a") permit (principal in Group::"staff", action, resource) when { context.time.minute >= 480 };'


def written() -> dict[str, Any]:
    file: dict[str, Any] = json.loads(json.dumps(write_decision(engine_of(POLICIES), VIEW, facts(), NOW)))
    return file


def test_a_decision_file_says_the_same_anywhere() -> None:
    replayed = replay(written())
    assert replayed.agrees
    assert (replayed.decision.effect, replayed.decision.revision, replayed.decision.now) == (Effect.PERMIT, "r1", NOW)


def test_a_decision_file_holds_nobodys_name() -> None:
    assert "Ana" not in json.dumps(written())
    assert "ana@" not in json.dumps(written())


@pytest.mark.parametrize("key", ["effect", "reasons"])
def test_an_answer_that_was_changed_is_noticed(key: str) -> None:
    file = written()
    file["answer"][key] = "deny" if key == "effect" else ["b"]
    assert not replay(file).agrees


def test_facts_that_were_changed_are_noticed() -> None:
    file = written()
    file["facts"]["person"]["groups"] = []
    assert not replay(file).agrees


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("limen_decision", 2),
        ("policies", {"a": {}}),
        ("policies", 3),
        ("time_zone", "../etc"),
        ("facts", {}),
        ("now", "noon"),
        ("request", None),
        ("answer", {}),
    ],
)
def test_anything_else_is_refused(key: str, value: object) -> None:
    with pytest.raises(ValueError, match="decision file"):
        replay(written() | {key: value})
