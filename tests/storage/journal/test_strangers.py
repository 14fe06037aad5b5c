from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.storage.journal.conftest import NOW
from tests.storage.journal.decisions import a_permit, facts_about

from limen.clock import DAY, HOUR, SetClock
from limen.events import KINDS, Event
from limen.facts import ANYBODY, NOWHERE
from limen.pillars import pillars
from limen.storage.journal import Journal, strangers
from limen.storage.journal.strangers import LEFT_OUT, StrangersBudget, sort_of

Open = Callable[..., Journal]
REFUSED = Event(at=NOW, kind="request.refused", reason="unknown-host", address="203.0.113.7")


def a_strangers(number: int, now: int = NOW):
    """What was decided about somebody from an address of their own, who is not signed in."""
    place = replace(NOWHERE, address=f"2001:db8:{number >> 16:x}:{number & 0xFFFF:x}::1")
    facts = replace(facts_about("p1"), person=ANYBODY, session=None, place=place)
    return a_permit(facts, now), place.address


@pytest.mark.parametrize(
    ("event", "sort"),
    [
        (REFUSED, "request.refused"),
        (Event(at=NOW, kind="sign_in.failed"), "sign_in.failed"),
        (Event(at=NOW, kind="sign_in.failed", subject="p1"), "sign_in.failed of somebody"),
        (Event(at=NOW, kind="sign_in.failed", session="s1"), ""),
        (Event(at=NOW, kind="request.refused", actor="p1"), ""),
        (Event(at=NOW, kind="disk.low"), ""),
        (Event(at=NOW, kind=LEFT_OUT), ""),
    ],
)
def test_only_what_strangers_cause_is_under_a_budget(event: Event, sort: str) -> None:
    assert sort_of(event) == sort


def test_all_budgets_together_are_less_than_200_megabytes_a_day() -> None:
    pillars()  # each declares its kinds
    of_decisions = 2 * (strangers.DECISIONS_AT_ONCE + strangers.DECISIONS_A_DAY)
    kinds = [kind for kind in KINDS.values() if kind.by_strangers and kind.name != strangers.DECISION]
    with_subject = ("sign_in.failed", "link.refused", "recovery.refused")  # what names a person without their session
    sorts = len(kinds) + len(with_subject)
    told = strangers.MOST_TOLD * (86_400 / strangers.TOLD_EVERY_SECONDS) * 700
    assert of_decisions + sorts * (strangers.EVENTS_AT_ONCE + strangers.EVENTS_A_DAY) + told < 200_000_000


def test_a_day_of_strangers_from_everywhere_stays_within_the_budget_and_the_rest_is_counted(
    opened: Open, tmp_path: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strangers, "DECISIONS_AT_ONCE", 200_000)
    monkeypatch.setattr(strangers, "DECISIONS_A_DAY", 400_000)
    journal = opened()
    kept = asked = 0
    for _ in range(4):
        for _ in range(8):
            for _ in range(200):
                decision, address = a_strangers(asked, clock.now())
                kept += bool(journal.decided("gateway", decision, "", address, 1.0))
                asked += 1
            journal.flush()
        for event in journal.strangers.left_out(clock.now()):
            journal.record(event)
        clock.forward(6 * HOUR)
    journal.flush()
    told = journal.recent(2_000, lambda event: event.kind == LEFT_OUT)
    assert 200 < kept < asked
    assert sum(int(event.details["events"]) for event in told) == asked - kept == journal.strangers.totals.total()
    assert {event.details["app"] for event in told} == {"payroll"}
    written = sum(path.stat().st_size for path in (tmp_path / "journal").rglob("*.segment"))
    assert written < 700_000


def test_no_flood_takes_the_place_of_what_matters(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strangers, "EVENTS_AT_ONCE", 5_000)
    monkeypatch.setattr(strangers, "DECISIONS_AT_ONCE", 5_000)
    journal = opened()
    for number in range(100):
        decision, address = a_strangers(number)
        journal.decided("gateway", decision, "", address, 1.0)
        journal.record(Event(at=NOW, kind="request.refused", address=address))
        journal.record(Event(at=NOW, kind="sign_in.failed", address=address))
        journal.flush()
    assert journal.record(REFUSED) == ""
    assert journal.decided("gateway", a_strangers(101)[0], "", "192.0.2.1", 1.0) == ""
    assert journal.decided("gateway", a_permit(facts_about("p1")), "s1", "192.0.2.1", 1.0)
    assert journal.decided("sign-in", a_permit(facts_about("p1")), "", "192.0.2.1", 1.0)  # it is decided who signs in
    for event in (
        Event(at=NOW, kind="request.refused", actor="p1", session="s1"),
        Event(at=NOW, kind="sign_in.failed", subject="p1"),
        Event(at=NOW, kind="link.refused", address="192.0.2.9"),
        Event(at=NOW, kind="sign_in.succeeded", actor="p1"),
    ):
        event_id = journal.record(event)
        journal.flush()
        assert journal.find(event_id) is not None


def test_one_source_leaves_room_for_others_and_an_ipv6_subscriber_is_one() -> None:
    budget = StrangersBudget()
    kept = [budget.admits("request.refused", f"2001:db8::{n:x}", "x", NOW) for n in range(strangers.SOURCE_AT_ONCE + 9)]
    assert kept.count(False) == 9
    assert budget.admits("request.refused", "192.0.2.1", "x", NOW)
    assert budget.admits("request.refused", "2001:db8::1", "x", NOW + DAY)


def test_what_is_told_of_the_rest_is_bounded_too() -> None:
    budget = StrangersBudget()
    for _ in range(strangers.SOURCE_AT_ONCE):
        budget.admits("request.refused", "192.0.2.1", "x", NOW)
    for number in range(1_000):
        budget.admits("request.refused", "192.0.2.1", f"word {number}", NOW)
    told = budget.left_out(NOW)
    assert len(told) == strangers.MOST_TOLD + 1
    assert sum(int(event.details["events"]) for event in told) == 1_000
    assert budget.left_out(NOW) == []


def test_texts_of_strangers_are_cut(opened: Open) -> None:
    journal = opened()
    long = "x" * 5_000
    event_id = journal.record(replace_all(REFUSED, long))
    journal.flush()
    event = journal.find(event_id)
    assert event is not None
    assert {len(event.address), len(event.reason), len(str(event.details["detail"]))} == {strangers.LONGEST}


def replace_all(event: Event, text: str) -> Event:
    return Event(at=event.at, kind=event.kind, address=text, reason=text, details={"detail": text, "left_out": 3})
