from __future__ import annotations

from tests.policy.scene import NOW, app

from limen.clock import HOUR
from limen.facts import ANYBODY, UNKNOWN_DEVICE, UNPROVED, Factor, Facts, Person, Place
from limen.policy.cedar_view import view_of
from limen.policy.scenarios.examples import address_text, facts_of

ANA = Person("p1", "Ana", groups=frozenset({"staff"}), active=True)


def made(person: Person = ANA, **said: object) -> Facts:
    return facts_of({name.replace("_", ".", 1): one for name, one in said.items()}, person, app(), "view", NOW)


def test_what_is_not_said_is_as_usual() -> None:
    facts = made()
    assert (facts.auth.strength, facts.device, facts.session is None) == (3, UNKNOWN_DEVICE, False)


def test_each_fact_is_what_was_said() -> None:
    facts = made(
        auth_strength=2,
        auth_factors=frozenset({"password", "code"}),
        auth_at=NOW - HOUR,
        device_compliance="non_compliant",
        place_country="DE",
        place_address=(4, 1),
        risk_score=10,
        grant_active=True,
    )
    assert (facts.auth.strength, facts.auth.factors) == (2, {Factor.PASSWORD, Factor.CODE})
    assert (facts.auth.at, facts.device.known, facts.device.compliance) == (NOW - HOUR, True, "non_compliant")
    assert (facts.place.address, facts.place.country, facts.risk.score) == ("0.0.0.1", "DE", 10)
    assert facts.grants[0].until > NOW


def test_nobody_has_nothing_but_a_place() -> None:
    facts = made(ANYBODY, auth_strength=3, place_country="DE")
    assert (facts.person, facts.auth, facts.session) == (ANYBODY, UNPROVED, None)
    assert facts.place == Place(known=True, country="DE")


def test_without_a_session_there_is_none() -> None:
    assert made(session_known=False).session is None


def test_who_came_without_any_factor_and_yet_is_proved_is_a_program() -> None:
    assert made(auth_factors=frozenset(), auth_at=NOW - HOUR).auth.by_token
    assert view_of(made(auth_interactive=False)).record["auth"]["interactive"] is False


def test_an_address_as_text() -> None:
    assert (address_text(4, 1), address_text(6, 1)) == ("0.0.0.1", "::1")
