"""Sign-in is itself a decision."""

from __future__ import annotations

import pytest
from tests.identity.conftest import House

from limen.events import Outcome
from limen.facts import Auth, Factor, Person
from limen.identity.errors import SignInFailedError
from limen.identity.model import Visitor
from limen.identity.sign_in_decision import decide_sign_in, refuse

ADA = Person(id="p_ada", active=True)
AUTH = Auth(3, frozenset({Factor.PASSKEY}), 1)


async def test_policy_is_asked_about_limen_with_what_was_proved_and_from_where(house: House, visitor: Visitor) -> None:
    decide_sign_in(house.ports, ADA, AUTH, visitor)
    facts, action = house.asked[-1]
    assert action == "sign_in"
    assert facts.app.id == "limen"
    assert (facts.person, facts.auth, facts.place.address) == (ADA, AUTH, visitor.address)
    assert facts.session is None


async def test_without_limens_own_app_nobody_signs_in_and_it_is_journaled(house: House, visitor: Visitor) -> None:
    house.known.set_company([], [])
    with pytest.raises(SignInFailedError):
        decide_sign_in(house.ports, ADA, AUTH, visitor)
    assert house.words("sign_in.failed") == ["limen-app-unknown"]


async def test_a_refusal_carries_who_where_and_why(house: House, visitor: Visitor) -> None:
    refuse(house.ports, "sign_in.failed", "a-word", visitor, "p_ada", "s_1")
    event = house.said[-1]
    assert (event.subject, event.session, event.address, event.reason) == ("p_ada", "s_1", visitor.address, "a-word")
    assert event.outcome is Outcome.FAILURE
