"""What is other in a new `access.yaml`, and for whom."""

from __future__ import annotations

from dataclasses import replace

from tests.golden import Expected

from limen.access.access_changes import changes, in_force, sentence, touches
from limen.clock import HOUR
from limen.facts import Factor, FactStore, Person
from limen.facts.access_rules import AccessRule, AccessRules, Approvers, Escalation

OWNERS = AccessRule(
    name="help-out", actions=("view", "edit"), ask=("staff",), labels=(1, 2), steps=(Approvers(owner=True),)
)
BOARD = AccessRule(
    name="board",
    actions=("view",),
    ask=("management",),
    apps=("payroll",),
    owners=("finance", "hr"),
    steps=(Approvers(("management",)), Approvers(people=("ines@harbor.example",))),
    ticket="PAY-#",
    escalation=Escalation(2 * HOUR, Approvers(owner=True)),
)
AUTOMATIC = AccessRule(name="auto", actions=("administer",), ask=("administrators",), labels=(0,), automatic=True)


def person(name: str, *groups: str, active: bool = True) -> tuple[Person, frozenset[Factor]]:
    return Person(name, name.title(), f"{name}@harbor.example", frozenset(groups), active), frozenset()


PEOPLE = [
    person("ines", "staff", "management"),
    person("oscar", "staff"),
    person("gone", "staff", active=False),
    person("ada", "administrators"),
]


def test_each_rule_that_is_new_other_or_gone_is_a_line(expected: Expected) -> None:
    before = AccessRules((OWNERS, BOARD))
    after = AccessRules((AUTOMATIC, replace(OWNERS, four_eyes=True)))
    expected("\n".join(changes(before, after)))
    assert list(changes(before, before)) == []
    assert len(list(changes(None, before))) == 2
    assert len(list(changes(AccessRules((OWNERS, BOARD)), AccessRules((BOARD, OWNERS))))) == 1
    expected("\n".join(sentence(one) for one in (OWNERS, BOARD, AUTOMATIC)))


def test_a_rule_by_which_more_people_may_ask_is_told_with_who_they_are() -> None:
    found = list(touches(None, AccessRules((OWNERS,)), PEOPLE))
    assert [one.people for one in found] == [("ines", "oscar")]
    wider = replace(OWNERS, ask=("staff", "administrators"))
    (more,) = touches(AccessRules((OWNERS,)), AccessRules((wider,)), PEOPLE)
    assert more.people == ("ines", "oscar", "ada")
    narrower = replace(OWNERS, ask=("management",))
    may, may_not = touches(AccessRules((OWNERS,)), AccessRules((narrower,)), PEOPLE)
    assert (may.people, may_not.people) == (("ines",), ("oscar",))
    (gone,) = touches(AccessRules((OWNERS,)), AccessRules(), PEOPLE)
    assert gone.people == ("ines", "oscar")
    assert list(touches(AccessRules((OWNERS,)), AccessRules((OWNERS,)), PEOPLE)) == []


def test_where_nobody_else_could_approve_it_is_told() -> None:
    may, vain = touches(None, AccessRules((BOARD,)), PEOPLE)
    assert (may.people, vain.people) == (("ines",), ("ines",))


def test_in_force_the_rules_are_what_is_asked_by() -> None:
    known = FactStore()
    in_force(known, AccessRules((OWNERS,)))
    assert known.rules_of(AccessRules) == AccessRules((OWNERS,))
    in_force(known, None)
    assert known.rules_of(AccessRules) == AccessRules()
