"""Random policies, facts and instants for the laws of decisions: small enough to read, rich in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from tests.policy.scene import app, tree_of

from limen.clock import DAY, HOUR, MINUTE, SECOND, Instant, from_iso
from limen.facts import (
    ANYBODY,
    NOWHERE,
    UNKNOWN_DEVICE,
    UNKNOWN_RISK,
    UNPROVED,
    Auth,
    Device,
    Factor,
    Facts,
    Grant,
    Label,
    Person,
    Place,
    Risk,
    Session,
)
from limen.policy import Engine, Request

START = from_iso("2026-10-20T00:00:00Z")  # a week before summer time ends in Berlin
ZONES = ("Europe/Berlin", "UTC", "America/St_Johns", "Asia/Kathmandu")

_conditions = st.one_of(
    st.builds("context.auth.strength >= {}".format, st.integers(1, 3)),
    st.builds("resource.sensitivity {} {}".format, st.sampled_from(["<=", ">="]), st.integers(0, 3)),
    st.builds('context.device.compliance == "{}"'.format, st.sampled_from(["compliant", "unknown"])),
    st.builds("context.risk.score < {}".format, st.integers(0, 101)),
    st.builds('context.place.country == "{}"'.format, st.sampled_from(["DE", "PT"])),
    st.just('context.auth.factors.contains("passkey")'),
    st.just("context.grant.active"),
    st.just('context.place.address.isInRange(ip("10.0.0.0/8"))'),
    st.just("principal.active"),
    # time, in every way a policy may read it
    st.builds(
        "context.time.minute {} {}".format, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), st.integers(0, 1440)
    ),
    st.builds("context.time.weekday {} {}".format, st.sampled_from(["<=", ">=", "==", "!="]), st.integers(1, 7)),
    st.builds("[{}, {}].contains(context.time.weekday)".format, st.integers(1, 7), st.integers(1, 7)),
    st.builds("context.time.weekday * 1440 + context.time.minute >= {}".format, st.integers(1440, 11_520)),
    st.builds('context.now {} datetime("2026-10-{}")'.format, st.sampled_from(["<", ">="]), st.integers(18, 31)),
    st.builds(
        'context.now.durationSince(context.{}) {} duration("{}m")'.format,
        st.sampled_from(["auth.at", "session.started", "grant.until"]),
        st.sampled_from(["<", "<=", ">"]),
        st.integers(-600, 6000),
    ),
    st.builds('context.auth.at >= datetime("2026-10-{}")'.format, st.integers(18, 31)),
    st.builds('context.auth.at.offset(duration("{}h")) > context.now'.format, st.integers(0, 100)),
    st.builds('context.now.toTime() < duration("{}m")'.format, st.integers(0, 1440)),
    st.builds(
        'context.now.offset(duration("{}m")).toDate() == datetime("2026-10-{}")'.format,
        st.integers(-90, 90),
        st.integers(18, 31),
    ),
    st.just("context.now.toDate() == context.auth.at.toDate()"),
    st.builds("context.now.durationSince(context.auth.at).toHours() < {}".format, st.integers(0, 100)),
)


@st.composite
def _clauses(draw: st.DrawFn) -> str:
    parts = draw(st.lists(_conditions, min_size=1, max_size=3))
    joined = draw(st.sampled_from([" && ", " || "])).join(f"({part})" for part in parts)
    kind = draw(st.sampled_from(["when", "unless"]))
    return f"{kind} {{ {draw(st.sampled_from(['', '!']))}({joined}) }}"


@st.composite
def policy_texts(draw: st.DrawFn, name: str, effect: str = "", state: str = "") -> str:
    """One policy called `name`."""
    principal = draw(st.sampled_from(["principal", 'principal in Group::"staff"', 'principal == Person::"p1"']))
    action = draw(st.sampled_from(["action", 'action == Action::"view"', 'action in [Action::"view", Action::"edit"]']))
    resource = draw(st.sampled_from(["resource", "resource is App", 'resource == App::"wiki"']))
    clauses = " ".join(draw(st.lists(_clauses(), max_size=2)))
    said = effect or draw(st.sampled_from(["permit", "permit", "forbid"]))
    annotation = f'@state("{state}") ' if state else ""
    return f'@id("{name}") {annotation}{said} ({principal}, {action}, {resource}) {clauses};'


@st.composite
def _usual_texts(draw: st.DrawFn) -> str:
    """A permit as companies write it: strong enough, fresh enough, at the right time."""
    fresh = f'context.now.durationSince(context.auth.at) <= duration("{draw(st.integers(0, 4000))}m")'
    wanted = [f"context.auth.strength >= {draw(st.integers(1, 3))}", draw(st.sampled_from(["true", fresh]))]
    wanted += draw(st.lists(_conditions, max_size=1))
    return f'@id("usual") permit (principal, action, resource) when {{ {" && ".join(f"({one})" for one in wanted)} }};'


@dataclass(frozen=True)
class Case:
    """Some policies, and one question."""

    texts: tuple[str, ...]
    zone: str
    request: Request
    facts: Facts
    now: Instant

    def engine(self, *more: str) -> Engine:
        return Engine(self.tree(*more), "r1", ZoneInfo(self.zone))

    def tree(self, *more: str) -> dict[str, Any]:
        return tree_of("\n".join((*self.texts, *more)))


_instants = st.integers(START, START + 10 * DAY)


@st.composite
def facts_at(draw: st.DrawFn, now: Instant) -> Facts:
    wiki = app(draw(st.sampled_from(list(Label))))
    place = draw(st.sampled_from([NOWHERE, Place("10.1.2.3", known=True, country="DE", anonymiser=False)]))
    if draw(st.integers(0, 9)) == 0:
        return Facts(wiki, ANYBODY, UNPROVED, place=place)
    person = Person(
        "p1", "Ana", "ana@harbor.example", draw(st.sampled_from([frozenset(), frozenset({"staff"})])), active=True
    )
    ages = st.sampled_from([0, SECOND, 29 * SECOND, 31 * SECOND, MINUTE, HOUR]) | st.integers(0, 3 * DAY)
    strength = draw(st.integers(1, 3))
    factors = [[Factor.PASSWORD], [Factor.PASSWORD, Factor.CODE], [Factor.PASSKEY]][strength - 1]
    auth = Auth(strength, frozenset(factors), now - draw(ages))
    grant = Grant("g1", "wiki", frozenset({"view"}), now + draw(st.integers(-HOUR, 3 * DAY)))
    return Facts(
        wiki,
        person,
        auth,
        session=Session("s1", "p1", auth, now - draw(ages), now + DAY, HOUR),
        device=draw(st.sampled_from([UNKNOWN_DEVICE, Device("d1", known=True, compliance="compliant")])),
        place=place,
        risk=draw(st.sampled_from([UNKNOWN_RISK, Risk(10, known=True, at=now)])),
        grants=draw(st.sampled_from([(), (grant,)])),
    )


@st.composite
def cases(draw: st.DrawFn, most: int = 4) -> Case:
    count = draw(st.integers(0, most))
    texts = (draw(_usual_texts()), *(draw(policy_texts(f"policy-{number}")) for number in range(count)))
    now = draw(_instants)
    request = Request(draw(st.sampled_from(["view", "edit", "sign_in"])), "GET", "GET /**", "wiki.harbor.example")
    return Case(texts, draw(st.sampled_from(ZONES)), request, draw(facts_at(now)), now)
