from __future__ import annotations

import msgspec
import pytest
from tests.storage.journal.conftest import NOW

from limen.events import DecisionRecord, Event, to_ocsf
from limen.storage.journal.erasable_bodies import is_erasable, is_erasable_body

MIA, ADA = "p_mia", "p_ada"


def asked(app: str, action: str) -> DecisionRecord:
    return DecisionRecord(effect="permit", reasons=(), revision="r", facts="f", now=NOW, app=app, action=action)


@pytest.mark.parametrize(
    "event",
    [
        Event(at=NOW, kind="decision", actor=MIA, decision=asked("payroll", "administer")),
        Event(at=NOW, kind="decision", actor=MIA, decision=asked("limen", "view")),
        Event(at=NOW, kind="sign_in.succeeded", actor=MIA, address="203.0.113.7"),
        Event(at=NOW, kind="sign_in.failed", subject=MIA),
        Event(at=NOW, kind="factor.added", actor=MIA, subject=MIA),
        Event(at=NOW, kind="person.enrolled", actor=MIA, subject=MIA),
        Event(at=NOW, kind="mail.sent", subject=MIA),
    ],
)
def test_what_happened_between_a_person_and_limen_alone_is_theirs(event: Event) -> None:
    assert is_erasable(event, {MIA})
    assert is_erasable_body(msgspec.json.encode(to_ocsf(event)), {MIA})
    assert not is_erasable(event, {ADA})


@pytest.mark.parametrize(
    "event",
    [
        Event(at=NOW, kind="person.changed", actor=ADA, subject=MIA),
        Event(at=NOW, kind="link.issued", actor=MIA, subject=ADA),
        Event(at=NOW, kind="person.erased", actor=MIA, subject="p_somebody"),
        Event(at=NOW, kind="revision.published", actor=MIA),
        Event(at=NOW, kind="break_glass.used", subject=MIA),
        Event(at=NOW, kind="workload.added", actor=MIA),
        Event(at=NOW, kind="decision", actor=MIA, decision=asked("limen", "administer")),
        Event(at=NOW, kind="decision", decision=asked("payroll", "view")),
    ],
)
def test_what_concerns_others_or_limen_itself_stays_even_if_all_of_them_are_erased(event: Event) -> None:
    assert not is_erasable(event, {MIA, ADA})


def test_the_exact_facts_go_with_whom_they_are_about() -> None:
    facts = msgspec.json.encode({"facts": "abc", "value": {"person": {"id": MIA}}})
    assert is_erasable_body(facts, {MIA})
    assert not is_erasable_body(facts, {ADA})


@pytest.mark.parametrize(
    "body", [b"null", b"{", b'{"segment":1}', b'{"class_uid":1}', b'{"value":{"person":[]}}', b"[1]"]
)
def test_what_cant_be_read_is_nobodys(body: bytes) -> None:
    assert not is_erasable_body(body, {MIA})


def test_of_a_kind_that_nobody_declares_nothing_is_left_of_whoever_is_erased() -> None:
    assert is_erasable(Event(at=NOW, kind="device.enrolled", actor=MIA), {MIA})
    assert not is_erasable(Event(at=NOW, kind="device.enrolled", actor=ADA, subject=MIA), {MIA})
