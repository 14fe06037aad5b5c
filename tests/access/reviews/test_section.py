"""`reviews:` of access.yaml: read with its lines, changed, and without what is removed."""

from __future__ import annotations

import pytest
from tests.access.test_access_file import read_text
from tests.web.conftest import HARBOR

from limen.access.access_changes import changes
from limen.access.initial import INITIAL
from limen.access.reviews.section import sentence
from limen.access.rules_text import without
from limen.clock import DAY, from_iso
from limen.facts.access_rules import AccessRules, Approvers, Escalation, ReviewRule
from limen.pillar import Around

TEXT = """reviews:
  - name: quarterly
    apps: [payroll, limen]
    labels: [restricted]
    owners: [hr]
    groups: [staff]
    people: [Ines@Harbor.example]
    starts: 2027-01-04
    every: 91d
    lasts: 10d
    reviewers: {owner: true, groups: [management]}
    remind: 2d
    escalate: {after: 5d, to: {groups: [administrators]}}
    default: remove
    four_eyes: true
"""
RULE = ReviewRule(
    name="quarterly",
    reviewers=Approvers(("management",), owner=True),
    apps=("limen", "payroll"),
    labels=(3,),
    owners=("hr",),
    groups=("staff",),
    people=("ines@harbor.example",),
    starts_at=from_iso("2027-01-04T00:00:00Z"),
    every_ms=91 * DAY,
    lasts_ms=10 * DAY,
    remind_ms=2 * DAY,
    removes=True,
    four_eyes=True,
    escalation=Escalation(5 * DAY, Approvers(("administrators",))),
)


def test_a_review_as_it_is_written() -> None:
    assert read_text(TEXT) == (AccessRules((), (RULE,)), [])


def test_what_limen_init_and_harbor_write() -> None:
    for text, names in ((INITIAL, ["restricted"]), ((HARBOR / "access.yaml").read_text(), None)):
        rules, problems = read_text(text, Around(None, None, None))
        assert rules is not None
        assert not problems
        assert names is None or [one.name for one in rules.reviews] == names


@pytest.mark.parametrize(
    ("was", "now", "line"),
    [
        ("name: quarterly", "name: Quarterly", 2),
        ("payroll", "payrol", 3),
        ("owners: [hr]", "owners: [h]", 5),
        ("groups: [staff]", "groups: [staf]", 6),
        ("2027-01-04", "soon", 8),
        ("2027-01-04", "2027-02-31", 8),
        ("    starts: 2027-01-04\n", "", 8),
        ("91d", "9d", 9),
        ("10d", "100d", 10),
        ("{owner: true, groups: [management]}", "{}", 11),
        ("groups: [management]", "groups: [manager]", 11),
        ("remind: 2d", "remind: 10d", 12),
        ("after: 5d", "after: 10d", 13),
        ("to: {groups: [administrators]}", "to: {}", 13),
        ("default: remove", "default: ask", 14),
    ],
)
def test_each_mistake_is_told_with_its_line(was: str, now: str, line: int) -> None:
    rules, problems = read_text(TEXT.replace(was, now, 1))
    assert rules is None
    assert line in [one.line for one in problems]


def test_two_of_one_name_and_what_is_no_review_are_refused() -> None:
    for text in (TEXT + TEXT.partition("\n")[2], "reviews: [x]\n"):
        rules, problems = read_text(text)
        assert rules is None
        assert len(problems) == 1


def test_changes_are_one_line_each() -> None:
    before, after = AccessRules((), (RULE,)), AccessRules()
    for was, now in ((before, after), (after, before)):
        (line,) = changes(was, now)
        assert sentence(RULE) in line
    assert list(changes(before, before)) == []


def test_a_calendar_has_its_slots() -> None:
    start = RULE.starts_at
    assert [RULE.slot(start + one) for one in (-1, 0, 91 * DAY - 1, 91 * DAY)] == [0, start, start, start + 91 * DAY]


def test_what_is_removed_is_taken_out_of_reviews() -> None:
    for kind, name, gone in (("app", "payroll", "apps: [limen]"), ("group", "management", "reviewers: {owner: true}")):
        text, said = without(TEXT, kind, name)
        assert gone in text
        assert len(said) == 1
    text, said = without("reviews:\n  - name: a\n    apps: [crm]\n    reviewers: {owner: true}\n", "app", "crm")
    assert ("name: a" in text, len(said)) == (False, 1)
    text, said = without(TEXT, "group", "staff")
    assert ("quarterly" in text, len(said)) == (False, 1)
