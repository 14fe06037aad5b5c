"""On which terms something is asked for: by which rule, and who has to approve it, for an app and for a flow alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from limen.access.errors import NoRuleError
from limen.access.same_person import are_one
from limen.clock import Milliseconds
from limen.facts import App, Person
from limen.facts.access_rules import FOUR_EYES_FROM, AccessRule, Approvers, Escalation, FlowRule
from limen.pillar import JudgedFlow

FLOWS: Final = "flows"
"""What the rule by which flows are asked for is called."""


@dataclass(frozen=True, slots=True)
class Terms:
    """`rule` is its name, `ask` the groups that may ask, `owner` the group that owns what is asked for, where a step
    says so. Each of `steps` is approved by somebody else; () where it is given at once.
    """

    rule: str
    ask: tuple[str, ...]
    steps: tuple[Approvers, ...]
    owner: str
    escalation: Escalation | None
    expires_ms: Milliseconds

    def are_met_by(self, approver: Person) -> bool:
        """Whether this person may approve a step of it, at once or when nobody else has."""
        able = [*self.steps, *([self.escalation.to] if self.escalation is not None else [])]
        return any(one.has(approver, self.owner) for one in able)

    def approvers(
        self, asker: Person, people: Mapping[str, Person]
    ) -> tuple[tuple[frozenset[str], ...], frozenset[str]]:
        """The ids of those who could approve each step for this person now, and of those who may when nobody has."""
        escalation = self.escalation if self.steps else None
        more = self._able(escalation.to, asker, people) if escalation is not None else frozenset()
        return tuple(self._able(step, asker, people) for step in self.steps), more

    def _able(self, step: Approvers, asker: Person, people: Mapping[str, Person]) -> frozenset[str]:
        return frozenset(one.id for one in people.values() if step.has(one, self.owner) and not are_one(asker, one))


def of_app(rule: AccessRule, app: App) -> Terms:
    return Terms(rule.name, rule.ask, rule.steps_for(app), app.owner, rule.escalation, rule.expires_ms)


def of_flow(rule: FlowRule | None, judged: JudgedFlow, asker: Person, people: Mapping[str, Person]) -> Terms:
    """The owner approves; where there is none but who asks, those whom the rule names, who are second for what is
    restricted. Raises NoRuleError where this person may not ask for flows.
    """
    if rule is None or not rule.may_ask(asker):
        raise NoRuleError
    addresses = tuple(one.casefold() for one in judged.owners if "@" in one)
    owners = Approvers(tuple(one for one in judged.owners if "@" not in one), addresses)
    has_owner = any(owners.has(one, "") and not are_one(asker, one) for one in people.values())
    second = (rule.approve,) if judged.sensitivity >= FOUR_EYES_FROM else ()
    steps = (owners if has_owner else rule.approve, *second)
    return Terms(FLOWS, rule.ask, steps, "", rule.escalation, rule.expires_ms)
