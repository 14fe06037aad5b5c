"""Attacks on looking back at somebody who leaves: noise, friends, small steps, and changed dates hide nothing."""

from __future__ import annotations

import random

from tests.monitor.detections.usual.test_looking_back import leaves, looked_back, many, restricted
from tests.monitor.detections.usual.test_usual import (
    TEAM,
    UsualDetector,
    detector,
    download,
    feed,
    labelled,
    places,
    weeks,
    work,
)

from limen.monitor.detections.hit import Level
from limen.monitor.detections.usual.looking_back import MOST_EVENTS
from limen.monitor.detections.usual.usual import UsualKnown

__all__ = ["detector", "places"]


def test_nobody_uses_up_the_budget_of_those_who_leave(detector: UsualDetector) -> None:
    """Whoever leaves has friends make noise on the same day, or makes it."""
    labelled(detector, most_a_day=1, last_days={"p_eve": "2026-12-18"})
    weeks(detector, 7, *TEAM)
    feed(detector, restricted(50, 10))
    for who in TEAM:
        feed(detector, *many(60, 410, who, of=download))
    assert detector._memory.spent > 1
    (hit,) = looked_back(feed(detector, leaves(60)))
    assert hit.level in {Level.MEDIUM, Level.HIGH}


def test_one_friend_who_takes_as_much_on_the_same_day_hides_nothing(detector: UsualDetector) -> None:
    weeks(labelled(detector), 7, *TEAM)
    for who in ("p_eve", "p_tom"):
        feed(detector, *many(50, 410, who, of=download))
    assert [hit.level for hit in looked_back(feed(detector, leaves(60)))] == [Level.HIGH]


def test_looking_back_stays_within_the_budget_of_a_day(detector: UsualDetector) -> None:
    labelled(detector, most_a_day=2)
    people = [f"p_{number}" for number in range(6)]
    detector.know(UsualKnown(dict.fromkeys(people, ()), labels={"payroll": 3}, most_a_day=2))
    weeks(detector, 7, *people)
    for number, who in enumerate(people):
        feed(detector, restricted(50, 9 + number, who))
    told = [hit.level for who in people for hit in feed(detector, leaves(60, who))]
    assert told == [Level.MEDIUM, Level.MEDIUM, *[Level.LOW] * 4]


def test_a_flood_of_their_own_hides_no_sensitive_download(detector: UsualDetector) -> None:
    weeks(labelled(detector), 7, *TEAM)
    taken = many(49, 60)
    feed(detector, *taken, *many(49, 3_000, of=download))
    for day in range(50, 60):
        feed(detector, *many(day, 900, of=download))
    (hit,) = looked_back(feed(detector, leaves(60)))
    assert str(hit.says["what"]).split()[0] == "60"
    assert {one.uid for one in taken[-3:]} <= set(hit.events)
    assert len(hit.events) <= MOST_EVENTS + 1


def test_a_last_day_that_is_changed_again_and_again_hides_no_small_steps(detector: UsualDetector) -> None:
    """An administrator who is their friend has Limen look every few days, when there is little to see."""
    dice = random.Random(3)
    weeks(labelled(detector), 7, *TEAM)
    told = []
    for day in range(49, 77):
        if day % 7 < 5:
            feed(detector, *work(day, dice), *many(day, 9))
        told += looked_back(feed(detector, leaves(day)))
    assert {hit.level for hit in told} == {Level.MEDIUM}
    assert len(told) < 10  # alike findings are one alert


def test_the_first_restricted_file_is_told_once(detector: UsualDetector) -> None:
    weeks(labelled(detector), 7, *TEAM)
    feed(detector, restricted(50, 10))
    assert len(looked_back(feed(detector, leaves(51)))) == 1
    feed(detector, restricted(52, 10))
    assert looked_back(feed(detector, leaves(53, change="let-go"))) == []
