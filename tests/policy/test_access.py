from __future__ import annotations

from dataclasses import replace

import pytest
from tests.policy.scene import NOW, app, engine_of, facts

from limen.facts import ACTIONS, UNKNOWN_DEVICE, ActionRule, App, Facts
from limen.policy import Decision, Effect, Request
from limen.policy.access import access, actions_of, is_absent, is_withheld, withheld

TEXT = """
@id("staff") permit (principal in Group::"staff", action, resource) when { context.auth.strength >= 2 };
@id("no-copies") forbid (principal, action in [Action::"download", Action::"edit"], resource)
unless { context.device.compliance == "compliant" };
"""


def wiki(*actions: str) -> App:
    return replace(app(), rules=tuple(ActionRule(one, frozenset(), f"/{one}/**") for one in actions))


def unknown_device(**known: object) -> Facts:
    return facts(device=UNKNOWN_DEVICE, app=wiki("edit", "view", "download"), **known)  # type: ignore[arg-type]


def test_the_actions_of_an_app_are_those_its_rules_name_the_mildest_first() -> None:
    assert actions_of(wiki("edit", "view")) == ("view", "edit")
    assert actions_of(wiki()) == ("administer",)


def test_each_action_has_its_own_answer_and_what_would_open_it() -> None:
    answers = access(engine_of(TEXT), unknown_device(), NOW)
    assert {action: one.effect for action, one in answers.items()} == {
        "view": Effect.PERMIT,
        "download": Effect.DENY,
        "edit": Effect.DENY,
    }
    assert withheld(answers) == ("download", "edit")
    assert answers["download"].remedies


def test_what_can_not_even_be_looked_at_is_not_limited_but_shut() -> None:
    answers = access(engine_of(TEXT), unknown_device(groups=("guests",)), NOW)
    assert withheld(answers) == ()


def test_what_one_more_proof_opens_is_not_withheld() -> None:
    text = TEXT + '@id("edit-needs-3") forbid (principal, action, resource) unless { context.auth.strength >= 3 };'
    answers = access(engine_of(text), facts(app=wiki("view", "edit"), strength=2), NOW)
    assert answers["edit"].effect is Effect.CHALLENGE
    assert withheld(answers) == ()


def decide(action: str, known: Facts) -> Decision:
    return engine_of(TEXT).decide(Request(action), known, NOW)


@pytest.mark.parametrize(
    ("action", "known", "expected"),
    [
        ("download", unknown_device(), True),
        ("view", unknown_device(), False),
        ("download", unknown_device(groups=("guests",)), False),
        ("download", facts(app=wiki("download"), device=UNKNOWN_DEVICE), False),
        ("download", facts(app=wiki("view", "download")), False),
    ],
    ids=["limited", "permitted", "shut", "cannot be looked at", "all is open"],
)
def test_a_refusal_is_of_something_withheld_where_the_app_may_be_looked_at(
    action: str, known: Facts, expected: bool
) -> None:
    assert is_withheld(decide(action, known)) is expected


def test_a_refusal_of_limens_own_withholds_nothing() -> None:
    decision = decide("download", unknown_device())
    assert not is_withheld(Decision(decision.effect, (), (), (), decision.request, decision.facts, NOW, ""))


def test_what_no_request_to_an_app_is_is_absent_and_what_is_asked_of_limen_alone_is_never_said_to_be() -> None:
    absent = [action for action in ACTIONS if is_absent(wiki("view", "edit"), action)]
    assert absent == ["download", "share", "administer"]
