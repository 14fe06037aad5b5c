"""Tests beside rules."""

from __future__ import annotations

from dataclasses import replace

from tests.data.data_yaml import a_rule, rules_of

from limen.data.documents import WhyNot
from limen.data.rules.expectations import unmet
from limen.data.rules.model import Channel, Step
from limen.data.rules.stated import NO_RULES, Expected

RULES = rules_of(
    "rules:\n"
    + a_rule("{finds: [iban]}", "block", "people: [finance]", "accounts")
    + a_rule("{unread: [encrypted]}", "warn", "to: outside", "unread")
)
ACCOUNT = "IBAN DE89 3704 0044 0532 0130 00"


def _unmet(*expected: Expected) -> list[tuple[str, Step]]:
    return [(one.title, judged.step) for one, judged in unmet(replace(RULES, expected=expected))]


def test_what_rules_say_is_held_against_what_is_expected() -> None:
    finance, staff = frozenset({"finance"}), frozenset({"staff"})
    assert _unmet(
        Expected("a", Step.BLOCK, ACCOUNT, groups=finance, rule="accounts"),
        Expected("b", Step.ALLOW, ACCOUNT, groups=finance),
        Expected("c", Step.ALLOW, ACCOUNT, groups=staff),
        Expected("d", Step.BLOCK, ACCOUNT, groups=finance, rule="unread"),
        Expected("e", Step.WARN, channel=Channel.WEB, unread=frozenset({WhyNot.ENCRYPTED})),
    ) == [("b", Step.BLOCK), ("d", Step.BLOCK)]


def test_without_expectations_nothing_is_compiled() -> None:
    assert list(unmet(NO_RULES)) == []
