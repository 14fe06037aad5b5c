"""A source of people that would take from too many stops and asks. Whatever ways there are around that end here."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from tests.identity.conftest import House
from tests.identity.sources.conftest import HR, AtWork, at_work, said

from limen.clock import DAY, MINUTE
from limen.facts import Person
from limen.identity.days import today
from limen.identity.errors import UnfitError
from limen.identity.membership import Membership
from limen.identity.model import PersonStatus, Visitor
from limen.identity.sources.model import Did, Owned, Source, SourceKind, Waits
from limen.identity.sources.people_sources import digest_of
from limen.identity.store import people

__all__ = ["at_work"]
EVERYBODY = [said(f"P{number}") for number in range(10)]
LISTS = Source(id="lists", kind=SourceKind.SCIM, title="Lists", adopts=("harbor.example",))


async def with_access(at_work: AtWork) -> int:
    """How many are neither deactivated nor suspended."""
    there = {PersonStatus.INVITED, PersonStatus.ACTIVE}
    return sum(one.status in there for one in (await at_work.members()).values())


def activated(house: House, person: Person) -> None:
    house.database.write(lambda t: people.set_status(t.connection, person.id, PersonStatus.ACTIVE))


async def test_a_last_day_that_is_over_takes_access_as_well(at_work: AtWork, house: House) -> None:
    at_work.declare(msgspec.structs.replace(HR, owns=HR.owns | {Owned.LAST_DAY}))
    yesterday = today(house.ports.settings, house.clock.now()) - timedelta(days=1)
    await at_work.run(*EVERYBODY)
    over = [msgspec.structs.replace(one, last_day=yesterday) for one in EVERYBODY]
    run = await at_work.run(*over)
    assert run.counts == {Did.HELD: 10}
    await house.parts.leaving.end()
    assert await with_access(at_work) == 10
    assert await at_work.sources.go_on("hr", by="p_ada") == 10
    await house.parts.leaving.end()
    assert await with_access(at_work) == 0


async def test_a_last_day_that_comes_later_takes_nothing(at_work: AtWork, house: House) -> None:
    at_work.declare(msgspec.structs.replace(HR, owns=HR.owns | {Owned.LAST_DAY}))
    soon = today(house.ports.settings, house.clock.now()) + timedelta(days=9)
    await at_work.run(*(msgspec.structs.replace(one, last_day=soon) for one in EVERYBODY))
    later = [msgspec.structs.replace(one, last_day=soon + timedelta(days=9)) for one in EVERYBODY]
    assert (await at_work.run(*later)).counts == {Did.CHANGED: 10}
    assert (await at_work.run(*EVERYBODY)).counts == {Did.CHANGED: 10}


async def test_people_who_were_just_invented_are_none_of_whom_a_share_may_go(at_work: AtWork, house: House) -> None:
    await at_work.run(*EVERYBODY)
    house.clock.forward(DAY + MINUTE)
    invented = [said(f"Q{number}") for number in range(90)]
    await at_work.run(*EVERYBODY, *invented)
    assert (await at_work.run(*invented)).counts[Did.HELD] == 10
    assert await with_access(at_work) == 100


async def test_another_sources_word_does_not_take_what_this_one_was_stopped_from(at_work: AtWork) -> None:
    at_work.declare(HR, LISTS)
    groups = frozenset({"Sales Team"})
    sellers = [msgspec.structs.replace(one, groups=groups) for one in EVERYBODY]
    await at_work.run(*sellers)
    listed = [said(one.name, external_id=f"l-{one.name.lower()}") for one in EVERYBODY]
    assert (await at_work.run(*listed, source="lists")).counts == {Did.ADOPTED: 10}
    off = [msgspec.structs.replace(one, is_active=False) for one in sellers[:4]]
    bare = [msgspec.structs.replace(one, groups=frozenset()) for one in sellers[4:]]
    assert (await at_work.run(*off, *bare)).counts == {Did.HELD: 10}
    again = [msgspec.structs.replace(one, title="Seller") for one in listed]
    assert set((await at_work.run(*again, source="lists")).counts) <= {Did.UNCHANGED, Did.CHANGED}
    there = await at_work.members()
    assert {one.status for one in there.values()} == {PersonStatus.INVITED}
    assert all("sales" in one.person.groups for one in there.values())
    await at_work.sources.keep("hr", by="p_ada")
    await at_work.run(*listed, source="lists")
    assert await with_access(at_work) == 10
    await at_work.run(*listed[1:], source="lists")
    assert await with_access(at_work) == 10


async def test_who_was_kept_in_a_group_is_not_kept_when_they_leave(at_work: AtWork, house: House) -> None:
    groups = frozenset({"Sales Team"})
    sellers = [msgspec.structs.replace(one, groups=groups) for one in EVERYBODY]
    await at_work.run(*sellers)
    assert (await at_work.run(*EVERYBODY)).counts == {Did.HELD: 10}
    await at_work.sources.keep("hr", by="p_ada")
    assert (await at_work.run(*EVERYBODY)).counts == {Did.HELD: 10}
    off = msgspec.structs.replace(EVERYBODY[0], is_active=False)
    assert (await at_work.run(off, *EVERYBODY[1:])).counts == {Did.ENDED: 1, Did.HELD: 9}
    seen = await at_work.sources.foresee("hr", [off, *EVERYBODY[2:]])
    assert [one.did for one in seen.people if one.step.ends] == [Did.ENDED]
    assert await at_work.sources.say("hr", [msgspec.structs.replace(EVERYBODY[2], is_active=False)]) == {Did.ENDED: 1}
    kept = [one.person.name for one in (await at_work.members()).values() if "sales" in one.person.groups]
    assert len(kept) == 10  # those who left keep the names of their groups, and no access by them
    assert await with_access(at_work) == 8


async def test_what_an_administrator_answered_is_done_whatever_is_said_meanwhile(at_work: AtWork) -> None:
    await at_work.run(*EVERYBODY)
    await at_work.run(*EVERYBODY[9:])

    async def settled(_source: str) -> dict[str, int]:
        return {}

    settle, at_work.sources.settle_due = at_work.sources.settle_due, settled  # type: ignore[method-assign]
    assert await at_work.sources.go_on("hr", by="p_ada") == 9
    off = msgspec.structs.replace(EVERYBODY[9], is_active=False)
    assert await at_work.sources.say("hr", [off]) == {Did.HELD: 1}
    assert await settle("hr") == {Did.ENDED: 9}


@pytest.mark.parametrize("word", ["off-and-on", "gone-and-back"])
async def test_whoever_was_suspended_here_is_not_let_in_by_being_off_and_on(
    at_work: AtWork, house: House, word: str
) -> None:
    await at_work.run(EVERYBODY[0], EVERYBODY[1])
    who = (await at_work.members())["P0"].person
    activated(house, who)
    house.database.write(lambda t: Membership(t, house.clock.now(), "p_ada").suspend(who.id, "test"))
    off = [msgspec.structs.replace(EVERYBODY[0], is_active=False)] if word == "off-and-on" else []
    assert (await at_work.run(*off, EVERYBODY[1])).counts == {Did.ENDED: 1, Did.UNCHANGED: 1}
    assert (await at_work.run(EVERYBODY[0], EVERYBODY[1])).counts == {Did.WAITS: 1, Did.UNCHANGED: 1}
    assert (await at_work.members())["P0"].status is PersonStatus.INACTIVE
    assert at_work.records()["x-p0"].waits == Waits.DEACTIVATED_HERE


@pytest.mark.parametrize("is_let_in_between", [True, False])
async def test_whoever_was_deactivated_here_later_does_not_come_back_by_a_source(
    at_work: AtWork, house: House, is_let_in_between: bool
) -> None:
    await at_work.run(EVERYBODY[0], EVERYBODY[1])
    who = (await at_work.members())["P0"].person
    await at_work.run(EVERYBODY[1])
    if is_let_in_between:
        await house.parts.people.reactivate(who.id, by="p_ada")
    await house.parts.people.deactivate(who.id, by="p_ada")
    assert (await at_work.run(EVERYBODY[0], EVERYBODY[1])).counts == {Did.WAITS: 1, Did.UNCHANGED: 1}
    assert (await at_work.members())["P0"].status is PersonStatus.INACTIVE


async def test_whoever_comes_back_leaves_on_the_day_that_the_source_says(at_work: AtWork, house: House) -> None:
    at_work.declare(msgspec.structs.replace(HR, owns=HR.owns | {Owned.LAST_DAY}))
    soon = today(house.ports.settings, house.clock.now()) + timedelta(days=9)
    paul = msgspec.structs.replace(EVERYBODY[0], last_day=soon)
    for told in (paul, msgspec.structs.replace(paul, is_active=False), paul):
        await at_work.sources.say("hr", [told])
    member = (await at_work.members())["P0"]
    assert (member.status, member.last_day) == (PersonStatus.INVITED, soon)


async def test_what_an_administrator_answers_is_what_they_were_shown(at_work: AtWork) -> None:
    await at_work.run(*EVERYBODY)
    await at_work.run(*EVERYBODY[6:])
    seen = digest_of(one for one in at_work.records().values() if one.held)
    await at_work.run(*EVERYBODY[9:])
    for answer in (at_work.sources.go_on, at_work.sources.keep):
        with pytest.raises(UnfitError):
            await answer("hr", by="p_ada", seen=seen)
    assert await with_access(at_work) == 10
    held = digest_of(one for one in at_work.records().values() if one.held)
    assert await at_work.sources.go_on("hr", by="p_ada", seen=held) == 9


async def test_an_address_that_changes_under_an_administrators_hand_links_nobody_else(
    at_work: AtWork, house: House
) -> None:
    at_work.declare(msgspec.structs.replace(HR, adopts=()))
    for name in ("Max", "Mia"):
        await house.invited(name, f"{name.lower()}@harbor.example")
    there = await at_work.members()
    await at_work.run(said("Max"))
    await at_work.run(said("Max", email="mia@harbor.example"))
    shown = {"by": "p_ada", "person_id": there["Max"].person.id}
    with pytest.raises(UnfitError):
        await at_work.sources.link("hr", "x-max", **shown)
    assert at_work.records()["x-max"].person_id == ""
    await at_work.run(said("Max"))
    assert await at_work.sources.link("hr", "x-max", **shown) is Did.ADOPTED


@pytest.mark.parametrize("which", [Owned.FIRST_DAY, Owned.LAST_DAY])
async def test_a_source_that_says_no_day_takes_back_none_that_was_entered_here(
    at_work: AtWork, house: House, which: Owned
) -> None:
    at_work.declare(msgspec.structs.replace(HR, owns=HR.owns | {Owned.FIRST_DAY, Owned.LAST_DAY}))
    day = today(house.ports.settings, house.clock.now()) + timedelta(days=9)
    (paul, *_) = EVERYBODY
    await at_work.run(paul)
    who = (await at_work.members())["P0"].person.id
    enter = house.parts.people.set_first_day if which is Owned.FIRST_DAY else house.parts.people.set_last_day
    await enter(who, day.isoformat(), by="p_ada")
    assert (await at_work.run(paul)).counts == {Did.UNCHANGED: 1}
    assert (await at_work.run(msgspec.structs.replace(paul, title="Seller"))).counts == {Did.UNCHANGED: 1}
    member = (await at_work.members())["P0"]
    assert (member.first_day or member.last_day) == day
    said_day = msgspec.structs.replace(paul, **{which: day + timedelta(days=1)})
    assert (await at_work.run(said_day)).counts == {Did.CHANGED: 1}
    assert (await at_work.run(paul)).counts == {Did.CHANGED: 1}  # it takes back what it said itself
    member = (await at_work.members())["P0"]
    assert (member.first_day, member.last_day) == (None, None)


async def test_whose_last_day_is_over_leaves_once_whoever_looks(
    house: House, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.administrator(house.passkey(), visitor)
    await house.enrol(await house.invited(), house.passkey(), visitor)
    (ben,) = [one.person.id for one in await house.parts.people.all() if one.person.name == "Ben"]
    await house.parts.people.set_last_day(ben, "2026-11-24", by="p_ada")
    house.clock.forward(DAY)
    over = house.database.read(lambda s: people.left_before(s.connection, date(2026, 11, 25)))
    assert await house.parts.leaving.end() == 1
    asked = people.left_before
    monkeypatch.setattr(people, "left_before", lambda c, on, who="": asked(c, on, who) if who else over)
    assert await house.parts.leaving.end() == 0  # it looked before the other worker was done
    assert len(house.events("departure.began")) == 1
    await house.parts.people.reactivate(ben, by="p_ada")
    assert await house.parts.leaving.end() == 0
    assert (await house.parts.people.all())[1].status is PersonStatus.ACTIVE
