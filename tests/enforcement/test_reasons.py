from __future__ import annotations

from tests.enforcement.house import NOW

from limen.enforcement.reasons import REASONS, TOKEN_WORDS, because, named
from limen.facts import App, Facts, Upstream
from limen.policy.decision import Effect, Named, Request

FACTS = Facts(app=App("wiki", "Wiki", "wiki.harbor.example", Upstream("")))


def test_each_reason_that_a_door_gives_has_a_title() -> None:
    given_by_policies = {Named.NOTHING_PERMITS, Named.ONBOARDING}
    assert set(Named) - given_by_policies <= set(REASONS)
    assert all(reason.title for reason in REASONS.values())
    assert set(REASONS) >= TOKEN_WORDS


def test_only_what_is_declared_open_is_a_permit() -> None:
    assert {name for name, reason in REASONS.items() if reason.effect == "permit"} == {"public-route", "cors-preflight"}


def test_a_decision_of_our_own_rests_on_that_reason_alone() -> None:
    decision = named(Named.LEASE_EXPIRED, Effect.DENY, Request("view"), FACTS, NOW)
    assert [reason.policy for reason in decision.reasons] == ["lease-expired"]
    assert (decision.revision, decision.at_once) == ("", ())


def test_what_was_wrong_with_the_session_is_said_first_and_once() -> None:
    decision = named(Named.NOT_SIGNED_IN, Effect.CHALLENGE, Request("view"), FACTS, NOW)
    said = because(decision, Named.SESSION_ENDED)
    assert [reason.policy for reason in said.reasons] == ["session-ended"]
    assert said.effect is Effect.CHALLENGE
