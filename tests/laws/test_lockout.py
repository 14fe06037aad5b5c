"""The lock-out proof against a search that knows nothing of policies: it tries people, proofs, places and instants."""

from __future__ import annotations

from ipaddress import ip_network
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, event, given, settings, strategies as st
from tests.dial import size
from tests.laws.decision_cases import START, policy_texts
from tests.policy.scene import app, tree_of

from limen.clock import DAY, HOUR, MINUTE, Instant
from limen.facts import Auth, Factor, Facts, FactStore, Label, Person, Place, Session
from limen.policy import Effect, Engine
from limen.policy.proof.lockout import (
    ARRIVAL,
    CONSOLE,
    HORIZON,
    LASTING,
    SIGN_IN,
    Attainable,
    Candidate,
    LockedOut,
    Proof,
    prove,
)
from limen.policy.scenarios.boundaries import atoms_of, boundaries_of
from limen.policy.scenarios.places import attainable_places

KNOWN = FactStore()
LIMEN = app(Label.RESTRICTED, "limen")
PEOPLE = (
    Candidate(
        Person("p1", groups=frozenset({"staff"}), active=True),
        frozenset({Factor.PASSKEY, Factor.PASSWORD, Factor.CODE}),
    ),
    Candidate(Person("p2", active=True), frozenset({Factor.PASSWORD, Factor.CODE})),
)


NETWORKS = (
    ("lab", ip_network("10.1.0.0/16")),
    ("office", ip_network("10.0.0.0/8")),
    ("office", ip_network("fc00::/7")),
)
WAYS = (
    frozenset({Factor.PASSKEY}),
    frozenset({Factor.PASSWORD}),
    frozenset({Factor.PASSWORD, Factor.CODE}),
)
KNOWN.set_company([LIMEN], [], NETWORKS)
_ADMINISTER = ('"administer"', '"sign_in"')


@st.composite
def asking_texts(draw: st.DrawFn, name: str) -> str:
    """A policy about Limen that reads what is asked, from where, with which factors, and when."""
    condition = draw(
        st.one_of(
            st.builds('context.request.method == "{}"'.format, st.sampled_from(["GET", "POST", ""])),
            st.builds(
                'context.request.route like "{}"'.format, st.sampled_from(["/console*", "*publish", "*revert", "/x*"])
            ),
            st.just("context.place has address"),
            st.builds('context.place.network == "{}"'.format, st.sampled_from(["", "lab", "office", "else"])),
            st.builds('context.place.network like "{}"'.format, st.sampled_from(["*a*", "o*"])),
            st.builds(
                "context.place has address && context.place.address.isInRange(ip({}))".format,
                st.sampled_from(['"10.1.0.0/16"', '"10.0.0.0/7"', '"0.0.0.0/0"', '"::/0"', '"192.0.2.0/24"']),
            ),
            st.builds(
                "context.auth.factors.containsAll([{}])".format,
                st.sampled_from(['"passkey", "code"', '"password", "code"', '"passkey"']),
            ),
            st.builds(
                'context.now {} datetime("2026-10-{}T03:00:00Z")'.format,
                st.sampled_from(["==", "!=", "<", ">="]),
                st.integers(20, 31),
            ),
            st.builds(
                'context.now >= datetime("2026-10-{}") && context.time.weekday == {}'.format,
                st.integers(20, 31),
                st.integers(1, 7),
            ),
        )
    )
    effect, kind = draw(st.sampled_from(["permit", "forbid", "forbid"])), draw(st.sampled_from(["when", "unless"]))
    action = draw(st.sampled_from(["action", *(f"action == Action::{one}" for one in _ADMINISTER)]))
    return f'@id("{name}") {effect} (principal, {action}, resource) {kind} {{ {condition} }};'


def decided(
    engine: Engine, candidate: Candidate, way: frozenset[Factor], factors: frozenset[Factor], place: Place, at: Instant
) -> bool:
    """Does somebody who signs in by `way`, and steps up to `factors`, get in at `at`?"""
    proved = at - ARRIVAL
    first, auth = (Auth(strength_of(some), some, proved) for some in (way, factors))
    session = Session("s1", candidate.person.id, auth, proved, at + DAY, DAY)
    signing_in = Facts(LIMEN, candidate.person, first, place=place)
    return engine.decide(SIGN_IN, signing_in, proved).effect is Effect.PERMIT and is_open(
        engine, Facts(LIMEN, candidate.person, auth, session, place=place), at
    )


def is_open(engine: Engine, inside: Facts, at: Instant) -> bool:
    return all(engine.decide(asked, inside, at).effect is Effect.PERMIT for asked in CONSOLE)


def minutes_from(at: Instant) -> range:
    return range(at, at + LASTING + 1, MINUTE)


@settings(max_examples=size(600), suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.randoms(use_true_random=False))
def test_who_is_said_to_get_in_does_and_who_is_locked_out_finds_no_way(data: st.DataObject, random: Random) -> None:
    own = [
        data.draw(st.one_of(policy_texts(f"policy-{number}"), asking_texts(f"policy-{number}")))
        for number in range(data.draw(st.integers(1, 3)))
    ]
    if data.draw(st.booleans()):
        own.append('@id("open") permit (principal, action, resource);')
    engine = Engine(tree_of("\n".join(own)), "r1", ZoneInfo("Europe/Berlin"))
    now = data.draw(st.integers(START, START + 10 * DAY))
    found = prove(engine, LIMEN, PEOPLE, now, Attainable.today(NETWORKS))
    places = attainable_places(NETWORKS, boundaries_of(atoms_of(engine.policies)))
    event(type(found).__name__)
    if isinstance(found, Proof):
        candidate = next(one for one in PEOPLE if one.person.id == found.person)
        way, factors = found.signed_in_with, found.facts.auth.factors
        assert now <= found.at <= now + HORIZON
        assert way in WAYS
        assert way <= factors <= candidate.factors
        assert found.facts.place == KNOWN.place(found.facts.place.address)
        assert decided(engine, candidate, way, factors, found.facts.place, found.at)
        for at in minutes_from(found.at):
            assert decided(engine, candidate, way, factors, found.facts.place, at)
        return
    assert isinstance(found, LockedOut)
    assert found.obstacles
    assert {one.policy for one in found.obstacles} <= {*(f"policy-{number}" for number in range(3)), "open", ""}
    for candidate in PEOPLE:
        ways = [way for way in WAYS if way <= candidate.factors]
        for _ in range(12):
            at = random.randrange(now + MINUTE, now + HORIZON - HOUR)
            way = random.choice(ways)
            factors = way | random.choice(ways)
            for place in places:
                assert not all(decided(engine, candidate, way, factors, place, later) for later in minutes_from(at)), (
                    candidate,
                    way,
                    factors,
                    place,
                    at,
                )


def strength_of(factors: frozenset[Factor]) -> int:
    return 3 if Factor.PASSKEY in factors else 2 if len(factors) == 2 else 1
