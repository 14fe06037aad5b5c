from __future__ import annotations

from ipaddress import ip_network

import pytest
from tests.policy.scene import BERLIN, NOW, app

from limen.clock import HOUR, from_iso
from limen.facts import ANYBODY, NOWHERE, UNKNOWN_DEVICE, UNKNOWN_RISK, UNPROVED, Document, Factor, Label, Person
from limen.policy.hypothetical import SUPPOSED, Hypothetical

ANA = Person("p1", "Ana", groups=frozenset({"staff"}), active=True)


def test_what_is_not_said_is_not_known() -> None:
    facts = Hypothetical().facts(ANA, app(), "view", NOW)
    assert (facts.device, facts.place, facts.grants) == (UNKNOWN_DEVICE, NOWHERE, ())
    assert (facts.auth.strength, facts.risk.known, facts.risk.score) == (2, True, 0)  # nothing speaks against them
    assert Hypothetical(risk=None).facts(ANA, app(), "view", NOW).risk == UNKNOWN_RISK


def test_nobody_has_proved_nothing() -> None:
    facts = Hypothetical(strength=3, device="compliant").facts(None, app(), "view", NOW)
    assert (facts.person, facts.auth, facts.session, facts.device) == (ANYBODY, UNPROVED, None, UNKNOWN_DEVICE)


def test_what_is_said_is_known() -> None:
    supposed = Hypothetical(strength=3, proved=HOUR, device="compliant", country="DE", risk=5, grant=HOUR)
    facts = supposed.facts(ANA, app(), "edit", NOW)
    assert (facts.auth.strength, facts.auth.at, facts.auth.factors) == (3, NOW - HOUR, {Factor.PASSKEY})
    assert (facts.device.known, facts.device.compliance) == (True, "compliant")
    assert (facts.place.known, facts.place.country) == (True, "DE")
    assert (facts.risk.known, facts.risk.score) == (True, 5)
    assert (facts.grants[0].actions, facts.grants[0].until) == ({"edit"}, NOW + HOUR)


def test_an_address_tells_its_network() -> None:
    office = (("office", ip_network("192.0.2.0/24")),)
    assert Hypothetical(address="192.0.2.7").facts(ANA, app(), "view", NOW, office).place.network == "office"
    assert Hypothetical(address="192.0.3.7").facts(ANA, app(), "view", NOW, office).place.network == ""


@pytest.mark.parametrize(
    ("at", "instant"),
    [
        ("2026-11-24T22:00", "2026-11-24T21:00:00Z"),
        ("2026-07-01 22:00", "2026-07-01T20:00:00Z"),
        ("2026-07-01T22:00+00:00", "2026-07-01T22:00:00Z"),
    ],
)
def test_time_is_local_unless_it_says_otherwise(at: str, instant: str) -> None:
    assert Hypothetical(at=at).now(BERLIN) == from_iso(instant)


def test_a_document_may_be_supposed() -> None:
    supposed = Hypothetical(document=Label.RESTRICTED).facts(None, app(Label.INTERNAL), "view", NOW)
    assert (supposed.document, supposed.app.label) == (Document(SUPPOSED, Label.RESTRICTED), Label.RESTRICTED)
