"""Who uses somebody else's account and wants to look like its person; and who wants the list to be of no use."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.monitor.detections.shared_accounts.days import (
    HOME,
    LISBON_FLAT,
    NETWORKS,
    Machine,
    asks,
    found_in,
    places,
    sign_in,
    works,
)

from limen.clock import DAY
from limen.monitor.alerts.model import Suppression
from limen.monitor.detections.hit import Level
from limen.monitor.detections.shared_accounts.shared_accounts import ABOUT, SharedAccounts, SharedKnown
from limen.monitor.detections.travel import travel
from limen.monitor.detections.travel.travel import TravelDetector
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.places.places import Places

PC = Machine("pc")


@pytest.fixture
def atlas(tmp_path: Path) -> Places:
    return places(tmp_path)


@pytest.fixture
def detector(atlas: Places) -> SharedAccounts:
    found = SharedAccounts(atlas)
    found.know(SharedKnown(networks=NETWORKS))
    return found


def days_of(thief: Machine) -> list[NormalEvent]:
    return [
        event
        for day in range(4)
        for event in (*works(PC, day, HOME, range(0, 120, 7)), *works(thief, day, LISBON_FLAT, range(3, 120, 7)))
    ]


def test_a_thief_with_password_and_code_and_the_same_kind_of_browser_is_seen(detector: SharedAccounts) -> None:
    assert {hit.level for hit in found_in(detector, days_of(Machine("thief")))} == {Level.MEDIUM}


def test_a_thief_who_claims_to_be_a_phone_is_seen_by_the_distance(atlas: Places, detector: SharedAccounts) -> None:
    """Anybody can send that name. Phones are passed over here, so another detection has to see it, and does."""
    thief = Machine("thief", "iphone", browser="Safari")
    assert not found_in(detector, days_of(thief))
    other = TravelDetector(atlas)
    events = [one for one in days_of(thief) if one.kind == "sign_in.succeeded"]
    for event in events:
        event.class_uid, event.activity_id, event.status_id = 3002, 1, 1
    hits = [hit for event in sorted(events, key=lambda one: one.at) for hit in other.feed(event)]
    assert {hit.rule for hit in hits} == {travel.ABOUT.id}


def test_a_stolen_cookie_is_no_second_sign_in_and_makes_nobody_a_sharer(detector: SharedAccounts) -> None:
    for day in range(4):
        events = [sign_in(PC, day, 0, HOME)]
        events += [asks(PC, day, 5 * n, (HOME, LISBON_FLAT)[n % 2], f"/{n}") for n in range(1, 40)]
        assert not found_in(detector, events)


def test_who_was_said_to_be_one_person_is_still_looked_at_by_all_other_rules() -> None:
    """A decision is about this detection alone: a theft is told all the same."""
    quiet = Suppression(
        id="su_1", rule=ABOUT.id, entity="person:p_eve", since=0, until=DAY, why="Terminal server", by="p_root"
    )
    assert quiet.covers(ABOUT.id, "person:p_eve")
    assert not quiet.covers(travel.ABOUT.id, "person:p_eve")
    assert not quiet.covers(ABOUT.id, "person:p_ada")


def test_a_sender_of_logs_makes_nobody_a_sharer(detector: SharedAccounts) -> None:
    """What others write into their logs of somebody's sessions is no evidence: only Limen's own journal is."""
    events = days_of(Machine("forged", "macos"))
    for event in events:
        event.source = "a-laptop"
    assert not found_in(detector, events)


def test_a_thousand_sign_ins_make_a_day_of_one_finding(detector: SharedAccounts) -> None:
    events = []
    for day in range(3):
        for number in range(300):
            place = (HOME, LISBON_FLAT)[number % 2]
            events.append(sign_in(Machine(f"m{number}"), day, number, place))
    hits = found_in(detector, events)
    assert len({hit.id for hit in hits}) == len(hits) <= 3
