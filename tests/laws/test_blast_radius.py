"""The blast radius of a person, a device and a service is what trying everything gives: every decision under every
fact that whoever took it can bring about, and every packet from wherever they come to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st
from tests.dial import size
from tests.laws.decision_cases import START
from tests.laws.network_cases import TODAY, Tried, networks
from tests.policy.scene import app, tree_of

from limen.clock import MINUTE
from limen.company.blast.radius import Blast, Surroundings
from limen.company.blast.shrinking import best_change
from limen.company.blast.taken import TAKEN_OF, Holder, Kind, Taken
from limen.company.blast.today import HeldGrant, HeldToken, KnownDevice, Today
from limen.facts import (
    UNKNOWN_DEVICE,
    UNKNOWN_RISK,
    ActionRule,
    App,
    Auth,
    Device,
    Factor,
    Facts,
    Grant,
    Label,
    Person,
    Risk,
    Upstream,
)
from limen.facts.network_service import NetworkService
from limen.network.compiling import compiled
from limen.network.doors.model import rules_from_anywhere
from limen.network.model import INTERNET, Flow, Network, Way
from limen.network.packets.regions import Regions
from limen.policy import Effect, Engine, Request

PEOPLE = {
    "ana": Person("ana", "Ana", "", frozenset({"staff"}), active=True),
    "ben": Person("ben", "Ben", "", frozenset({"staff", "finance"}), active=True),
    "robot": Person("robot", "Robot", "", frozenset({"staff"}), active=True, is_workload=True),
}
FACTORS = {"ana": frozenset({Factor.PASSWORD, Factor.CODE}), "ben": frozenset({Factor.PASSKEY})}
DEVICES = {
    "d1": KnownDevice("d1", "Ana's", frozenset({"ana"}), True, "linux", frozenset({"10.0.0.1"})),
    "d2": KnownDevice("d2", "Shared", frozenset({"ana", "ben"}), False, "windows", frozenset({"10.2.0.2"})),
}
_VIEW = (ActionRule("view", frozenset(), "/**"),)
WIKI, PAYROLL = replace(app(), rules=_VIEW), replace(app(Label.RESTRICTED, "payroll"), rules=_VIEW)
FILES = App("door", "Door", "", Upstream(""), Label.CONFIDENTIAL, network=NetworkService(("files",), ("ssh",)))
APPS = {one.id: one for one in (WIKI, PAYROLL, FILES)}
TODAYS = Today(
    PEOPLE,
    FACTORS,
    DEVICES,
    (HeldGrant("ana", "payroll", frozenset({"view"})), HeldGrant("ben", "wiki", frozenset({"view"}), "d2")),
    (HeldToken("robot", "wiki", frozenset({"view"}), "10.1.0.2/32"),),
)
HOLDERS = [
    *((Holder(Kind.PERSON, one, one), taken) for one in ("ana", "ben") for taken in TAKEN_OF[Kind.PERSON]),
    *((Holder(Kind.DEVICE, one, one), Taken.LAPTOP) for one in DEVICES),
    (Holder(Kind.WORKLOAD, "robot", "robot"), Taken.TOKEN),
    (Holder(Kind.HOST, "files", "files"), Taken.PLACE),
    (Holder(Kind.ZONE, "office", "office"), Taken.PLACE),
]
CONDITIONS = (
    "context.auth.strength >= 2",
    "context.auth.strength >= 3",
    "context.auth.interactive",
    'context.device.compliance == "compliant"',
    "context.device.binding >= 1",
    "context.device.managed",
    "context.device.known",
    'context.device.platform == "linux"',
    "context.grant.active",
    "context.risk.score < 50",
    "resource.sensitivity >= 2",
    'principal in Group::"staff"',
)


@st.composite
def policies(draw: st.DrawFn) -> str:
    texts = []
    for number in range(draw(st.integers(1, 5))):
        effect = "permit" if number == 0 else draw(st.sampled_from(["permit", "forbid"]))
        who = draw(st.sampled_from(["principal", 'principal in Group::"staff"', 'principal in Group::"finance"']))
        what = draw(st.sampled_from(["resource", 'resource == App::"door"', 'resource == App::"payroll"']))
        clauses = draw(
            st.lists(st.tuples(st.sampled_from(["when", "unless"]), st.sampled_from(CONDITIONS)), max_size=2)
        )
        written = " ".join(f"{kind} {{ {condition} }}" for kind, condition in clauses)
        texts.append(f'@id("p{number}") {effect} ({who}, action, {what}) {written};')
    return "\n".join(texts)


def surroundings(text: str, network: Network, today: Today = TODAYS) -> Surroundings:
    engine = Engine(tree_of(text), "r", ZoneInfo("UTC"))
    return Surroundings(engine, APPS, network, today, START, Regions(compiled(network, TODAY)))


@settings(max_examples=size(150), deadline=None)
@given(text=policies(), network=networks(), chosen=st.sampled_from(HOLDERS))
def test_it_is_what_trying_everything_gives(text: str, network: Network, chosen: tuple[Holder, Taken]) -> None:
    holder, taken = chosen
    around = surroundings(text, network)
    found = around.blast(holder, taken)
    assert found.is_exact
    assert found.is_whole
    permitted = set(_tried(around.engine, holder, taken))
    assert {(one.person, one.app.id, action) for one in found.apps for action in one.actions} == permitted
    assert _assets(found) == _walked(network, holder, taken, {app_id for _, app_id, _ in permitted})


def _assets(found: Blast) -> set[str]:
    return {one.asset.name for one in found.network.reached} if found.network else set()


def _walked(network: Network, holder: Holder, taken: Taken, open_apps: set[str]) -> set[str]:
    """By every packet, from the places where it was seen."""
    service: Any = FILES.network
    tried = Tried(network, rules_from_anywhere("door", service, network) if "door" in open_apps else ())
    named = tried.assets.named
    starts: set[int] = set()
    if holder.kind is Kind.ZONE or holder.kind is Kind.HOST:
        starts |= set(named(holder.id))
    elif taken is Taken.TOKEN:
        starts |= set(named("dc")) | set(named(INTERNET))
    else:
        starts |= set(named(INTERNET))
        own = [one for one in DEVICES.values() if holder.id == one.id or holder.id in one.people]
        if taken is Taken.LAPTOP and any(one.id == "d1" for one in own):
            starts |= set(named("ana"))
        if taken is Taken.LAPTOP and any(one.id == "d2" for one in own):
            starts |= {at for at in named("guests") if not tried.assets.all[at].is_host}
    return {tried.assets.all[at].name for at in tried.touched(starts) - starts}


def _tried(engine: Engine, holder: Holder, taken: Taken) -> Iterator[tuple[str, str, str]]:
    if holder.kind in {Kind.HOST, Kind.ZONE} or (taken is Taken.PASSWORD and holder.id == "ben"):
        return
    people = sorted(DEVICES[holder.id].people) if holder.kind is Kind.DEVICE else [holder.id]
    for person, chosen in product(people, APPS.values()):
        action = "connect" if chosen is FILES else "view"
        if taken is Taken.TOKEN and (chosen.id, action) != ("wiki", "view"):
            continue
        every = _situations(PEOPLE[person], chosen, holder, taken)
        if any(engine.decide(Request(action), facts, START).effect is Effect.PERMIT for facts in every):
            yield person, chosen.id, action


def _situations(person: Person, chosen: App, holder: Holder, taken: Taken) -> Iterator[Facts]:
    risks = [UNKNOWN_RISK, Risk(0, known=True, at=START), Risk(90, known=True, at=START)]
    own = [one for one in DEVICES.values() if holder.id == one.id or person.id == holder.id in one.people]
    proofs = [
        Auth(1, frozenset({Factor.PASSWORD}), START - MINUTE),
        Auth(1, frozenset(), START - MINUTE, by_token=True),
        Auth(2, frozenset(), START - MINUTE, by_token=True),
        Auth(2, frozenset({Factor.PASSWORD, Factor.CODE}), START - MINUTE),
        Auth(3, frozenset({Factor.PASSKEY}), START - MINUTE),
    ]
    devices = [UNKNOWN_DEVICE]
    if taken is Taken.PASSWORD:
        proofs = proofs[:1]
    if taken is Taken.LAPTOP:
        devices += [
            Device(one.id, True, health, one.is_managed, binding, one.platform)
            for one in own
            for health in ("compliant", "non_compliant", "unknown")
            for binding in (0, 1)
        ]
    if taken is Taken.TOKEN:
        proofs = proofs[1:3]
        devices += [Device("x", True, "compliant", True, 1, one, START) for one in ("linux", "other")]
    here = {"", *(one.id for one in own if taken is Taken.LAPTOP)}
    grants = [
        Grant("g", one.app, one.actions, START + MINUTE)
        for one in TODAYS.grants
        if (one.person, one.app) == (person.id, chosen.id) and one.device in here
    ]
    yield Facts(chosen)  # nobody has to sign in
    for auth, device, risk in product(proofs, devices, risks):
        yield Facts(chosen, person, auth, device=device, risk=risk)
        yield Facts(chosen, person, auth, device=device, risk=risk, grants=tuple(grants))


@settings(max_examples=size(60), deadline=None)
@given(text=policies(), network=networks(), holder=st.sampled_from(["ana", "ben"]))
def test_whoever_takes_more_reaches_no_less(text: str, network: Network, holder: str) -> None:
    around = surroundings(text, network)
    laptop, cookie, password = (
        around.blast(Holder(Kind.PERSON, holder, holder), taken) for taken in TAKEN_OF[Kind.PERSON]
    )
    starts = {one.place for one in laptop.entries}
    assert password.app_ids <= cookie.app_ids <= laptop.app_ids
    assert _assets(password) <= _assets(cookie) <= _assets(laptop) | starts


@settings(max_examples=size(60), deadline=None)
@given(text=policies(), network=networks(), chosen=st.sampled_from(HOLDERS), more=st.booleans())
def test_a_permit_or_a_flow_more_never_shrinks_it(
    text: str, network: Network, chosen: tuple[Holder, Taken], more: bool
) -> None:
    before = surroundings(text, network).blast(*chosen)
    if more:
        text = f'{text}\n@id("more") permit (principal in Group::"finance", action, resource);'
    else:
        flow = Flow("more", Way(("guests",), ("files",), ("ssh",)), "", "", "")
        network = replace(network, flows=(*network.flows, flow))
    after = surroundings(text, network).blast(*chosen)
    assert before.app_ids <= after.app_ids
    assert _assets(before) <= _assets(after)
    assert (before.weight, before.size) <= (after.weight, after.size)


@settings(max_examples=size(80), deadline=None)
@given(text=policies(), network=networks(), chosen=st.sampled_from(HOLDERS))
def test_no_other_single_change_takes_more_away(text: str, network: Network, chosen: tuple[Holder, Taken]) -> None:
    around = surroundings(text, network)
    before = around.blast(*chosen)
    change = best_change(around, before, None)
    after = [
        *(surroundings(text, one) for one in _networks_changed(network)),
        *(surroundings(text, network, one) for one in _people_changed(chosen[0])),
    ]
    most = max(before.weight - one.blast(*chosen).weight for one in after)
    assert (change.weight if change else 0) == most


def _networks_changed(network: Network) -> Iterator[Network]:
    for flow in network.flows:
        yield replace(network, flows=tuple(one for one in network.flows if one.id != flow.id))
    for zone in network.zones:
        apart = (replace(one, is_isolated=True) if one.name == zone.name else one for one in network.zones)
        yield replace(network, zones=tuple(apart))


def _people_changed(holder: Holder) -> Iterator[Today]:
    ids = DEVICES[holder.id].people if holder.kind is Kind.DEVICE else {holder.id}
    for id_ in ids & PEOPLE.keys():
        for group in PEOPLE[id_].groups:
            left = replace(PEOPLE[id_], groups=PEOPLE[id_].groups - {group})
            yield replace(TODAYS, people={**PEOPLE, id_: left})
