"""One table: a row is a door, a column is a condition. Whatever protocol an app speaks, the same rule gives one answer.

A person who is there is asked for more where more would help; a program that asks in their name is refused; a workload
of its own is held to what it is.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.sso.doors import (
    CHALLENGE,
    DENY,
    ELSEWHERE,
    EVERY,
    OF_PEOPLE,
    OF_PROGRAMS,
    OFFICE,
    PERMIT,
    TABLE,
    Doors,
    Somebody,
    doors_at,
    gateway,
    oidc_refresh,
    token_exchange,
)
from tests.sso.saml.client import Wiki

from limen.clock import MINUTE
from limen.company.candidate import candidate
from limen.company.gate import FIRST_ADMINISTRATOR
from limen.company.load import FolderError
from limen.company.plan import Plan, plan
from limen.company.rehearsal import Turn, rehearse
from limen.facts import Factor, Person
from limen.policy import Request
from limen.policy.hypothetical import Hypothetical
from limen.policy.proof.lockout import Candidate
from limen.storage.journal.past_decisions import past_decisions
from limen.web.portal.apps import way_in

OURS = " || ".join(f'resource == App::"{app}"' for app in TABLE)


def forbid(unless: str, state: str = "") -> str:
    return f"""@id("of-the-table")
@title("What the table asks for")
@reason("It is tried at every door.")
@phase("identity"){state}
forbid (principal, action, resource)
when {{ {OURS} }}
unless {{ {unless} }};
"""


PERMITS = f"""@id("of-the-table")
@title("Staff look, whatever the label")
@reason("The label is tried at every door.")
@phase("identity")
permit (principal in Group::"staff", action in [Action::"view", Action::"connect"], resource)
when {{ ({OURS}) && context.auth.strength >= 2 }};
"""


@dataclass(frozen=True)
class Condition:
    """A column. `bad` and `good` are the answers for somebody who does not meet it, and for somebody who does: where
    they are there themselves, and where a program asks in their name. `program` is that for a workload of its own.

    `waits` is how long both have been signed in when it counts; who is good proves anew then.
    """

    name: str
    policy: str
    bad: tuple[str, str]
    good: tuple[str, str]
    program: str
    label: str = ""
    bad_has_passkey: bool = True
    bad_at: str = OFFICE
    waits: int = 0


CONDITIONS = (
    Condition(
        name="a factor",
        policy=forbid("context.auth.strength >= 3"),
        bad_has_passkey=False,
        bad=(CHALLENGE, DENY),
        good=(PERMIT, PERMIT),
        program=DENY,
    ),
    Condition(
        name="the age of the proof",
        policy=forbid('context.now.durationSince(context.auth.at) <= duration("30m")'),
        waits=40,
        bad=(CHALLENGE, DENY),
        good=(PERMIT, PERMIT),
        program=PERMIT,  # it proves itself each time
    ),
    Condition(
        name="a place",
        policy=forbid('context.place.network == "office"'),
        bad_at=ELSEWHERE,
        bad=(DENY, DENY),
        good=(PERMIT, PERMIT),
        program=DENY,
    ),
    Condition(
        name="a time",
        policy=forbid("context.time.minute < 630"),
        waits=40,
        bad=(DENY, DENY),
        good=(DENY, DENY),
        program=DENY,
    ),
    Condition(
        name="a label",
        policy=PERMITS,
        label="confidential",
        bad_has_passkey=False,
        bad=(CHALLENGE, DENY),
        good=(PERMIT, PERMIT),
        program=DENY,
    ),
)


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[Doors]:
    async with doors_at(tmp_path / "harbor") as doors:
        yield doors


async def answers(doors: Doors, who: Somebody) -> dict[str, str]:
    """What each door answers now."""
    return {door.__name__: await door(doors, who) for door in EVERY}


def expected(condition: Condition, of_person: tuple[str, str]) -> dict[str, str]:
    there, in_their_name = of_person
    row = {door.__name__: there for door in OF_PEOPLE}
    row[oidc_refresh.__name__] = in_their_name
    row[token_exchange.__name__] = in_their_name if condition.program == PERMIT else DENY  # both have to be permitted
    row |= {door.__name__: condition.program for door in OF_PROGRAMS}
    return row


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda condition: condition.name)
async def test_one_rule_is_one_answer_at_every_door(doors: Doors, condition: Condition) -> None:
    bad = await doors.arrives("Ben", condition.bad_at, with_passkey=condition.bad_has_passkey)
    good = await doors.arrives("Gil", OFFICE, with_passkey=True)
    all_open = dict.fromkeys((door.__name__ for door in EVERY), PERMIT)
    assert await answers(doors, bad) == all_open
    assert await answers(doors, good) == all_open

    doors.house.clock.forward(condition.waits * MINUTE)
    if condition.waits:
        assert (await good.browser.step_up("limen")).status_code == 200
    await doors.change(condition.policy, condition.label)
    assert await answers(doors, bad) == expected(condition, condition.bad)
    assert await answers(doors, good) == expected(condition, condition.good)

    if CHALLENGE in condition.bad and condition.bad_has_passkey:
        assert (await bad.browser.step_up("limen")).status_code == 200  # once, at whatever door
        assert {door.__name__: await door(doors, bad) for door in OF_PEOPLE} == dict.fromkeys(
            (door.__name__ for door in OF_PEOPLE), PERMIT
        )


async def test_a_report_only_rule_is_counted_at_every_door_and_stops_nobody(doors: Doors) -> None:
    ben = await doors.arrives("Ben", OFFICE, with_passkey=False)
    await doors.change(forbid("context.auth.strength >= 3", '\n@state("report-only")'))
    for door in EVERY:
        assert await door(doors, ben) == PERMIT, door.__name__
        decision = doors.last().decision
        assert decision is not None
        assert decision.watched == ("of-the-table",), door.__name__


async def test_a_passkey_is_never_followed_by_a_code(doors: Doors) -> None:
    """Whoever has both, and used the passkey, is asked for nothing more at any door."""
    gil = await doors.arrives("Gil", OFFICE, with_passkey=True)
    await doors.change(forbid("context.auth.strength >= 3"))
    for door in OF_PEOPLE:
        assert await door(doors, gil) == PERMIT, door.__name__


async def test_what_an_app_asks_for_only_tightens(doors: Doors) -> None:
    ben = await doors.arrives("Ben", OFFICE, with_passkey=False)
    wiki = Wiki(doors.house, "https://saml.harbor.example/saml")

    async def by_oidc(**asked: str) -> str:
        return (await ben.browser.get(doors.app.way(**asked))).headers["location"].partition("?")[0]

    async def by_saml(name: str, comparison: str = "exact") -> str:
        told = f'<samlp:RequestedAuthnContext Comparison="{comparison}">'
        told += f"<saml:AuthnContextClassRef>{name}</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>"
        return (await wiki.asks(ben.browser, told)).headers.get("location", "").partition("?")[0]

    weak = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"
    assert await by_oidc(acr_values="urn:limen:strength:1") == doors.app.back
    assert await by_oidc(acr_values="phr") == "/step-up"
    assert (await by_saml(weak), await by_saml("phr")) == ("", "/step-up")
    doors.house.clock.forward(10 * MINUTE)
    assert await by_oidc(max_age="60") == "/step-up"
    assert await by_oidc(max_age="999999999") == doors.app.back

    await doors.change(forbid("context.auth.strength >= 3"))
    assert await by_oidc(acr_values="urn:limen:strength:1", max_age="999999999") == "/step-up"
    assert (await by_saml(weak), await by_saml(weak, "maximum")) == ("/step-up", "/step-up")


async def test_replay_and_what_if_know_every_door(doors: Doors) -> None:
    """What a change would have turned is foretold for the apps behind each door, from what was really asked there."""
    ben = await doors.arrives("Ben", OFFICE, with_passkey=False)
    assert set((await answers(doors, ben)).values()) == {PERMIT}
    limen = doors.house.limen
    before = limen.in_force.company
    assert before is not None
    limen.journal.flush()
    after = candidate(before, {"policies/70-of-the-table.cedar": forbid("context.auth.strength >= 3")})
    foretold = rehearse(before, after, past_decisions(limen.journal.reader, 0))
    person = limen.known.people[doors.house.id_of("ben@harbor.example")]
    asked = {turned.app for turned in foretold.of(Turn.ASKED) if turned.person == person.id}
    assert asked == set(TABLE)
    assert {turned.app for turned in foretold.of(Turn.LOSES) if turned.person == doors.program.client_id} == {
        "code",
        "gate",
    }

    supposed = Hypothetical(strength=2, address=OFFICE)
    await doors.change(forbid("context.auth.strength >= 3"))
    engine, now = limen.in_force.engine, doors.house.clock.now()
    told = {}
    for door, app in zip(OF_PEOPLE, (*TABLE[:4], "code", "desk"), strict=True):
        action = way_in(limen.known.apps[app])
        facts = supposed.facts(person, limen.known.apps[app], action, now, limen.known.networks)
        told[door.__name__] = str(engine.decide(Request(action), facts, now).effect)
    assert told == {door.__name__: await door(doors, ben) for door in OF_PEOPLE}


async def test_newly_reachable_and_the_lockout_proof_know_the_apps_behind_every_door(doors: Doors) -> None:
    before = doors.house.limen.in_force.company
    assert before is not None

    def somebody(person_id: str, group: str) -> Candidate:
        person = Person(person_id, groups=frozenset({group}), active=True)
        return Candidate(person, frozenset({Factor.PASSKEY}))

    def planned(policy: str) -> Plan:
        after = candidate(before, {"policies/70-of-the-table.cedar": policy})
        everybody = (somebody("p_mia", "staff"), somebody("p_uli", "auditors"), FIRST_ADMINISTRATOR)
        return plan(before, after, [], everybody, until=doors.house.clock.now())

    def turned(found: Plan, person_id: str) -> set[tuple[bool, str]]:
        assert found.reach is not None
        about = [one for one in found.reach.differences if person_id in one.people]
        return {(one.gains, app) for one in about for app in one.apps}

    less = planned(forbid("context.auth.strength >= 3"))
    assert less.is_publishable
    assert turned(less, "p_mia") == {(False, app) for app in TABLE}
    more = planned(PERMITS.replace('Group::"staff"', 'Group::"auditors"'))
    assert turned(more, "p_uli") == {(True, app) for app in TABLE}
    assert turned(more, "p_mia") == set()
    everything = forbid("context.auth.strength >= 9").replace(f"when {{ {OURS} }}\n", "")
    assert not planned(everything).is_publishable  # the console is behind a door as well


async def test_onboarding_lets_nobody_in_by_a_protocol(doors: Doors) -> None:
    """Only what Limen stands before can be in it: an app that signs people in itself would keep them after its end."""
    company = doors.house.limen.in_force.company
    assert company is not None
    apps = company.files["apps.yaml"]
    until = "  onboarding: {until: 2026-12-01T09:00}\n"
    gate = apps.replace("- id: gate\n", "- id: gate\n" + until)
    assert candidate(company, {"apps.yaml": gate}).all_apps["gate"].onboarding_until
    for app in ("code", "saml", "microsoft-365"):
        with pytest.raises(FolderError, match="onboarding"):
            candidate(company, {"apps.yaml": apps.replace(f"- id: {app}\n", f"- id: {app}\n" + until)})
    guest = doors.house.browser(address=OFFICE)
    await doors.house.member(guest, "Hugo", "guests")
    hugo = Somebody("Hugo", guest, "")
    for door in OF_PEOPLE:
        if door is not gateway and door.__name__ != "entra":
            assert await door(doors, hugo) == DENY, door.__name__


async def test_the_portal_shows_each_app_as_its_door_would_answer(doors: Doors) -> None:
    ben = await doors.arrives("Ben", OFFICE, with_passkey=False)

    async def shown() -> dict[str, str]:
        page = (await ben.browser.get("/")).text
        found = dict(re.findall(r'class="cover" href="([^"]+)">.*?</a>(.*?)</article>', page, re.DOTALL))
        return found | dict.fromkeys(re.findall(r'data-outside="([^"]+)"', page), "beside them")

    known = doors.house.limen.known.apps
    ways = {known[app].url or f"https://{known[app].host}/" for app in TABLE if not known[app].network}
    assert {*ways, "desk"} <= set(await shown())
    assert not any("effect challenge" in text for way, text in (await shown()).items() if way in ways)
    await doors.change(forbid("context.auth.strength >= 3"))
    asking = await shown()
    assert all("effect challenge" in asking[way] for way in ways)
    await doors.change(forbid('context.place.network == "warehouse-hall"'))
    assert not {*ways, "desk"} & set(await shown())
