"""What is known of one request, put together; what is unknown reads as the worst."""

from __future__ import annotations

from dataclasses import replace

from tests.facts.harbor import AT_WIKI, NOW, SIGN_IN, WIKI, A, B

from limen.facts import (
    UNKNOWN_DEVICE,
    UNKNOWN_RISK,
    Device,
    FactStore,
    Risk,
)
from limen.facts.assembling import OVER


def test_what_is_not_known_reads_as_the_worst(known: FactStore) -> None:
    facts = known.facts(AT_WIKI, WIKI, "198.51.100.7")
    assert (facts.device.known, facts.device.compliance) == (False, "unknown")
    assert (facts.risk.known, facts.risk.score) == (False, 100)
    assert (facts.place.known, facts.place.country, facts.place.network, facts.place.anonymiser) == (
        False,
        "",
        "",
        True,
    )


def test_a_known_device_is_among_the_facts(known: FactStore) -> None:
    known.devices.put(Device(id="d1", known=True, compliance="compliant"))
    known.sessions.put(A, replace(SIGN_IN, device_id="d1"))
    assert known.facts(known.session(B), WIKI, "").device.compliance == "compliant"


def test_what_a_part_learns_is_among_the_facts_in_the_order_of_paths(known: FactStore) -> None:
    known.devices.put(Device(id="d1", known=True))
    known.sessions.put(A, replace(SIGN_IN, device_id="d1"))
    known.learned.put(("session", "s1"), "session.is_watched", False)
    known.learned.put(("person", "p1"), "person.clearance", 2)
    known.learned.put(("place", "203.0.113.9"), "place.kinds", ("cafe", "shared"))
    known.learned.put(("device", "d1"), "device.encrypted", True)
    known.learned.put(("device", "d2"), "device.encrypted", False)
    assert known.facts(known.session(B), WIKI, "203.0.113.9").more == (
        ("device.encrypted", True),
        ("person.clearance", 2),
        ("place.kinds", ("cafe", "shared")),
        ("session.is_watched", False),
    )
    assert known.facts(None, WIKI, "203.0.113.9").more == (("place.kinds", ("cafe", "shared")),)


def test_what_was_learned_of_a_device_goes_with_it(known: FactStore) -> None:
    known.devices.put(Device(id="d1", known=True))
    known.sessions.put(A, replace(SIGN_IN, device_id="d1"))
    known.learned.put(("device", "d1"), "device.encrypted", True)
    known.devices.drop("d1")
    known.devices.put(Device(id="d1", known=True))
    assert known.facts(known.session(B), WIKI, "").more == ()


def test_of_all_risks_that_are_known_the_worst_counts(known: FactStore) -> None:
    def score() -> tuple[int, bool]:
        risk = known.facts(known.session(B), WIKI, "203.0.113.9").risk
        return risk.score, risk.known

    device_id = known.sessions["s1"].device_id or "d1"
    assert score() == (100, False)
    known.set_unsaid_risk(Risk(0, known=True))
    assert score() == (0, True)
    assert known.facts(None, WIKI, "203.0.113.9").risk == known.risk_of("nobody") == Risk(0, known=True)
    for table, key, worse in (
        (known.risks, "p1", 10),
        (known.session_risks, AT_WIKI.id, 20),
        (known.session_risks, "s1", 30),
    ):
        table.put(key, Risk(worse, known=True))
        assert score() == (worse, True)
    device = Device(device_id, known=True)
    facts = known.facts(known.session(B), WIKI, "203.0.113.9")
    known.device_risks.put(device_id, Risk(50, known=True))
    known.detected_device_risks.put(device_id, Risk(70, known=True))
    assert known.on(facts, device).risk.score == 70
    known.set_unsaid_risk(UNKNOWN_RISK)
    assert score() == (70 if known.sessions["s1"].device_id else 30, True)  # what is known stays


def test_how_firmly_a_session_is_tied_to_its_device_is_the_sessions_own(known: FactStore) -> None:
    known.devices.put(Device("d1", known=True, binding=3))
    for binding in (0, 2):
        known.sessions.put(A, replace(SIGN_IN, device_id="d1", binding=binding, bound_until=NOW + binding))
        device = known.facts(known.session(B), WIKI, "").device
        assert (device.binding, device.bound_until) == (binding, NOW + binding), "a device can't say it of itself"
    elsewhere = replace(AT_WIKI, id="s3", binding=0)
    known.sessions.put(b"c" * 32, elsewhere)
    device = known.facts(elsewhere, WIKI, "").device
    assert (device.binding, device.bound_until) == (2, OVER), "it was opened outside of the bound browser"
    known.devices.drop("d1")
    assert known.facts(known.session(B), WIKI, "").device == UNKNOWN_DEVICE


def test_nobody_has_facts_too(known: FactStore) -> None:
    facts = known.facts(None, WIKI, "203.0.113.9")
    assert (facts.person.id, facts.auth.strength, facts.session) == ("", 0, None)
