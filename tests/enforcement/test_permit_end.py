from __future__ import annotations

import msgspec
from tests.enforcement.house import House

from limen.clock import HOUR, MINUTE
from limen.enforcement.decision_point import Answer
from limen.enforcement.permit_end import end_of
from limen.facts import Grant
from limen.policy.decision import Request

POLICIES = """
@id("granted") permit (principal, action, resource is App) when { context.grant.active };
"""


def asked(house: House, lasts: int) -> Answer:
    now, session = house.clock.now(), house.sign_in()
    if lasts:
        house.known.grants.put("ana", (Grant("g", "wiki", frozenset({"view"}), now + lasts),))
    return house.doors.decide_facts("ssh", Request("view"), house.known.facts(session, house.known.apps["wiki"], ""))


def test_a_permit_ends_with_what_it_rests_on() -> None:
    house = House(policies=POLICIES)
    now, answer = house.clock.now(), asked(house, 5 * MINUTE)
    assert end_of(house.engine, answer, now + HOUR) == now + 5 * MINUTE


def test_it_never_ends_later_than_it_may() -> None:
    house = House(policies=POLICIES)
    now, answer = house.clock.now(), asked(house, HOUR)
    assert end_of(house.engine, answer, now + MINUTE) == now + MINUTE


def test_a_refusal_has_no_end() -> None:
    house = House(policies=POLICIES)
    answer = asked(house, 0)
    assert end_of(house.engine, answer, house.clock.now() + HOUR) == 0
    assert end_of(house.engine, undecided(answer), house.clock.now() + HOUR) == 0


def undecided(answer: Answer) -> Answer:
    return msgspec.structs.replace(answer, decision=None)
