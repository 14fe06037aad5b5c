from __future__ import annotations

from pathlib import Path

import pytest

from limen.clock import DAY, HOUR, SetClock, from_iso
from limen.events import Event
from limen.identity import past_sign_ins as reading
from limen.identity.past_sign_ins import PastSignIn, past_sign_ins
from limen.storage.journal import Journal, Reader

MORNING = from_iso("2026-11-24T09:00:00Z")


def signed_in(person: str, at: int, **details: str | int) -> Event:
    return Event(at=at, kind="sign_in.succeeded", actor=person, details=dict(details))


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    clock = SetClock(MORNING - 31 * DAY)
    journal = Journal.open(tmp_path, (b"journal key of past sign-ins....",), clock=clock)
    journal.record(signed_in("p_old", clock.now(), strength=1, factors="password"))
    for hour, (strength, factors) in enumerate(((3, "passkey"), (2, "code password"), (1, "password"))):
        clock.forward((30 * DAY if not hour else 0) + HOUR)
        journal.record(signed_in(f"p_{hour}", clock.now(), strength=strength, factors=factors))
        journal.record(Event(at=clock.now(), kind="step_up.succeeded", actor=f"p_{hour}", details={"strength": 3}))
    journal.record(signed_in("p_unsaid", clock.now()))
    journal.close()
    return Reader(tmp_path)


def test_each_is_read_from_the_journal_with_what_it_proved(reader: Reader) -> None:
    found = past_sign_ins(reader, MORNING)
    assert found.is_whole
    assert [(one.person_id, one.strength, one.factors) for one in found.rows] == [
        ("p_unsaid", 1, ()),
        ("p_2", 1, ("password",)),
        ("p_1", 2, ("code", "password")),
        ("p_0", 3, ("passkey",)),
    ]
    assert all(isinstance(one, PastSignIn) and found.since <= one.at <= found.until for one in found.rows)


def test_pages_are_read_to_their_end(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_AT_ONCE", 1)
    assert len(past_sign_ins(reader, MORNING).rows) == 4


def test_what_is_left_out_is_said(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_AT_ONCE", 1)
    monkeypatch.setattr(reading, "MOST", 1)
    found = past_sign_ins(reader, MORNING)
    assert (len(found.rows), found.is_whole) == (1, False)
