from __future__ import annotations

from dataclasses import replace

from tests.access.rows import BASIS, CRM, NOW, PEOPLE, grant
from tests.policy.scene import engine_of

from limen.access.reviews.model import Way
from limen.access.reviews.past import Past, Used
from limen.access.reviews.reach import Reach
from limen.access.reviews.rows import Known, held_now, rows_of
from limen.clock import DAY
from limen.facts.access_rules import Approvers, Escalation, ReviewRule

TEXT = """
@id("a") permit (principal in Group::"sales", action in [Action::"view", Action::"edit"], resource == App::"crm");
@id("b") permit (principal in Group::"finance", action == Action::"view", resource == App::"payroll");
@id("c") permit (principal in Group::"staff", action == Action::"view", resource == App::"wiki");
"""
REACH = Reach(engine_of(TEXT), NOW)
PAST = Past(
    {("farid", "crm", "view"): Used(7, NOW - DAY), ("farid", "crm", "share"): Used(1, NOW)},
    {("farid", "sales"): ("ines", NOW - 9 * DAY)},
)
KNOWN = Known(REACH, PEOPLE, BASIS.apps, (grant(),), PAST, {"farid": 30})
RULE = ReviewRule(
    name="customers",
    reviewers=Approvers(owner=True),
    apps=("crm",),
    escalation=Escalation(DAY, Approvers(("management",))),
)


def test_a_row_says_how_by_whom_and_what_of_it_is_used() -> None:
    of_farid, of_oscar = rows_of(KNOWN, RULE, "rv_1")
    assert (of_farid.way, of_farid.by, of_farid.actions) == (Way.GROUP, "sales", ("view", "edit"))
    assert (of_farid.used, of_farid.last_used, of_farid.used_actions) == (7, NOW - DAY, ("view",))
    assert (of_farid.got_by, of_farid.got_at, of_farid.risk) == ("ines", NOW - 9 * DAY, 30)
    assert (of_farid.reviewers, of_farid.escalates_to) == ((), ("ines",))
    assert (of_farid.peers, of_farid.peers_with, of_farid.removes) == (4, 0, False)
    assert (of_oscar.way, of_oscar.by, of_oscar.got_by, of_oscar.risk) == (Way.GRANT, "gr_1", "farid", -1)
    assert of_oscar.reviewers == ("farid",)


def test_a_rule_is_about_labels_groups_and_people() -> None:
    restricted = replace(RULE, apps=(), labels=(3,))
    assert {(one.person_id, one.removes) for one in rows_of(KNOWN, restricted, "rv")} == {
        ("maren", True),
        ("rohan", True),
    }
    anything = replace(RULE, apps=())
    assert {one.app for one in rows_of(KNOWN, anything, "rv")} == {"crm", "payroll", "wiki"}
    staff = replace(anything, groups=("staff",))
    assert {one.by for one in rows_of(KNOWN, staff, "rv")} == {"staff"}
    rohan = replace(anything, people=("rohan@harbor.example",))
    assert {one.person_id for one in rows_of(KNOWN, rohan, "rv")} == {"rohan"}


def test_whoever_is_not_active_has_no_row_and_nothing_now() -> None:
    gone = replace(PEOPLE["oscar"], active=False)
    known = replace(KNOWN, people={**PEOPLE, "oscar": gone})
    assert {one.person_id for one in rows_of(known, RULE, "rv")} == {"farid"}
    assert held_now(REACH, gone, CRM, [grant()]) == ()
    assert [one.by for one in held_now(REACH, PEOPLE["oscar"], CRM, [grant()])] == ["gr_1"]


def test_break_glass_is_removed_by_no_default() -> None:
    reach = Reach(engine_of('@id("b") permit (principal in Group::"break-glass", action, resource);'), NOW)
    known = replace(KNOWN, reach=reach, people={"x": replace(PEOPLE["oscar"], groups=frozenset({"break-glass"}))})
    found = list(rows_of(known, replace(RULE, apps=(), labels=(3,), removes=True), "rv"))
    assert [(one.by, one.removes) for one in found] == [("break-glass", False)]
