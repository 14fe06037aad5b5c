"""Attacks on Limen, tried in earnest: what is journaled of them is what Limen's rules look for, and nothing else is.

Each test does what an attacker does to a whole identity or decision point, reads what was said of it as the process
that watches reads the journal, and names the rules that find something, by their files.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable

import msgspec
import pytest
from tests.enforcement.house import House as Doors, apps
from tests.identity.conftest import PASSWORD, House

from limen.clock import DAY, MINUTE, SECOND
from limen.errors import LimenError
from limen.events import DecisionRecord, Event, to_ocsf
from limen.facts import ActionRule, App, Person, Upstream
from limen.identity.membership import SETUP
from limen.identity.model import ADMINISTRATORS, Visitor
from limen.monitor.detections.own_rules import own_rules
from limen.monitor.detections.sigma import SigmaDetector
from limen.monitor.normal_form.frame import LIMEN, Frame
from limen.monitor.normal_form.reading import read
from limen.policy import Effect, Request
from limen.storage.journal.folding import Fold

NOTHING: set[str] = set()
FILES = {one.id: one.about.file for one in (*own_rules().rules, *own_rules().correlations)}


def found(events: Iterable[Event]) -> set[str]:
    """Which rules find something in these events, as the journal writes them."""
    detector = SigmaDetector(own_rules())
    names = set()
    for event in events:
        kept = event if event.id else msgspec.structs.replace(event, id=secrets.token_hex(12))
        data = msgspec.json.encode(to_ocsf(kept))
        frame = Frame(source=LIMEN, kind=LIMEN, received_at=event.at, data=data)
        names |= {FILES[hit.rule] for one in read(frame) for hit in detector.feed(one)}
    return names


def in_order(house: House) -> list[Event]:
    return sorted(house.events(), key=lambda event: event.at)


async def with_password(house: House, visitor: Visitor, name: str) -> str:
    """Somebody who signs in with a password and a code; the seed of the code."""
    _, seed = await house.enrol_with_password(
        await house.invited(name.title(), f"{name}@harbor.example"), visitor, PASSWORD
    )
    return seed


async def guess(house: House, visitor: Visitor, who: str, password: str = "wrong", code: str = "") -> None:
    with pytest.raises(LimenError):
        await house.parts.sign_in.with_password(visitor, f"{who}@harbor.example", password, code)


async def test_a_usual_morning_is_nothing(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    passkey = house.passkey()
    await house.enrol(await house.invited(), passkey, visitor)
    seed = await with_password(house, visitor, "tom")
    await guess(house, visitor, "tom")
    house.clock.forward(MINUTE)
    await house.parts.sign_in.with_password(visitor, "tom@harbor.example", PASSWORD, house.code(seed))
    await house.sign_in(passkey, visitor)
    assert found(in_order(house)) == NOTHING


async def test_a_password_that_was_guessed(house: House, visitor: Visitor, stranger: Visitor) -> None:
    seed = await with_password(house, visitor, "tom")
    for _ in range(5):
        await guess(house, stranger, "tom")
        house.clock.forward(20 * SECOND)
    house.clock.forward(5 * MINUTE)
    await house.parts.sign_in.with_password(stranger, "tom@harbor.example", PASSWORD, house.code(seed))
    assert found(in_order(house)) == {"limen/failures-then-success.yml", "limen/guessed-from-one-address.yml"}


async def test_a_password_that_is_guessed_for_long(house: House, visitor: Visitor, stranger: Visitor) -> None:
    await with_password(house, visitor, "tom")
    for _ in range(120):
        await guess(house, stranger, "tom")
        house.clock.forward(5 * SECOND)
    assert found(in_order(house)) == {"limen/brute-force.yml", "limen/sign-ins-slowed.yml"}


async def test_one_password_tried_on_everybody(house: House, visitor: Visitor, stranger: Visitor) -> None:
    people = [f"user{number}" for number in range(6)]
    for name in people:
        await with_password(house, visitor, name)
    for name in people:
        await guess(house, stranger, name, "Spring2026!")
        house.clock.forward(MINUTE)
    assert found(in_order(house)) == {"limen/password-spray.yml"}


async def test_a_password_that_was_right_for_one_of_many(house: House, visitor: Visitor, stranger: Visitor) -> None:
    people = {name: await with_password(house, visitor, name) for name in ("ann", "bob", "cat", "dan", "eve")}
    for name in list(people)[:4]:
        await guess(house, stranger, name, "Spring2026!")
        house.clock.forward(MINUTE)
    await house.parts.sign_in.with_password(stranger, "eve@harbor.example", PASSWORD, house.code(people["eve"]))
    assert found(in_order(house)) == {"limen/spray-then-success.yml"}


async def test_an_account_that_nobody_used_for_long(house: House, visitor: Visitor) -> None:
    seed = await with_password(house, visitor, "tom")
    house.clock.forward(29 * DAY)
    await house.parts.sign_in.with_password(visitor, "tom@harbor.example", PASSWORD, house.code(seed))
    house.clock.forward(61 * DAY)
    await house.parts.sign_in.with_password(visitor, "tom@harbor.example", PASSWORD, house.code(seed))
    said = [event.details.get("idle_days") for event in in_order(house) if event.kind == "sign_in.succeeded"]
    assert said == [None, None, 61]
    assert found(in_order(house)) == {"limen/dormant-account-used.yml"}


async def test_codes_guessed_behind_a_stolen_password(house: House, visitor: Visitor, stranger: Visitor) -> None:
    await with_password(house, visitor, "tom")
    for number in range(5):
        await guess(house, stranger, "tom", PASSWORD, f"00000{number}")
        house.clock.forward(20 * SECOND)
    assert found(in_order(house)) == {"limen/second-factor-guessed.yml"}


async def test_accounts_guessed(house: House, stranger: Visitor) -> None:
    for number in range(16):
        await guess(house, stranger, f"nobody{number}")
        house.clock.forward(35 * SECOND)
    assert found(in_order(house)) == {"limen/accounts-guessed.yml"}


async def test_who_left_comes_back(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    passkey = house.passkey()
    ben = await house.enrol(await house.invited(), passkey, visitor)
    await house.parts.people.deactivate(ben.person.id, by="p_ada")
    with pytest.raises(LimenError):
        await house.sign_in(passkey, visitor)
    assert "limen/deactivated-account-used.yml" in found(in_order(house))


async def test_recovery_codes_guessed(house: House, visitor: Visitor, stranger: Visitor) -> None:
    await with_password(house, visitor, "tom")
    for _ in range(5):
        with pytest.raises(LimenError):
            await house.parts.recovery.redeem(stranger, "tom@harbor.example", "0000-0000-0000-0000")
        house.clock.forward(MINUTE)
    assert found(in_order(house)) == {"limen/recovery-codes-guessed.yml"}


async def test_the_hour_of_setting_up_charges_the_first_administrator_with_next_to_nothing(
    house: House, visitor: Visitor
) -> None:
    """They name the second, as Limen asks for. That is so once: whoever names a third, or waits, is looked at."""
    ada = await house.administrator(house.passkey(), visitor)
    for name in "abc":
        await house.parts.people.invite(name, f"{name}@harbor.example", by=ada.person.id, groups={"staff"})
    await house.parts.people.invite("Eve", "eve@harbor.example", by=ada.person.id, groups={ADMINISTRATORS, "staff"})
    assert found(in_order(house)) == {"limen/second-administrator.yml"}
    before = len(house.events())
    await house.parts.people.invite("Kim", "kim@harbor.example", by=ada.person.id, groups={ADMINISTRATORS})
    assert found(house.events()[before:]) == {"limen/new-administrator.yml"}


@pytest.mark.parametrize(
    ("by_ada", "later", "groups"), [(True, SETUP + 1, ()), (False, 0, ()), (True, 0, ("break-glass",))]
)
async def test_no_other_new_administrator_is_part_of_setting_up(
    house: House, visitor: Visitor, by_ada: bool, later: int, groups: tuple[str, ...]
) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    house.clock.forward(later)
    by = ada.person.id if by_ada else "p_else"
    await house.parts.people.invite("Eve", "eve@harbor.example", by=by, groups={ADMINISTRATORS, *groups})
    assert found(in_order(house)) == {"limen/new-administrator.yml"}


async def test_an_administrator_is_made_and_everybody_else_put_out(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    people = [
        await house.enrol(await house.invited(n, f"{n}@harbor.example"), house.passkey(), visitor) for n in "abcdef"
    ]
    house.clock.forward(SETUP + 1)
    before = len(house.events())
    await house.parts.people.set_groups(people[0].person.id, {ADMINISTRATORS}, by=ada.person.id)
    assert found(house.events()[before:]) == {"limen/new-administrator.yml"}
    for one in people[1:]:
        await house.parts.people.deactivate(one.person.id, by=ada.person.id)
    since = [event for event in in_order(house) if event.kind == "person.changed"]
    assert "limen/many-people-deactivated.yml" in found(since)


async def test_somebody_who_helps_themselves_to_an_account(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    ben = await house.enrol(await house.invited(), house.passkey(), visitor)
    before = len(house.events())
    await house.parts.people.correct(ben.person.id, "Ben", "other@harbor.example", by=ada.person.id)
    house.clock.forward(MINUTE)
    await house.parts.people.access_pass(ben.person.id, by=ada.person.id, why="a new phone")
    assert found(house.events()[before:]) == {"limen/takeover-by-address.yml"}


# What is decided


def decided(doors: Doors) -> list[Event]:
    """What the journal writes of each decision."""
    events = []
    for decision, door, address in doors.journal.decisions:
        fold = Fold(secrets.token_hex(12), [], door, decision, "s_1", address, [])
        fold.count = 1
        events.append(fold.event())
    return events


@pytest.fixture
def doors() -> Doors:
    house = Doors()
    for name in ("p_ana", "p_bo"):
        house.known.people.put(Person(name, name, f"{name}@harbor.example", frozenset({"staff"}), active=True))
    return house


def ask(doors: Doors, who: str, app: str, target: bytes, method: bytes = b"GET") -> None:
    cookie = doors.cookie(app, who).encode()
    doors.doors.decide_request("check", method, f"{app}.harbor.example".encode(), target, cookie, "203.0.113.7")
    doors.clock.forward(5 * SECOND)


def test_a_day_of_reading_is_nothing(doors: Doors) -> None:
    for number in range(200):
        ask(doors, "p_ana", "wiki", b"/page%d" % number)
    assert found(decided(doors)) == NOTHING


def test_somebody_who_looks_around(doors: Doors) -> None:
    names = [f"app{number}" for number in range(5)]
    behind = Upstream("http://127.0.0.1:9")
    seen = (ActionRule("view", frozenset({"GET"}), "/**"),)
    doors.known.set_company([*(App(n, n, f"{n}.harbor.example", behind, rules=seen) for n in names), *apps()], [])
    for name in names:
        ask(doors, "p_bo", name, b"/")
    assert {decision.effect for decision, _, _ in doors.journal.decisions} == {Effect.DENY}
    assert found(decided(doors)) == {"limen/refused-at-many-apps.yml"}


def test_somebody_who_tries_the_console(doors: Doors) -> None:
    session = doors.sign_in("p_bo")
    for _ in range(4):
        asked = Request("administer", "GET", "/console/people", "limen.harbor.example")
        doors.doors.decide_session("gateway", doors.known.apps[LIMEN], session, asked, "203.0.113.7")
        doors.clock.forward(10 * SECOND)
    assert found(decided(doors)) == {"limen/console-refused.yml"}


def test_the_fastest_thief_is_not_the_least_seen() -> None:
    """Equal decisions of one moment become one event: three events, and 360 downloads."""
    taken = DecisionRecord(
        effect="permit", reasons=("staff-download",), revision="r1", facts="f1", now=1, app="files", action="download"
    )
    events = [
        Event(id=f"{number:024x}", at=number * SECOND, kind="decision", actor="p_bo", count=120, decision=taken)
        for number in range(1, 4)
    ]
    assert found(events) == {"limen/mass-download.yml"}
    assert found(msgspec.structs.replace(event, count=1) for event in events) == NOTHING


def test_hosts_that_are_guessed(doors: Doors) -> None:
    for number in range(12):
        doors.doors.decide_request("gateway", b"GET", b"app%d.harbor.example" % number, b"/", b"", "203.0.113.9")
        doors.clock.forward(SECOND)
    assert found(doors.journal.events) == {"limen/hosts-probed.yml"}


def test_requests_that_mean_two_things(doors: Doors) -> None:
    for _ in range(3):
        doors.doors.refuse("content-length-and-transfer-encoding", door="gateway", address="203.0.113.9")
        doors.clock.forward(SECOND)
    assert found(doors.journal.events) == {"limen/requests-forged.yml"}


# What pretends to be the journal


@pytest.mark.parametrize("kind", ["json", LIMEN])
def test_nobody_else_speaks_for_limen(kind: str) -> None:
    """A source that says it is Limen's journal, or sends what the journal would, finds no rule on Limen."""
    event = Event(id="0" * 24, at=1, kind="break_glass.used", actor="p_ada", subject="p_ada", reason="opened")
    told = {**to_ocsf(event), "product": "limen", "source": "limen", "kind": "break_glass.used", "reason": "opened"}
    assert found([event]) == {"limen/break-glass-used.yml"}
    data = msgspec.json.encode(told)
    detector = SigmaDetector(own_rules())
    frame = Frame(source="firewall", kind=kind, received_at=1, data=data)
    assert [hit for one in read(frame) for hit in detector.feed(one)] == []
