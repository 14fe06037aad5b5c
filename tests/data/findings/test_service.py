"""Findings in a real Limen: listed, decided about, excepted."""

from __future__ import annotations

from tests.data.findings.noted import findings_of, note
from tests.web.conftest import House, house

from limen.data.findings.model import EXCEPTED_FOR, State
from limen.data.findings.service import MOST_OF_A_PERSON, Wanted

__all__ = ["house"]
DIGEST = b"d" * 16


async def test_open_ones_are_listed_until_they_are_decided_about(house: House) -> None:
    findings = findings_of(house)
    first, second = note(house, "p1"), note(house, "p2", passed=True, app="payroll", channel="download")
    found, before = await findings.find(Wanted(), 10)
    assert ([one.id for one in found], before) == ([second, first], "")
    assert await findings.decide([first, first, "nonsense"], State.CONFIRMED, by="ada") == 1
    assert await findings.decide([], State.CONFIRMED, by="ada") == 0
    assert [one.id for one in (await findings.find(Wanted(), 10))[0]] == [second]
    assert [one.id for one in (await findings.find(Wanted(state="confirmed"), 10))[0]] == [first]
    assert await findings.assign([first], "p9", by="ada") == 1
    ((one,), _) = await findings.find(Wanted(state="", person="p1"), 10)
    assert (one.triage.state, one.triage.assigned_to, one.triage.decided_by) == (State.CONFIRMED, "p9", "ada")
    for wanted in (Wanted(app="payroll"), Wanted(channel="download"), Wanted(passed="yes"), Wanted(person="p2")):
        assert [each.id for each in (await findings.find(wanted, 10))[0]] == [second]
    page, before = await findings.find(Wanted(state=""), 1)
    assert [each.id for each in page] == [second]
    assert [each.id for each in (await findings.find(Wanted(state="", before=before), 1))[0]] == [first]


async def test_an_exception_is_ones_own_until_somebody_widens_or_ends_it(house: House) -> None:
    findings = findings_of(house)
    event = note(house, "p1")
    await findings.not_sensitive("p1", "wiki", {DIGEST: event})
    assert findings.is_excepted("p1", "wiki", DIGEST)
    assert not findings.is_excepted("p2", "wiki", DIGEST)
    assert not findings.is_excepted("p1", "payroll", DIGEST)
    (own,) = await findings.own_exceptions("p1")
    assert not await findings.end_exception(own.id, by="p2")
    await findings.decide([event], State.NOT_SENSITIVE, by="ada")
    assert findings.is_excepted("p2", "wiki", DIGEST)
    await findings.decide([event], State.CONFIRMED, by="ada")
    assert not findings.is_excepted("p1", "wiki", DIGEST)
    again = note(house, "p1")
    assert not await findings.not_sensitive("p1", "wiki", {DIGEST: again})  # somebody decided that it is
    assert not findings.is_excepted("p1", "wiki", DIGEST)
    assert await findings.not_sensitive("p1", "wiki", {b"o" * 16: again})
    (own,) = await findings.own_exceptions("p1")
    assert await findings.end_exception(own.id, by="p1")
    assert not findings.is_excepted("p1", "wiki", b"o" * 16)
    await findings.decide([again], State.NOT_SENSITIVE, by="ada")
    assert not findings.is_excepted("p2", "wiki", b"o" * 16)  # what ended is not widened
    kinds = ("data.excepted", "data.exception_widened", "data.exception_ended", "data.triaged")
    assert [len(house.events(kind)) for kind in kinds] == [2, 1, 2, 3]


async def test_what_is_decided_of_one_document_says_nothing_of_those_stopped_with_it(house: House) -> None:
    findings, other = findings_of(house), b"o" * 16
    first, second = note(house, "p1"), note(house, "p1")
    await findings.not_sensitive("p1", "wiki", {DIGEST: first, other: second})
    await findings.decide([second], State.NOT_SENSITIVE, by="ada")
    assert [findings.is_excepted("p2", "wiki", one) for one in (DIGEST, other)] == [False, True]
    await findings.decide([first], State.CONFIRMED, by="ada")
    assert [findings.is_excepted("p1", "wiki", one) for one in (DIGEST, other)] == [False, True]
    assert len(house.events("data.excepted")) == 2


async def test_saying_it_again_changes_nothing_and_there_is_an_end_to_exceptions(house: House) -> None:
    findings = findings_of(house)
    for event in ("e1", "e2"):
        await findings.not_sensitive("p1", "wiki", {DIGEST: event})
        house.clock.forward(1_000)
    (own,) = await findings.own_exceptions("p1")
    assert own.event == "e1"
    await findings.not_sensitive("p1", "wiki", {b"%016d" % number: "" for number in range(MOST_OF_A_PERSON + 9)})
    assert len(await findings.own_exceptions("p1")) == MOST_OF_A_PERSON
    assert not findings.is_excepted("p1", "wiki", DIGEST)


async def test_what_is_open_again_passes_for_nobody_else(house: House) -> None:
    findings = findings_of(house)
    event = note(house, "p1")
    await findings.not_sensitive("p1", "wiki", {DIGEST: event})
    await findings.decide([event], State.OPEN, by="ada")
    assert findings.is_excepted("p1", "wiki", DIGEST)
    await findings.decide([event], State.NOT_SENSITIVE, by="ada")
    await findings.decide([event], State.OPEN, by="ada")
    assert not findings.is_excepted("p2", "wiki", DIGEST)


async def test_an_exception_ends_by_itself(house: House) -> None:
    findings = findings_of(house)
    await findings.not_sensitive("p1", "wiki", {DIGEST: ""})
    house.clock.forward(EXCEPTED_FOR)
    assert not findings.is_excepted("p1", "wiki", DIGEST)
    assert await findings.own_exceptions("p1") == []
    await findings.forget()


async def test_why_is_kept_beside_the_event_and_in_no_event(house: House) -> None:
    findings = findings_of(house)
    event = note(house, "p1", passed=True, why="justified")
    await findings.justified(event, "p1", "The bank\nasked")
    await findings.justified("", "p1", "nothing")
    ((one,), _) = await findings.find(Wanted(state=""), 10)
    assert (one.why, one.said) == ("justified", "The bank asked")
    assert "bank" not in repr(house.limen.journal.recent(100))
