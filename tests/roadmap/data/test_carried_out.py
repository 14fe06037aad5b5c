"""What reviews decided is held against the rules that were in force a day later, in a real Limen."""

from __future__ import annotations

from dataclasses import replace

from tests.access.at_harbor import AtHarbor, Colleague, farid, harbor, oscar
from tests.roadmap.data.houses import decided

from limen.access.reviews.model import Effect, Held, ReviewRow, Verdict, Way
from limen.clock import DAY, HOUR
from limen.roadmap.data.carried_out import not_carried_out
from limen.roadmap.data.evidence import HeldWay
from limen.roadmap.looking import RoadmapJob

__all__ = ["farid", "harbor", "oscar"]


async def late(at: AtHarbor, row: ReviewRow, *ways: HeldWay, groups: frozenset[str] | None = None) -> set[str]:
    await at.house.limen.journal.settled()
    at.house.limen.journal.flush()
    people = dict(at.house.limen.known.people)
    if groups is not None:
        people[row.person_id] = replace(people[row.person_id], groups=groups)
    found = not_carried_out(RoadmapJob(at.house.limen.core).sources(at.house.clock.now()), [row], ways, people)
    assert found is not None
    return set(found)


def drafted(at: AtHarbor, who: Colleague, by: str = "sales", verdict: Verdict = Verdict.REMOVE) -> ReviewRow:
    row = decided(who.id, "crm", way=Way.GROUP, by=by, verdict=verdict, effect=Effect.PROPOSED)
    return replace(row, decided_at=at.house.clock.now())


async def test_a_draft_that_is_not_in_force_a_day_later_was_not_carried_out(harbor: AtHarbor, farid: Colleague) -> None:
    row, held = drafted(harbor, farid), HeldWay(farid.id, "crm", Held(Way.GROUP, "sales", ("view",)))
    harbor.house.clock.forward(DAY - HOUR)
    assert await late(harbor, row, held) == set()
    harbor.house.clock.forward(HOUR)
    assert await late(harbor, row, held) == {row.id}
    for left, is_late in (("view", True), ("view download edit share", False)):
        narrowed = replace(row, verdict=Verdict.NARROW, restores=left)
        assert bool(await late(harbor, narrowed, held)) is is_late


async def test_what_is_gone_today_and_was_there_a_day_later_came_late(harbor: AtHarbor, farid: Colleague) -> None:
    row = drafted(harbor, farid)
    harbor.house.clock.forward(2 * DAY)
    assert await late(harbor, row) == {row.id}
    assert await late(harbor, replace(row, by="nothing")) == {row.id}
    unknown = replace(row, decided_at=1)
    assert await late(harbor, unknown) == {row.id}


async def test_who_was_taken_out_of_the_group_within_a_day_has_it_no_more(
    harbor: AtHarbor, farid: Colleague, oscar: Colleague
) -> None:
    soon, later = drafted(harbor, farid), drafted(harbor, oscar, "engineering")
    await harbor.house.limen.identity.people.set_groups(farid.id, ("staff",), by="")
    harbor.house.clock.forward(2 * DAY)
    await harbor.house.limen.identity.people.set_groups(oscar.id, ("staff",), by="")
    assert await late(harbor, soon) == set()
    assert await late(harbor, later) == {later.id}
    again = HeldWay(farid.id, "crm", Held(Way.GROUP, "sales", ("view",)))
    assert await late(harbor, soon, again) == {soon.id}


async def test_what_would_lock_everybody_out_was_not_carried_out(harbor: AtHarbor, farid: Colleague) -> None:
    blocked = decided(farid.id, "crm", verdict=Verdict.OPEN, effect=Effect.BLOCKED)
    assert await late(harbor, blocked) == {blocked.id}
    assert await late(harbor, replace(blocked, verdict=Verdict.KEEP, effect=Effect.NONE)) == set()
