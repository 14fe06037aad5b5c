"""Whoever is at one place at a time is never said to share their account, whatever they leave open and carry along."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st
from tests.dial import size
from tests.monitor.detections.shared_accounts.days import (
    HOME,
    LISBON_FLAT,
    NETWORKS,
    NEXT_DOOR,
    OFFICE,
    Machine,
    asks,
    found_in,
    places,
    sign_in,
)

from limen.monitor.detections.shared_accounts.shared_accounts import SharedAccounts, SharedKnown
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.places.places import Places

CARRIED = (Machine("laptop"), Machine("phone", "iphone", browser="Safari"))
STANDING = {HOME: Machine("desktop", "linux"), OFFICE: Machine("workstation"), NEXT_DOOR: Machine("friend", "macos")}
JOURNEY = 21
"""Minutes from one place to another."""

stays = st.lists(
    st.tuples(st.sampled_from((HOME, OFFICE, NEXT_DOOR, LISBON_FLAT)), st.integers(1, 90), st.integers(1, 9)),
    min_size=2,
    max_size=12,
)


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Places:
    return places(tmp_path_factory.mktemp("places"))


@settings(max_examples=size(60), deadline=None)
@given(st.lists(stays, min_size=3, max_size=6))
def test_one_person_at_one_place_at_a_time(atlas: Places, days: list[list[tuple[str, int, int]]]) -> None:
    detector = SharedAccounts(atlas)
    detector.know(SharedKnown(networks=NETWORKS))
    for day, several in enumerate(days):
        assert not found_in(detector, _day(day, several))


def _day(day: int, several: list[tuple[str, int, int]]) -> list[NormalEvent]:
    """They work where they are with what is there and what they carry; what stands there polls until the evening."""
    events, minute = [], 0.0
    signed_in: set[str] = set()
    for stay, (place, lasts, every) in enumerate(several):
        machines = [*CARRIED, *([STANDING[place]] if place in STANDING else [])]
        for number in range(0, lasts, every):
            machine = machines[number // every % len(machines)]
            at = minute + number
            if machine.name not in signed_in:
                signed_in.add(machine.name)
                events.append(sign_in(machine, day, at, place))
                if machine not in CARRIED:
                    events += [asks(machine, day, at + 1 + 2 * n, place, "/poll") for n in range(120)]
            else:
                events.append(asks(machine, day, at, place, f"/{stay}/{number}"))
        minute += lasts + JOURNEY
    return events
