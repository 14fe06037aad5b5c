from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import msgspec
import pytest
from tests.identity.conftest import House
from tests.identity.sources.conftest import HR, AtWork, said

from limen.clock import DAY
from limen.identity.days import UNTIL_SAID, today
from limen.identity.errors import UnfitError, UnknownError
from limen.identity.model import PersonStatus, Visitor
from limen.identity.sources.model import Did, Held, Owned, Source, SourceKind, Waits
from limen.identity.store import people

EVE, NOA = said("Eve", groups=frozenset({"Sales Team"})), said("Noa", department="Finance")


async def test_a_run_adds_changes_and_ends_and_the_same_again_does_nothing(at_work: AtWork) -> None:
    run = await at_work.run(EVE, NOA)
    assert run.counts == {Did.ADDED: 2}
    there = await at_work.members()
    assert there["Eve"].person.groups == {"staff", "sales"}
    assert there["Noa"].person.groups == {"staff", "finance"}
    assert (await at_work.run(EVE, NOA)).counts == {Did.UNCHANGED: 2}
    moved = msgspec.structs.replace(EVE, name="Eva", groups=frozenset())
    assert (await at_work.run(moved)).counts == {Did.CHANGED: 1, Did.ENDED: 1}
    there = await at_work.members()
    assert (there["Eva"].person.groups, there["Noa"].status) == ({"staff"}, PersonStatus.INACTIVE)
    back = await at_work.run(moved, NOA)
    assert back.counts == {Did.UNCHANGED: 1, Did.RETURNED: 1}
    assert (await at_work.members())["Noa"].status is PersonStatus.INVITED


async def test_every_change_names_its_source_and_a_run_its_counts(at_work: AtWork) -> None:
    await at_work.run(EVE)
    await at_work.run()
    events = at_work.house.events()
    of_people = [event for event in events if event.kind.startswith("person.")]
    assert {event.details["source"] for event in of_people} == {"hr"}
    runs = [event.details for event in events if event.kind == "people_source.ran"]
    assert runs == [{"source": "hr", "added": 1}, {"source": "hr", "ended": 1}]


async def test_nobody_is_taken_over_unless_the_source_may_adopt_their_domain(at_work: AtWork, house: House) -> None:
    await house.invited("Eve", "eve@harbor.example", groups=["staff", "leads"])
    await house.invited("Max", "max@elsewhere.example")
    run = await at_work.run(EVE, said("Max", email="max@elsewhere.example"))
    assert run.counts == {Did.ADOPTED: 1, Did.WAITS: 1}
    records, there = at_work.records(), await at_work.members()
    assert records["x-eve"].person_id == there["Eve"].person.id
    assert there["Eve"].person.groups == {"staff", "leads", "sales"}
    assert (records["x-max"].person_id, records["x-max"].waits) == ("", Waits.ADDRESS_TAKEN)
    assert there["Max"].person.groups == frozenset()


async def test_whoever_has_a_role_is_never_adopted_and_no_source_gives_a_role(
    at_work: AtWork, house: House, visitor: Visitor
) -> None:
    ada = (await house.administrator(house.passkey(), visitor)).person
    boss = said("Eve", groups=frozenset({"Bosses"}))
    run = await at_work.run(said("Ada", email=ada.email), boss)
    assert run.counts == {Did.WAITS: 1, Did.ADDED: 1}
    there = await at_work.members()
    assert there["Eve"].person.groups == {"staff"}
    assert there["Ada Harbor"].person.groups == ada.groups
    at_work.declare(msgspec.structs.replace(HR, administrators=True))
    await at_work.run(said("Ada", email=ada.email), boss)
    assert (await at_work.members())["Eve"].person.groups == {"staff", "administrators"}


async def test_an_administrator_links_a_record_that_waits_or_sets_it_aside(at_work: AtWork, house: House) -> None:
    await house.invited("Max", "max@elsewhere.example")
    await house.invited("Tom", "tom@elsewhere.example")
    told = [said(one, email=f"{one.lower()}@elsewhere.example") for one in ("Max", "Tom")]
    await at_work.run(*told)
    assert await at_work.sources.link("hr", "x-max", by="p_ada") is Did.ADOPTED
    await at_work.sources.ignore("hr", "x-tom", by="p_ada")
    assert (await at_work.run(*told)).counts == {Did.UNCHANGED: 1, Did.NOTHING: 1}
    there = await at_work.members()
    assert (there["Max"].person.groups, there["Tom"].person.groups) == ({"staff"}, frozenset())
    (link,) = house.events("people_source.linked")
    assert (link.actor, link.subject, link.details) == ("p_ada", there["Max"].person.id, {"source": "hr"})
    with pytest.raises(UnknownError):
        await at_work.sources.link("hr", "x-max", by="p_ada")


async def test_an_address_that_somebody_else_has_is_never_given_and_the_rest_is_done(at_work: AtWork) -> None:
    await at_work.run(EVE, NOA)
    lie = msgspec.structs.replace(EVE, email=NOA.email, name="Eva")
    assert (await at_work.run(lie, NOA)).counts == {Did.WAITS: 1, Did.UNCHANGED: 1}
    there = await at_work.members()
    assert (there["Eva"].person.email, there["Noa"].person.email) == (EVE.email, NOA.email)
    assert at_work.records()["x-eve"].waits == Waits.ADDRESS_TAKEN


@pytest.mark.parametrize(
    ("told", "waits"),
    [
        (said("Eve", email="nothing"), Waits.UNFIT),
        (said("Eve", name="E\u202eve"), Waits.UNFIT),
        (said("Eve", email="eve@elsewhere.example"), Waits.OTHER_DOMAIN),
    ],
)
async def test_what_cannot_be_waits_and_still_ends(at_work: AtWork, told: object, waits: Waits) -> None:
    at_work.declare(msgspec.structs.replace(HR, domains=("harbor.example",)))
    wrong = msgspec.structs.replace(told, external_id="x-eve")  # type: ignore[type-var]
    assert (await at_work.run(wrong)).counts == {Did.WAITS: 1}
    assert await at_work.members() == {}
    assert at_work.records()["x-eve"].waits == waits
    await at_work.run(EVE)
    await at_work.run(wrong)
    assert at_work.records()["x-eve"].waits == waits
    assert (await at_work.run(msgspec.structs.replace(wrong, is_active=False))).counts == {Did.ENDED: 1}


async def test_a_source_that_loses_too_many_stops_and_asks(at_work: AtWork, house: House) -> None:
    everybody = [said(f"P{number}") for number in range(20)]
    await at_work.run(*everybody)
    run = await at_work.run(*everybody[:10])
    assert run.counts == {Did.UNCHANGED: 10, Did.HELD: 10}
    assert all(one.status is PersonStatus.INVITED for one in (await at_work.members()).values())
    assert len(house.events("people_source.stopped")) == 1
    (now,) = await at_work.sources.overview()
    assert (now.is_stopped, now.counts["held"]) == (True, 10)
    again = await at_work.run(*everybody[:9])
    assert again.counts[Did.HELD] == 11
    assert await at_work.sources.go_on("hr", by="p_ada") == 11
    gone = [one for one in (await at_work.members()).values() if one.status is PersonStatus.INACTIVE]
    assert len(gone) == 11
    (answered,) = house.events("people_source.answered")
    assert answered.details == {"source": "hr", "answer": "go-on", "people": 11}


async def test_whoever_is_kept_keeps_access_until_the_source_says_otherwise_of_them(at_work: AtWork) -> None:
    everybody = [said(f"P{number}") for number in range(10)]
    await at_work.run(*everybody)
    await at_work.run(*everybody[:1])
    assert await at_work.sources.keep("hr", by="p_ada") == 9
    run = await at_work.run(*everybody[:1])
    assert run.counts == {Did.UNCHANGED: 1, Did.HELD: 9}
    (now,) = await at_work.sources.overview()
    assert now.is_stopped is False
    await at_work.run(*everybody)
    assert {one.held for one in at_work.records().values()} == {""}
    run = await at_work.run(*everybody[1:])
    assert run.counts == {Did.UNCHANGED: 9, Did.ENDED: 1}


async def test_losing_groups_counts_as_losing_access_and_a_day_as_one(at_work: AtWork, house: House) -> None:
    everybody = [said(f"P{number}", groups=frozenset({"Sales Team"})) for number in range(20)]
    await at_work.run(*everybody)
    bare = [msgspec.structs.replace(one, groups=frozenset()) for one in everybody]
    assert (await at_work.run(*bare[:5], *everybody[5:])).counts == {Did.CHANGED: 5, Did.UNCHANGED: 15}
    assert (await at_work.run(*bare[:6], *everybody[6:])).counts == {Did.HELD: 1, Did.UNCHANGED: 19}
    await at_work.sources.keep("hr", by="p_ada")
    await at_work.run(*bare[:5], *everybody[5:])
    house.clock.forward(DAY)
    assert (await at_work.run(*bare[:10], *everybody[10:])).counts == {Did.CHANGED: 5, Did.UNCHANGED: 15}


async def test_who_was_deactivated_by_hand_is_not_let_in_again_by_a_source(at_work: AtWork, house: House) -> None:
    await at_work.run(EVE)
    eve = (await at_work.members())["Eve"].person
    await house.parts.people.deactivate(eve.id, by="p_ada")
    assert (await at_work.run(EVE)).counts == {Did.WAITS: 1}
    assert at_work.records()["x-eve"].waits == Waits.DEACTIVATED_HERE
    await house.parts.people.reactivate(eve.id, by="p_ada")
    assert (await at_work.run(EVE)).counts == {Did.UNCHANGED: 1}
    assert at_work.records()["x-eve"].waits == ""


async def test_the_last_administrator_keeps_access_and_the_record_waits(
    at_work: AtWork, house: House, visitor: Visitor
) -> None:
    await at_work.run(EVE)
    eve = (await at_work.members())["Eve"].person
    link = await house.parts.people.invite_again(eve.id, by="")
    await house.enrol(link, house.passkey(), visitor)
    await house.parts.people.set_groups(eve.id, {"administrators", *eve.groups}, by="")
    assert (await at_work.run()).counts == {Did.WAITS: 1}
    assert (await at_work.members())["Eve"].status is PersonStatus.ACTIVE
    assert at_work.records()["x-eve"].waits == Waits.LAST_ADMINISTRATOR


async def test_the_first_source_of_the_file_decides_and_leaving_both_ends_access(at_work: AtWork) -> None:
    lists = Source(id="lists", kind=SourceKind.SCIM, title="Lists", adopts=("harbor.example",))
    at_work.declare(HR, lists)
    await at_work.run(EVE)
    other = msgspec.structs.replace(EVE, external_id="7", name="Eva", is_active=False, groups=frozenset())
    assert (await at_work.run(other, source="lists")).counts == {Did.ADOPTED: 1}
    there = await at_work.members()
    assert (there["Eve"].status, there["Eve"].person.groups) == (PersonStatus.INVITED, {"staff", "sales"})
    await at_work.run()
    assert (await at_work.members())["Eve"].status is PersonStatus.INACTIVE


async def test_what_a_source_does_not_own_stays_as_it_is(at_work: AtWork) -> None:
    at_work.declare(msgspec.structs.replace(HR, owns=frozenset({Owned.LAST_DAY, Owned.LANGUAGE})))
    await at_work.run(EVE)
    told = msgspec.structs.replace(
        EVE,
        name="Eva",
        is_active=False,
        groups=frozenset({"Sales Team"}),
        language="de-AT",
        last_day=date(2026, 12, 18),
    )
    assert (await at_work.run(told)).counts == {Did.CHANGED: 1}
    eve = (await at_work.members())["Eve"]
    assert (eve.status, eve.person.groups) == (PersonStatus.INVITED, frozenset())
    assert (eve.language, eve.last_day) == ("de", date(2026, 12, 18))


async def test_a_first_day_holds_back_who_is_new_and_takes_access_from_nobody(at_work: AtWork, house: House) -> None:
    at_work.declare(msgspec.structs.replace(HR, owns=HR.owns | {Owned.FIRST_DAY}))
    days = [date(2027, 1, 11), date(2027, 1, 18)]
    for day in days:
        await at_work.run(msgspec.structs.replace(EVE, first_day=day))
        assert (await at_work.members())["Eve"].first_day == day
    eve = (await at_work.members())["Eve"].person.id
    await house.ports.write(lambda tx: people.set_status(tx.connection, eve, PersonStatus.ACTIVE))
    for day, kept in ((date(2027, 2, 1), days[1]), (days[0], days[0]), (None, None), (days[0], None)):
        await at_work.run(msgspec.structs.replace(EVE, first_day=day))
        assert (await at_work.members())["Eve"].first_day == kept


UNREAD = "people_source.first_day_unread"


async def test_who_is_new_waits_while_their_first_day_cant_be_read(at_work: AtWork, house: House) -> None:
    at_work.declare(msgspec.structs.replace(HR, owns=HR.owns | {Owned.FIRST_DAY}))
    unread = msgspec.structs.replace(EVE, is_first_day_unread=True)
    foreseen = await at_work.sources.foresee("hr", [unread])
    assert [(one.did, one.waits) for one in foreseen.people] == [(Did.WAITS, Waits.FIRST_DAY_UNREAD)]
    for _ in range(2):
        assert (await at_work.run(unread)).counts == {Did.WAITS: 1}
    assert "Eve" not in await at_work.members()
    assert at_work.records()["x-eve"].waits == Waits.FIRST_DAY_UNREAD
    assert [event.details["source"] for event in house.events(UNREAD)] == ["hr"]  # told once
    day = date(2027, 1, 11)
    assert (await at_work.run(msgspec.structs.replace(EVE, first_day=day))).counts == {Did.ADDED: 1}
    assert (await at_work.members())["Eve"].first_day == day
    assert at_work.records()["x-eve"].waits == ""


async def test_who_is_invited_stays_out_until_their_first_day_can_be_read(at_work: AtWork, house: House) -> None:
    at_work.declare(msgspec.structs.replace(HR, owns=HR.owns | {Owned.FIRST_DAY}))
    await at_work.run(EVE)
    unread = msgspec.structs.replace(EVE, is_first_day_unread=True)
    assert (await at_work.run(unread)).counts == {Did.WAITS: 1}
    eve = (await at_work.members())["Eve"]
    assert eve.first_day == UNTIL_SAID
    assert [event.subject for event in house.events(UNREAD)] == [eve.person.id]
    # An administrator may enter the day meanwhile, and the same word of the source does not take it back.
    day = date(2027, 1, 11)
    await house.ports.write(lambda tx: people.set_first_day(tx.connection, eve.person.id, day))
    assert (await at_work.run(unread)).counts == {Did.WAITS: 1}
    assert (await at_work.members())["Eve"].first_day == day
    await at_work.run(EVE)
    assert (await at_work.members())["Eve"].first_day == day  # nor does a source that says none


async def test_who_works_already_keeps_access_and_it_is_told(at_work: AtWork, house: House) -> None:
    at_work.declare(msgspec.structs.replace(HR, owns=HR.owns | {Owned.FIRST_DAY}))
    day = date(2025, 1, 13)
    await at_work.run(msgspec.structs.replace(EVE, first_day=day))
    eve = (await at_work.members())["Eve"].person.id
    await house.ports.write(lambda tx: people.set_status(tx.connection, eve, PersonStatus.ACTIVE))
    unread = msgspec.structs.replace(EVE, is_first_day_unread=True, groups=frozenset())
    for _ in range(2):
        assert (await at_work.run(unread)).counts == {Did.WAITS: 1}
    member = (await at_work.members())["Eve"]
    assert (member.status, member.first_day) == (PersonStatus.ACTIVE, day)
    assert member.person.groups == {"staff"}  # what can be read is done
    assert at_work.records()["x-eve"].waits == Waits.FIRST_DAY_UNREAD
    assert [event.subject for event in house.events(UNREAD)] == [eve]
    # Deactivated at the source and back with such a day, they are somebody who is not let in yet.
    await at_work.run(msgspec.structs.replace(unread, is_active=False))
    assert (await at_work.run(unread)).counts == {Did.WAITS: 1}
    assert (await at_work.members())["Eve"].status is PersonStatus.INACTIVE
    later = date(2027, 1, 11)
    assert (await at_work.run(msgspec.structs.replace(EVE, first_day=later))).counts == {Did.RETURNED: 1}
    assert (await at_work.members())["Eve"].first_day == later


async def test_a_day_that_the_source_does_not_decide_about_may_be_unread(at_work: AtWork, house: House) -> None:
    assert (await at_work.run(msgspec.structs.replace(EVE, is_first_day_unread=True))).counts == {Did.ADDED: 1}
    assert not house.events(UNREAD)


async def test_new_people_are_invited_by_mail_where_the_source_says_so(at_work: AtWork, house: House) -> None:
    at_work.declare(msgspec.structs.replace(HR, invites=True))
    await at_work.run(EVE)
    (issued,) = house.events("link.issued")
    assert issued.details["purpose"] == "invitation"


async def test_what_was_said_and_not_applied_is_applied_later(at_work: AtWork, house: House) -> None:
    from limen.identity.sources import store

    await at_work.run(EVE)
    moved = msgspec.structs.replace(EVE, groups=frozenset())
    house.database.write(lambda transaction: store.mark_due(transaction.connection, "hr", [moved], 7))
    await at_work.sources.settle_every_due()
    assert (await at_work.members())["Eve"].person.groups == {"staff"}
    (today,) = [run for run in (await at_work.sources.overview())[0].runs if run.id == "hr:2026-11-24"]
    assert today.counts == {Did.CHANGED: 1}


async def test_a_run_that_cannot_be_is_refused_before_anything_is_done(at_work: AtWork) -> None:
    with pytest.raises(UnfitError):
        await at_work.run(EVE, EVE)
    with pytest.raises(UnfitError):
        await at_work.run(msgspec.structs.replace(EVE, title="x" * 251))
    with pytest.raises(UnknownError):
        await at_work.run(EVE, source="nothing")
    assert (await at_work.members(), at_work.records()) == ({}, {})


async def test_a_run_that_failed_is_kept_with_why(at_work: AtWork, house: House) -> None:
    await at_work.sources.failed("hr", "no answer")
    (now,) = await at_work.sources.overview()
    assert [run.failed for run in now.runs] == ["no answer"]
    (event,) = house.events("people_source.failed")
    assert event.details["source"] == "hr"


async def test_an_open_record_is_shown_with_whom_it_is_about(at_work: AtWork, house: House) -> None:
    await house.invited("Max", "max@elsewhere.example")
    await at_work.run(said("Max", email="max@elsewhere.example"))
    (one,) = await at_work.sources.open_records("hr")
    assert one.person is not None
    assert (one.record.waits, one.person.name) == (Waits.ADDRESS_TAKEN, "Max")
    assert replace(one.record, held=Held.ASKED).held == "asked"


async def test_some_are_said_again_without_being_looked_at_and_others_are_not_gone(at_work: AtWork) -> None:
    await at_work.run(EVE, NOA)
    assert await at_work.sources.say("hr", [EVE]) == {}
    assert await at_work.sources.say("hr", [msgspec.structs.replace(EVE, is_active=False), NOA]) == {Did.ENDED: 1}
    there = await at_work.members()
    assert (there["Eve"].status, there["Noa"].status) == (PersonStatus.INACTIVE, PersonStatus.INVITED)
    assert await at_work.sources.say("hr", []) == {}


async def test_who_is_doubtful_keeps_access_until_somebody_answers(at_work: AtWork) -> None:
    await at_work.run(EVE, NOA)
    doubtful = await at_work.sources.run("hr", [msgspec.structs.replace(EVE, name="Eva")], doubts_gone=True)
    assert doubtful.counts == {Did.CHANGED: 1, Did.HELD: 1}
    assert (await at_work.members())["Noa"].status is PersonStatus.INVITED
    assert at_work.records()["x-noa"].held == Held.ASKED


async def _active(at_work: AtWork, house: House, groups: dict[str, set[str]]) -> None:
    found = await at_work.members()
    for name, its in groups.items():
        who = found[name].person.id
        await house.ports.write(lambda tx, who=who: people.set_status(tx.connection, who, PersonStatus.ACTIVE))  # type: ignore[misc]
        await house.parts.people.set_groups(who, {"staff", *its}, by="")


@pytest.mark.parametrize("is_gone", [True, False])
async def test_only_the_last_administrator_is_spared_and_until_there_is_another(
    at_work: AtWork, house: House, is_gone: bool
) -> None:
    leavers = [said(name) for name in ("Ada", "Hal", "Aud")]
    await at_work.run(*leavers, said("Mia"))
    await _active(at_work, house, {"Ada": {"administrators"}, "Hal": {"helpdesk"}, "Aud": {"auditors"}, "Mia": set()})
    left = [] if is_gone else [msgspec.structs.replace(one, is_active=False) for one in leavers]
    for _ in range(2):
        foreseen = await at_work.sources.foresee("hr", [*left, said("Mia")])
        assert (await at_work.run(*left, said("Mia"))).counts == foreseen.counts
        there = await at_work.members()
        assert [there[one].status for one in ("Ada", "Hal", "Aud")] == [
            PersonStatus.ACTIVE,
            PersonStatus.INACTIVE,
            PersonStatus.INACTIVE,
        ]
    assert [one.record.waits for one in await at_work.sources.open_records("hr")] == [Waits.LAST_ADMINISTRATOR]
    assert [one.subject for one in house.events("people_source.spared")] == [there["Ada"].person.id]
    assert (await at_work.sources.overview())[0].counts["waits"] == 1
    await at_work.sources.settle_every_due()
    assert (await at_work.members())["Ada"].status is PersonStatus.ACTIVE
    await _active(at_work, house, {"Mia": {"administrators"}})
    if is_gone:
        await at_work.run(said("Mia"))
    else:
        await at_work.sources.settle_every_due()
    assert (await at_work.members())["Ada"].status is PersonStatus.INACTIVE


async def test_a_last_day_that_a_source_does_not_own_outlasts_its_word(at_work: AtWork, house: House) -> None:
    await at_work.run(EVE)
    await _active(at_work, house, {"Eve": {"sales"}})
    eve = (await at_work.members())["Eve"].person.id
    for is_over in (False, True):
        day = today(house.ports.settings, house.ports.now()) + timedelta(days=3)
        await house.parts.people.set_last_day(eve, day.isoformat(), by="p_ada")
        await at_work.run(msgspec.structs.replace(EVE, is_active=False))
        house.clock.forward(7 * DAY if is_over else DAY)
        await at_work.run(EVE)
        member = (await at_work.members())["Eve"]
        assert member.last_day == day
        assert (member.status is PersonStatus.SUSPENDED) is is_over


async def test_a_last_day_that_cant_be_read_takes_none_back_and_lets_nobody_in(at_work: AtWork, house: House) -> None:
    at_work.declare(msgspec.structs.replace(HR, owns=HR.owns | {Owned.LAST_DAY}))
    day = date(2026, 12, 18)
    unread = msgspec.structs.replace(EVE, is_last_day_unread=True)
    assert (await at_work.run(unread)).counts == {Did.WAITS: 1}
    assert "Eve" not in await at_work.members()
    await at_work.run(msgspec.structs.replace(EVE, last_day=day))
    for _ in range(2):
        assert (await at_work.run(unread)).counts == {Did.WAITS: 1}
        assert (await at_work.members())["Eve"].last_day == day
    assert at_work.records()["x-eve"].waits == Waits.LAST_DAY_UNREAD
    assert len(house.events("people_source.last_day_unread")) == 2
    await at_work.run(msgspec.structs.replace(EVE, is_active=False))
    await at_work.run(unread)
    assert (await at_work.members())["Eve"].status is PersonStatus.INACTIVE
