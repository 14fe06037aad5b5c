from __future__ import annotations

from tests.policy.scene import BERLIN, NOW, app

from limen.clock import HOUR
from limen.facts import ANYBODY, UNKNOWN_DEVICE, UNPROVED, Factor, Person, Place
from limen.policy.reach.classes import Class, Exactly, Span, value_of
from limen.policy.reach.in_full import in_full
from limen.policy.seen import Calendar

ANA = Person("p1", "Ana", groups=frozenset({"staff"}), active=True)


def made(person: Person = ANA, **classes: Class):
    return in_full({name.replace("_", ".", 1): one for name, one in classes.items()}, person, app(), "view", NOW)


def test_what_is_not_said_is_as_usual() -> None:
    facts, request, now = made()
    assert (request.action, now, facts.auth.strength, facts.device) == ("view", NOW, 3, UNKNOWN_DEVICE)
    assert facts.session is not None


def test_each_fact_is_in_its_class() -> None:
    classes: dict[str, Class] = {
        "auth_strength": Span(2, 2),
        "auth_factors": Exactly(frozenset({"password", "code"})),
        "auth_age": Span(HOUR + 1, 2 * HOUR),
        "device_compliance": Exactly("non_compliant"),
        "place_country": Exactly("DE"),
        "place_address": Exactly((4, 1)),
        "risk_score": Span(10, 20),
        "grant_active": Exactly(example=True),
    }
    facts, request, now = made(**classes)
    for name, one in classes.items():
        assert one.holds(value_of(name.replace("_", ".", 1), facts, request, now, Calendar(BERLIN))), name
    assert facts.auth.factors == {Factor.PASSWORD, Factor.CODE}


def test_nobody_has_nothing_but_a_place() -> None:
    facts, _, _ = made(ANYBODY, auth_strength=Span(3, 3), place_country=Exactly("DE"))
    assert (facts.person, facts.auth, facts.session) == (ANYBODY, UNPROVED, None)
    assert facts.place == Place(known=True, country="DE")


def test_without_a_session_there_is_none() -> None:
    facts, _, _ = made(session_known=Exactly(example=False))
    assert facts.session is None
