"""What is done with requests, on a database of its own. Whole ways through stand in test_services.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.access.rows import BASIS, NOW, PEOPLE, WANTED, KeptNotices, occasion, person

from limen.access import requests, store
from limen.access.errors import AccessError, NobodyError, NoRuleError, NotYoursError, SamePersonError
from limen.access.model import RequestState
from limen.access.occasion import Basis, Occasion
from limen.access.requests import ApprovesOn
from limen.clock import HOUR
from limen.facts import Label
from limen.facts.access_rules import AccessRules
from limen.storage import Database


@pytest.fixture
def at(where: str) -> Any:
    database = Database.open(where)

    def do(work: Callable[[Occasion], Any], **more: Any) -> Any:
        return database.write(lambda t: work(occasion(t, **more)))

    yield do
    database.close()


def test_those_who_could_approve_it_are_found_and_told(at: Any) -> None:
    notices = KeptNotices()
    made = at(lambda one: requests.ask(one, WANTED), notices=notices)
    assert (made.steps, made.escalates_at, made.escalates_to) == ((("farid",),), NOW + 4 * HOUR, ("ines",))
    assert (made.rule, made.asked_as, notices.told) == ("stand-in", ("staff",), ["asked farid"])


def test_what_is_restricted_needs_two_of_its_owners(at: Any) -> None:
    made = at(lambda one: requests.ask(one, replace(WANTED, app="payroll")))
    assert made.steps == (("maren", "rohan"), ("maren", "rohan"))
    done, granted = at(lambda one: requests.approve(one, made.id), by="maren")
    assert (done.step, granted) == (1, None)
    done, granted = at(lambda one: requests.approve(one, made.id), by="rohan")
    assert granted.approvers == ("maren", "rohan")
    alone = Basis(BASIS.rules, BASIS.apps, {one: PEOPLE[one] for one in ("oscar", "maren")})
    with pytest.raises(NobodyError):
        at(lambda one: requests.ask(one, replace(WANTED, app="payroll", actions=("edit",))), basis=alone)


def test_the_second_approval_is_for_what_the_first_has_left(at: Any) -> None:
    made = at(lambda one: requests.ask(one, replace(WANTED, app="payroll", length_ms=2 * HOUR)))
    assert at(lambda one: requests.approve(one, made.id, at_most=HOUR), by="maren")[0].length_ms == HOUR
    with pytest.raises(AccessError):
        at(lambda one: requests.approve(one, made.id, at_most=2 * HOUR), by="rohan")
    granted = at(lambda one: requests.approve(one, made.id), by="rohan")[1]
    assert granted.until - granted.since == HOUR


def test_an_app_that_became_restricted_meanwhile_is_asked_for_again(at: Any) -> None:
    made = at(lambda one: requests.ask(one, WANTED))
    stricter = {**BASIS.apps, "crm": replace(BASIS.apps["crm"], label=Label.RESTRICTED)}
    with pytest.raises(AccessError):
        at(lambda one: requests.approve(one, made.id), by="farid", basis=replace(BASIS, apps=stricter))


def test_the_rules_in_force_when_it_is_approved_count(at: Any) -> None:
    made = at(lambda one: requests.ask(one, WANTED))
    with pytest.raises(NoRuleError):
        at(lambda one: requests.approve(one, made.id), by="farid", basis=replace(BASIS, rules=AccessRules()))
    moved = {**PEOPLE, "farid": person("farid")}
    with pytest.raises(NotYoursError):
        at(lambda one: requests.approve(one, made.id), by="farid", basis=replace(BASIS, people=moved))


def test_what_different_rules_give_is_asked_for_one_by_one(at: Any) -> None:
    with pytest.raises(AccessError):
        at(lambda one: requests.ask(one, replace(WANTED, app="wiki", actions=("administer", "view"))))
    made = at(lambda one: requests.ask(one, replace(WANTED, app="wiki", actions=("administer",))))
    assert made.state is RequestState.GRANTED


@pytest.mark.parametrize(
    "more",
    [
        {"reason": ""},
        {"reason": "too short"},
        {"actions": ()},
        {"actions": ("view", "fly")},
        {"length_ms": 9 * HOUR},
        {"length_ms": 59_999},
        {"extends": "gr_none"},
        {"person_id": "nobody"},
        {"ticket": "a\x00b"},
    ],
)
def test_what_is_wrong_is_not_kept(at: Any, more: dict[str, Any]) -> None:
    with pytest.raises(AccessError):
        at(lambda one: requests.ask(one, replace(WANTED, **more)))
    assert at(lambda one: store.open_requests(one.transaction.connection)) == []


def test_a_no_says_why_and_whose_request_it_was_is_told(at: Any) -> None:
    made, notices = at(lambda one: requests.ask(one, WANTED)), KeptNotices()
    with pytest.raises(NotYoursError):
        at(lambda one: requests.refuse(one, made.id), by="rohan")
    with pytest.raises(NotYoursError):
        at(lambda one: requests.refuse(one, made.id), by="oscar")
    done = at(lambda one: requests.refuse(one, made.id, "not now"), by="farid", notices=notices)
    assert (done.why, notices.told) == ("not now", ["refused oscar"])


def test_an_approval_from_the_askers_own_device_is_none(at: Any) -> None:
    made = at(lambda one: requests.ask(one, replace(WANTED, device_id="d1")))
    for on in (ApprovesOn("d1"), ApprovesOn("d2", "oscar")):
        with pytest.raises(SamePersonError):
            at(lambda one, on=on: requests.approve(one, made.id, on), by="farid")
    assert at(lambda one: requests.approve(one, made.id, ApprovesOn("d3", "farid")), by="farid")[1] is not None
