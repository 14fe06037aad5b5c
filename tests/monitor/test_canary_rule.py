"""The rule of test events: in force whatever a company writes, and found in no other source."""

from __future__ import annotations

import pytest

from limen.monitor.canary_rule import FILE, NAME, RULE, TEXT, canary, with_canary
from limen.monitor.detections.chosen import Chosen
from limen.monitor.detections.in_force import rules_in_force
from limen.monitor.detections.rule_set import RuleSet
from limen.monitor.normal_form.frame import CANARY, Frame
from limen.monitor.normal_form.reading import read


def found(rules: RuleSet, frame: Frame) -> list[str]:
    return [rule.id for event in read(frame) for rule in rules.hits(event)]


@pytest.mark.parametrize(
    "chosen",
    [
        Chosen(),
        Chosen(off=(RULE, NAME)),
        Chosen(texts={"detections/a.yml": TEXT.replace("kind: canary", "kind: nothing")}),
    ],
    ids=["alone", "off", "taken by another"],
)
def test_it_is_in_force_whatever_a_company_writes(chosen: Chosen) -> None:
    rules = rules_in_force(with_canary(chosen))
    assert found(rules, canary("n", 1_800_000_000_000)) == [RULE]
    assert all(problem.file != FILE for problem in rules.problems)


def test_what_others_send_is_no_test_event() -> None:
    sent = canary("n", 1_800_000_000_000)
    forged = Frame(source="app", kind=sent.kind, received_at=sent.received_at, data=sent.data)
    lying = sent.data[:-1] + b', "source": "limen-canary"}'
    rules = rules_in_force(with_canary(Chosen()))
    assert found(rules, forged) == []
    assert found(rules, Frame(source="app", kind="json", received_at=sent.received_at, data=lying)) == []


def test_it_names_nobody() -> None:
    (event,) = read(canary("n", 1_800_000_000_000))
    assert (event.source, event.user, event.host, event.src_ip, event.person_id) == (CANARY, "", "", "", "")
    assert event.at == event.received_at
