"""Somebody leaves: what they took in the weeks before is told where it is more than usual, and else nothing is."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest
from tests.golden import Expected
from tests.monitor.detections.usual.test_usual import (
    TEAM,
    UsualDetector,
    detector,
    download,
    event,
    feed,
    labelled,
    levels,
    places,
    sensitive,
    weeks,
    work,
)

from limen.monitor.detections.hit import Hit, Level
from limen.monitor.detections.usual.about import BEFORE_LEAVING, TAKEN_BEFORE_LEAVING
from limen.monitor.detections.usual.looking_back import LEAVES, leaving
from limen.monitor.normal_form.event import NormalEvent

__all__ = ["detector", "places"]


def leaves(day: int, who: str = "p_eve", change: str = "last-day", by: str = "p_ada") -> NormalEvent:
    fields = {"change": change, "last_day": "2026-12-18"}
    said = {"kind": "person.changed", "source": "limen", "target_person_id": who, "fields": fields}
    return event(day, 18, by, **said)


def restricted(day: int, hour: float, who: str = "p_eve") -> NormalEvent:
    return msgspec.structs.replace(sensitive(day, hour, who), app="payroll")


def many(day: int, number: int, who: str = "p_eve", of: Any = sensitive) -> list[NormalEvent]:
    return [of(day, 9 + one / 100, who) for one in range(number)]


def looked_back(hits: list[Hit]) -> list[Hit]:
    return [hit for hit in hits if hit.rule == TAKEN_BEFORE_LEAVING.id]


@pytest.mark.parametrize("seed", range(20))
def test_whoever_works_as_always_raises_nothing(detector: UsualDetector, seed: int) -> None:
    weeks(labelled(detector), 9, *TEAM, seed=seed)
    for who in TEAM:
        assert feed(detector, *(leaves(63 + number, who, change) for number, change in enumerate(LEAVES))) == []


@pytest.mark.parametrize("change", LEAVES)
def test_what_was_taken_three_weeks_before_is_told_once_it_is_known(
    detector: UsualDetector, change: str, expected: Expected
) -> None:
    weeks(labelled(detector), 7, *TEAM)
    taken = many(49, 60)
    feed(detector, *taken)
    (hit,) = feed(detector, leaves(68, change=change))
    assert (hit.rule, hit.level, hit.person_id, hit.at) == (TAKEN_BEFORE_LEAVING.id, Level.HIGH, "p_eve", leaves(68).at)
    expected(f"{hit.says['what']}\n{hit.says['what_de']}")
    assert hit.says["leaves"] == LEAVES[change][0].format("2026-12-18")
    assert {one.uid for one in taken[-3:]} <= set(hit.events)
    assert hit.events[-1] == leaves(68, change=change).uid


def test_what_was_told_is_not_told_again_at_the_end(detector: UsualDetector) -> None:
    weeks(labelled(detector), 7, *TEAM)
    feed(detector, *many(49, 60))
    assert (
        len(looked_back(feed(detector, leaves(60), leaves(61, change="suspended"), leaves(62, change="let-go")))) == 1
    )
    feed(detector, *many(63, 60))
    assert len(looked_back(feed(detector, leaves(64, change="suspended")))) == 1


def test_what_is_older_is_left_alone(detector: UsualDetector) -> None:
    weeks(labelled(detector), 7, *TEAM)
    feed(detector, *many(49, 60))
    assert feed(detector, leaves(49 + 31)) == []


def test_a_little_more_every_day_is_told_in_all(detector: UsualDetector, expected: Expected) -> None:
    """Nine a day are never strange on a day."""
    dice = random.Random(3)
    weeks(labelled(detector), 7, *TEAM)
    for day in range(49, 77):
        if day % 7 < 5:
            hits = feed(detector, *work(day, dice), *many(day, 9))
            assert levels(hits, "sensitive_downloads") == []
    (hit,) = feed(detector, leaves(76))
    expected(f"{hit.says['what']}\n{hit.says['what_de']}")
    assert len(hit.events) > 20


def test_one_restricted_file_is_enough_where_none_was_ever_taken(detector: UsualDetector, expected: Expected) -> None:
    weeks(labelled(detector), 7, *TEAM)
    feed(detector, restricted(50, 10))
    (hit,) = feed(detector, leaves(60))
    assert hit.level is Level.MEDIUM
    expected(f"{hit.says['what']}\n{hit.says['what_de']}")


def test_restricted_files_that_colleagues_take_too_are_nothing_new(detector: UsualDetector) -> None:
    weeks(labelled(detector), 7, *TEAM)
    feed(detector, restricted(50, 10, "p_ada"), restricted(51, 10))
    assert feed(detector, leaves(60)) == []


def test_a_customer_list_in_one_file_counts_by_what_is_in_it(detector: UsualDetector) -> None:
    weeks(labelled(detector), 7, *TEAM)
    fields = {"found": "customers=4000,4000,0", "channel": "download", "passed": True}
    feed(detector, event(50, 10, kind="data.found", source="limen", fields=fields))
    (hit,) = feed(detector, leaves(60))
    assert (hit.level, str(hit.says["what"])[:4]) == (Level.HIGH, "4000")


def test_a_move_of_the_whole_team_is_nobodys_taking(detector: UsualDetector) -> None:
    weeks(labelled(detector), 7, *TEAM)
    for who in TEAM:
        feed(detector, *many(50, 410, who, of=download))
    assert feed(detector, leaves(60)) == []
    feed(detector, *many(51, 410, of=download))
    assert [hit.level for hit in feed(detector, leaves(60, change="suspended"))] == [Level.HIGH]


def test_a_newcomer_is_held_against_their_group(detector: UsualDetector) -> None:
    weeks(labelled(detector), 7, *TEAM[1:])
    feed(detector, *many(49, 5, of=download))
    assert feed(detector, leaves(50)) == []
    feed(detector, *many(51, 60))
    (hit,) = feed(detector, leaves(52, change="let-go"))
    assert (hit.confidence, hit.level) == (35, Level.HIGH)


def test_what_is_counted_only_since_now_is_no_first_time(detector: UsualDetector, places: Any) -> None:
    """After an upgrade nobody seems to have taken anything before."""
    weeks(labelled(detector), 7, *TEAM)
    kept = msgspec.msgpack.decode(detector.snapshot())
    for name in ("restricted_downloads", "sensitive_downloads", "records"):
        del kept["since"][name]
    upgraded = labelled(UsualDetector(places))
    upgraded.restore(msgspec.msgpack.encode(kept))
    assert looked_back(feed(upgraded, restricted(50, 10), leaves(51))) == []


def test_until_the_last_day_sensitive_data_is_worse_by_a_level(detector: UsualDetector) -> None:
    weeks(labelled(detector, last_days={"p_eve": "2026-12-18"}), 7, *TEAM)
    hits = [hit for hit in feed(detector, *many(49, 60)) if hit.rule == BEFORE_LEAVING["sensitive_downloads"].id]
    assert [hit.level for hit in hits] == [Level.HIGH, Level.CRITICAL]
    assert hits[0].says["last_day"] == "2026-12-18"
    of_all = feed(detector, *many(50, 410, of=download))
    assert levels(of_all, "downloads")[0] is Level.LOW  # what is not sensitive is as bad as ever


@pytest.mark.parametrize(
    "said",
    [
        {"source": "m365"},
        {"kind": "person.invited"},
        {"fields": {"change": "name"}},
        {"fields": {"change": ["last-day"]}},
        {"fields": {}},
    ],
)
def test_only_what_limen_itself_says_counts_as_leaving(said: dict[str, Any]) -> None:
    assert leaving(leaves(1)) == "last-day"
    assert leaving(msgspec.structs.replace(leaves(1), **said)) == ""


def test_what_was_taken_survives_a_restart_and_goes_with_an_erased_person(detector: UsualDetector, places: Any) -> None:
    weeks(labelled(detector), 7, *TEAM)
    feed(detector, *many(49, 60))
    again = labelled(UsualDetector(places))
    again.restore(detector.snapshot())
    assert feed(again, leaves(60)) == feed(detector, leaves(60)) != []
    again.limit_to(set(TEAM) - {"p_eve"})
    assert b"p_eve" not in again.snapshot()
    assert feed(again, leaves(61, change="let-go")) == []
