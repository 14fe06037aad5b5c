"""A decision as the journal reads it, for tests that need no policy engine."""

from __future__ import annotations

from dataclasses import dataclass

from limen.facts import App, Facts, Person, Upstream
from limen.policy.decision import Effect, Reason, Remedy, Request

VIEW = Request("view", "GET", "/run/*", "payroll.harbor.example")
PAYROLL = App("payroll", "Payroll", "payroll.harbor.example", Upstream("http://127.0.0.1:1"))


@dataclass(frozen=True, slots=True)
class Decided:
    effect: Effect
    reasons: tuple[Reason, ...]
    facts: Facts
    now: int
    request: Request = VIEW
    revision: str = "r1"
    at_once: tuple[Remedy, ...] = ()
    watched: tuple[Reason, ...] = ()


def facts_about(person_id: str) -> Facts:
    return Facts(app=PAYROLL, person=Person(person_id, "Ada", "ada@harbor.example", frozenset({"staff"}), active=True))


def a_permit(facts: Facts, now: int = 1_800_000_000_000) -> Decided:
    return Decided(Effect.PERMIT, (Reason("staff-view", "permit"),), facts, now)
