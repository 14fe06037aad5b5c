"""What is done about something that passes. Laws of it: `tests/laws/test_data_rules.py`."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.data.data_yaml import a_rule, rules_of

from limen.data.documents import WhyNot
from limen.data.rules.content import Content
from limen.data.rules.judging import Sender, applies, detectors_of, goes_outside, judge, label_of
from limen.data.rules.model import Channel, Passing, Step
from limen.facts import Label

UPLOAD = Passing(Channel.UPLOAD, person="p1", app="wiki")
ANN = Sender(frozenset({"staff", "finance"}), "ann@harbor.example")
ACCOUNTS = Content({"iban": (3, 2, 1)})


def _step(more: str, passing: Passing, sender: Sender = ANN, when: str = "{finds: [iban]}") -> Step:
    return judge(rules_of("rules:\n" + a_rule(when, "block", more)), passing, ACCOUNTS, sender).step


@pytest.mark.parametrize(
    ("when", "is_met"),
    [
        ("{finds: [iban]}", True),
        ("{finds: [bank]}", True),
        ("{finds: [bic]}", False),
        ("{finds: [iban], at_least: 2}", True),
        ("{finds: [iban], at_least: 3}", False),
        ("{finds: [iban], at_least: 3, confidence: low}", True),
        ("{finds: [iban], at_least: 2, confidence: high}", False),
        ("{finds: [iban], beside: [contact]}", False),
        ("{finds: [bic, iban], beside: [bank]}", True),
        ("{label: internal}", False),
        ("{unread: [encrypted]}", False),
    ],
)
def test_a_condition_counts_what_is_sure_enough(when: str, is_met: bool) -> None:
    assert (_step("", UPLOAD, when=when) is Step.BLOCK) is is_met


def test_a_label_counts_wherever_it_comes_from() -> None:
    text = "labels: {restricted: {when: [{finds: [iban]}]}}\nrules:\n" + a_rule("{label: confidential}")
    rules = rules_of(text)
    assert label_of(rules, ACCOUNTS) is Label.RESTRICTED
    assert judge(rules, UPLOAD, ACCOUNTS).step is Step.BLOCK
    assert judge(rules, UPLOAD, Content(label=Label.CONFIDENTIAL)).step is Step.BLOCK
    assert judge(rules, replace(UPLOAD, label=Label.RESTRICTED), Content()).step is Step.BLOCK
    assert judge(rules, UPLOAD, Content(label=Label.INTERNAL)).step is Step.ALLOW


def test_what_could_not_be_read_has_rules_of_its_own() -> None:
    rules = rules_of("rules:\n" + a_rule("{unread: [encrypted, failed]}", "quarantine"))
    assert judge(rules, UPLOAD, Content(why_not=frozenset({WhyNot.FAILED}))).step is Step.QUARANTINE
    assert judge(rules, UPLOAD, Content(why_not=frozenset({WhyNot.UNKNOWN_KIND}))).step is Step.ALLOW


@pytest.mark.parametrize(
    ("more", "passing", "sender", "is_stopped"),
    [
        ("people: [finance]", UPLOAD, ANN, True),
        ("people: [contractors]", UPLOAD, ANN, False),
        ("people: [ANN@harbor.example]", UPLOAD, ANN, True),
        ("people: [contractors]", replace(UPLOAD, person=""), ANN, True),
        ("apps: [payroll]", UPLOAD, ANN, False),
        ("apps: [wiki]", UPLOAD, ANN, True),
        ("apps: [payroll]", replace(UPLOAD, app=""), ANN, True),
        ("device: unhealthy", UPLOAD, ANN, True),
        ("device: unhealthy", replace(UPLOAD, has_healthy_device=False), ANN, True),
        ("device: unhealthy", replace(UPLOAD, has_healthy_device=True), ANN, False),
        ("to: outside", UPLOAD, ANN, False),
        ("to: outside", replace(UPLOAD, channel=Channel.WEB), ANN, True),
        ("to: outside", Passing(Channel.MAIL, outside=frozenset({"x@b.example"})), ANN, True),
        ("to: outside", Passing(Channel.MAIL), ANN, False),
        ("exempt: {people: [finance]}", UPLOAD, ANN, False),
        ("exempt: {people: [finance]}", replace(UPLOAD, person=""), ANN, True),
        ("exempt: {people: [contractors]}", UPLOAD, ANN, True),
        ("exempt: {apps: [wiki]}", UPLOAD, ANN, False),
        ("exempt: {apps: [wiki]}", replace(UPLOAD, app=""), ANN, True),
        ("exempt: {domains: [b.example]}", Passing(Channel.MAIL, outside=frozenset({"x@B.example"})), ANN, False),
        (
            "exempt: {domains: [b.example]}",
            Passing(Channel.MAIL, outside=frozenset({"b.example", "c.example"})),
            ANN,
            True,
        ),
        ("exempt: {domains: [b.example]}", Passing(Channel.MAIL), ANN, True),
    ],
)
def test_what_is_not_known_is_what_a_rule_is_about_and_never_exempt(
    more: str, passing: Passing, sender: Sender, is_stopped: bool
) -> None:
    assert (_step(more, passing, sender) is Step.BLOCK) is is_stopped


def test_a_person_whom_nobody_knows_is_everybody() -> None:
    rules = rules_of("rules:\n" + a_rule("{finds: [iban]}", "block", "people: [contractors]"))
    assert judge(rules, UPLOAD, ACCOUNTS).step is Step.BLOCK


def test_of_several_rules_the_strictest_counts_and_is_named_first() -> None:
    text = (
        "rules:\n"
        + a_rule("{finds: [iban]}", "watch", id_="a")
        + a_rule("{finds: [bank]}", "warn", id_="c")
        + a_rule("{finds: [secret]}", "block", id_="b")
    )
    judged = judge(rules_of(text), UPLOAD, ACCOUNTS, ANN, {"iban": "IBAN"})
    assert (judged.step, judged.rules, judged.kinds, judged.may_justify) == (Step.WARN, ("c", "a"), ("IBAN",), True)
    judged = judge(rules_of(text), UPLOAD, Content({"iban": (1, 1, 1), "github-token": (1, 1, 1)}), ANN)
    assert (judged.step, judged.may_justify) == (Step.BLOCK, False)
    assert judged.kinds == ("github-token", "iban")


def test_a_rule_of_another_channel_asks_for_nothing() -> None:
    (rule,) = rules_of("rules: [{id: r, title: R, channels: [mail], when: [{finds: [iban]}], then: block}]").rules
    assert not applies(rule, UPLOAD, ANN)
    assert applies(rule, Passing(Channel.MAIL), ANN)


def test_what_goes_to_a_site_of_somebody_else_goes_outside() -> None:
    assert goes_outside(Passing(Channel.WEB))
    assert not goes_outside(UPLOAD)


def test_a_kind_means_its_detectors() -> None:
    assert {"iban", "bic"} <= set(detectors_of(("bank",)))
    assert detectors_of(("payment-card",)) == ("payment-card",)
    assert detectors_of(("projects", "iban")) == ("projects", "iban")
