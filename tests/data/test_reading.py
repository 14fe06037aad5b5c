"""`data.yaml`, read with its lines: all that is wrong with it at once, and its tests where nothing is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.data.data_yaml import AROUND, a_rule, lines, read_text, rules_of
from tests.golden import Expected

from limen.company.yaml_text import read_yaml
from limen.configuration.tree import Tree
from limen.data.documents import WhyNot
from limen.data.model import Confidence
from limen.data.reading import read
from limen.data.rules.model import Channel, Step
from limen.data.rules.stated import Condition, DataRules, Exempt
from limen.facts import Label

WRONG = """\
labels:
  secret: {strength: 2}
  restricted: {strength: 4, session: 4 hours, when: [{finds: [helth]}]}
detectors: {off: [phone-number, payroll, nothing-known]}
own:
  iban: {name: Ours, expression: 'HB-[0-9]{5}'}
  Project: {name: Projects, expression: 'HB-[0-9]{5}'}
  evil: {name: Evil, expression: '(a+)+b', check: lun}
  never: {name: Never, expression: 'HB-[0-9]{5}', alone: never}
dictionaries:
  words: {name: Words, words: [x, "a\\e[2Jb", fine]}
  never: {name: Words, words: [fine]}
exact:
  customers: {name: Customers, fields: [number, number], needs: 3}
rules:
  - {id: A, title: x, channels: [fax], when: [{finds: [secret]}], then: stop}
  - {id: b, title: x, channels: [upload], when: [], then: block}
  - {id: c, title: x, channels: [upload], when: [{at_least: 3}], then: block, people: [financ], ask: nobody}
  - {id: c, title: x, channels: [download], to: outside, when: [{finds: [salary]}], then: block}
  - nothing
expect:
  - {test: x, expect: block, because: nothing-known, given: {groups: [staf]}}
  - {test: y, expect: refuse}
unknown: 1
"""


def test_all_that_is_wrong_is_said_at_once(expected: Expected) -> None:
    rules, problems = read_text(WRONG)
    assert rules is None
    expected("\n".join(map(str, sorted(problems))))


def test_what_is_no_mapping_is_refused_and_nothing_is_nothing() -> None:
    assert lines("- rules") == [1]
    assert rules_of("") == DataRules()


def test_a_rule_says_what_it_says() -> None:
    rules = rules_of(
        "rules:\n"
        + a_rule(
            "{finds: [bank, salary], at_least: 3, confidence: high, beside: [contact]}, {label: restricted}, "
            "{unread: [encrypted]}",
            "warn",
            "to: outside, device: unhealthy, people: [finance, Ann@Harbor.example], apps: [payroll], "
            "exempt: {people: [contractors], apps: [wiki], domains: [Partner.example]}, why: Because., ask: finance",
        )
    )
    (rule,) = rules.rules
    assert rule.when == (
        Condition(("bank", "salary"), 3, Confidence.HIGH, ("contact",)),
        Condition(label=Label.RESTRICTED),
        Condition(unread=frozenset({WhyNot.ENCRYPTED})),
    )
    assert (rule.channels, rule.then, rule.outside, rule.unhealthy) == (frozenset(Channel), Step.WARN, True, True)
    assert (rule.people, rule.apps) == ({"finance", "ann@harbor.example"}, {"payroll"})
    assert rule.exempt == Exempt(frozenset({"contractors"}), frozenset({"wiki"}), frozenset({"partner.example"}))
    assert (rule.why, rule.ask) == ("Because.", "finance")


def test_the_order_of_rules_means_nothing() -> None:
    one, other = a_rule("{finds: [bank]}", id_="a"), a_rule("{finds: [secret]}", id_="b")
    assert rules_of("rules:\n" + one + other) == rules_of("rules:\n" + other + one)


@pytest.mark.parametrize(
    ("when", "is_refused"),
    [
        ("{finds: [payment-card], at_least: 101}", True),
        ("{finds: [payment-card], at_least: 100}", False),
        ("{finds: [bic, names], confidence: high}", True),
        ("{finds: [names], at_least: 3}", True),
        ("{finds: [names], at_least: 2}", False),
        ("{finds: [names, payment-card], at_least: 3}", False),
        ("{finds: [names], confidence: high}", True),
        ("{finds: [customers], at_least: 50, confidence: high}", False),
    ],
)
def test_a_condition_that_no_content_meets_is_refused(when: str, is_refused: bool) -> None:
    text = (
        "dictionaries: {names: {name: N, words: [Nordlicht, Blue Heron], confidence: medium}}\n"
        "exact: {customers: {name: C, fields: [number], needs: 1}}\nrules:\n" + a_rule(when)
    )
    assert (lines(text) == [4]) is is_refused


def test_tests_beside_the_rules_are_run_and_their_line_is_told(expected: Expected) -> None:
    text = (
        "rules:\n"
        + a_rule("{finds: [iban]}", "block", id_="accounts")
        + "expect:\n"
        + "  - {test: An account is stopped, text: 'IBAN DE89 3704 0044 0532 0130 00', expect: block}\n"
        + "  - {test: An account passes, text: 'IBAN DE89 3704 0044 0532 0130 00', expect: allow}\n"
        + "  - {test: A wrong account is stopped, text: 'IBAN DE89 3704 0044 0532 0130 01', expect: block, "
        + "because: accounts}\n"
    )
    _, problems = read(Tree(read_yaml(text)), AROUND)
    assert [one.line for one in problems] == [5, 6]
    expected("\n".join(map(str, problems)))


def test_what_the_how_to_shows_is_right() -> None:
    page = Path(__file__).parents[2].joinpath("docs/how-to/data-rules.md").read_text("utf-8")
    shown = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert shown
    for text in shown:
        rules_of(text)
