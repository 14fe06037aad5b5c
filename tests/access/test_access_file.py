"""`access.yaml`: read with its lines, all that is wrong with it at once."""

from __future__ import annotations

import pytest
from tests.golden import Expected
from tests.web.conftest import HARBOR

from limen.access.access_file import ACCESS_FILE, LONGEST, read
from limen.access.initial import INITIAL
from limen.clock import DAY, HOUR
from limen.company.child import parse_texts
from limen.configuration.problem import Problem
from limen.configuration.tree import Tree
from limen.facts.access_rules import FILE, AccessRule, AccessRules, Approvers, Escalation
from limen.pillar import Around

GROUPS = frozenset({"staff", "contractors", "administrators", "hr", "management"})
AROUND = Around(None, GROUPS, frozenset({"wiki", "payroll"}))


def read_text(text: str, around: Around = AROUND) -> tuple[AccessRules | None, list[Problem]]:
    files, problems = parse_texts({FILE: text})
    assert not problems
    return read(Tree(files[FILE]["tree"]), around)


def test_what_limen_init_and_harbor_write_is_right() -> None:
    for text, names in (
        (INITIAL, ["administer-everyday-apps", "administer-confidential-apps", "help-out", "restricted-apps"]),
        ((HARBOR / FILE).read_text(), None),
    ):
        rules, problems = read_text(text, Around(None, None, None))
        assert not problems
        assert rules is not None
        assert names is None or [one.name for one in rules.rules] == names
    assert ACCESS_FILE.name == FILE
    assert read_text("") == (AccessRules(), [])


def test_a_rule_as_it_is_written() -> None:
    rules, problems = read_text("""rules:
  - name: stand-in
    apps: [payroll]
    labels: [restricted, internal]
    owners: [hr]
    actions: [edit, view]
    ask: [staff, everyone]
    approve: [{owner: true}, {groups: [management], people: [Ines@Harbor.example]}]
    four_eyes: true
    longest: 4h
    longest_total: 2d
    cool_down: 30m
    reason: 25
    ticket: "PAY-#"
    expires: 12h
    escalate: {after: 2h, to: {groups: [management]}}
""")
    assert problems == []
    assert rules == AccessRules(
        (
            AccessRule(
                name="stand-in",
                actions=("view", "edit"),
                ask=("everyone", "staff"),
                apps=("payroll",),
                labels=(1, 3),
                owners=("hr",),
                steps=(Approvers(owner=True), Approvers(("management",), ("ines@harbor.example",))),
                four_eyes=True,
                longest_ms=4 * HOUR,
                longest_total_ms=2 * DAY,
                cool_down_ms=30 * 60_000,
                reason_length=25,
                ticket="PAY-#",
                expires_ms=12 * HOUR,
                escalation=Escalation(2 * HOUR, Approvers(("management",))),
            ),
        )
    )
    assert LONGEST == 90 * DAY


RULE = "rules:\n  - name: r\n    actions: [view]\n    ask: [staff]\n"
OWNER = "    approve: {owner: true}\n"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("rules: none\n", [1]),
        ("rule: []\n", [1]),
        ("rules: [none]\n", [1]),
        (RULE, [2]),
        (RULE.replace("name: r", "name: R r") + OWNER, [2]),
        (RULE.replace("view", "fly") + OWNER, [3]),
        (RULE.replace("view", "audit") + OWNER, [3]),
        (RULE.replace("staff", "stuff") + OWNER, [4]),
        (RULE + "    approve: {}\n", [5]),
        (RULE + "    approve: {groups: [stuff]}\n", [5]),
        (RULE + "    approve: {people: [ines]}\n", [5]),
        (RULE + "    approve: [{owner: true}, {owner: true}, {owner: true}, {owner: true}]\n", [5]),
        (RULE + OWNER + "    apps: [wikki]\n", [6]),
        (RULE + OWNER + "    apps: [limen]\n", [6]),
        (RULE + OWNER + "    labels: [secret]\n", [6]),
        (RULE + OWNER + "    owners: [nobody]\n", [6]),
        (RULE + OWNER + "    labels: [internal]\n    automatic: true\n", [7]),
        (RULE + "    automatic: true\n", [5]),
        (RULE + "    labels: [internal, confidential]\n    automatic: true\n", [5]),
        (RULE + "    labels: [internal]\n    automatic: true\n    four_eyes: true\n", [7]),
        (RULE + OWNER + "    labels: [restricted]\n    four_eyes: false\n", [7]),
        (RULE + OWNER + "    longest: soon\n", [6]),
        (RULE + OWNER + "    longest: 0m\n", [6]),
        (RULE + OWNER + "    longest: 3d\n", [6]),
        (RULE + OWNER + "    longest: 3d\n    longest_total: 2d\n", [7]),
        (RULE + OWNER + "    longest_total: 91d\n", [6]),
        (RULE + OWNER + "    cool_down: 0m\n", [6]),
        (RULE + OWNER + "    expires: 5m\n", [6]),
        (RULE + OWNER + "    reason: 500\n", [6]),
        (RULE + OWNER + "    ticket: HD\n", [6]),
        (RULE + OWNER + '    ticket: "(a+)+#"\n', [6]),
        (RULE + OWNER + "    escalate: {after: 48h, to: {owner: true}}\n", [6]),
        (RULE + OWNER + "    escalate: {after: 1h, to: {groups: [nobody]}}\n", [6]),
        (RULE + OWNER + "    forever: true\n", [6]),
        (RULE + OWNER + RULE.replace("rules:\n", "") + OWNER, [2]),
    ],
)
def test_each_mistake_has_its_line(text: str, lines: list[int]) -> None:
    rules, problems = read_text(text)
    assert rules is None
    assert [one.line for one in problems] == lines, problems


def test_all_mistakes_are_told_at_once(expected: Expected) -> None:
    _, problems = read_text("""rules:
  - name: Stand in
    apps: [payrol]
    actions: [view, fly]
    ask: [stuff]
    approve: {}
    longest: 9d
    ticket: HD
    forever: true
  - actions: [view]
    ask: [staff]
    labels: [restricted]
    automatic: true
  - view of payroll
""")
    expected("\n".join(str(one) for one in sorted(problems)))
