"""The lock-out proof against a search that knows nothing of policies: it tries people, proofs, places and instants."""

from __future__ import annotations

from ipaddress import ip_network
from itertools import combinations
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, event, given, settings, strategies as st
from tests.laws.decision_cases import START, policy_texts
from tests.policy.scene import app, tree_of

from limen.clock import DAY, MINUTE, Instant
from limen.facts import Auth, Factor, Facts, Label, Person, Place, Session
from limen.policy import Effect, Engine
from limen.policy.proof.lockout import (
    ADMINISTER,
    ARRIVAL,
    HORIZON,
    SIGN_IN,
    Attainable,
    Candidate,
    LockedOut,
    Proof,
    prove,
)

LIMEN = app(Label.RESTRICTED, "limen")
PEOPLE = (
    Candidate(
        Person("p1", groups=frozenset({"staff"}), active=True),
        frozenset({Factor.PASSKEY, Factor.PASSWORD, Factor.CODE}),
    ),
    Candidate(Person("p2", active=True), frozenset({Factor.PASSWORD, Factor.CODE})),
)


def can_get_in(engine: Engine, candidate: Candidate, factors: frozenset[Factor], place: Place, at: Instant) -> bool:
    strength = 3 if Factor.PASSKEY in factors else 2 if len(factors) == 2 else 1
    auth = Auth(strength, factors, at - ARRIVAL)
    session = Session("s1", candidate.person.id, auth, at - ARRIVAL, at + DAY, DAY)
    signing_in = Facts(LIMEN, candidate.person, auth, place=place)
    inside = Facts(LIMEN, candidate.person, auth, session, place=place)
    return (
        engine.decide(SIGN_IN, signing_in, at - ARRIVAL).effect is Effect.PERMIT
        and engine.decide(ADMINISTER, inside, at).effect is Effect.PERMIT
    )


@settings(max_examples=1_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.randoms(use_true_random=False))
def test_who_is_said_to_get_in_does_and_who_is_locked_out_finds_no_way(data: st.DataObject, random: Random) -> None:
    own = [data.draw(policy_texts(f"policy-{number}")) for number in range(data.draw(st.integers(1, 3)))]
    if data.draw(st.booleans()):
        own.append('@id("open") permit (principal, action, resource);')
    engine = Engine(tree_of("\n".join(own)), "r1", ZoneInfo("Europe/Berlin"))
    now = data.draw(st.integers(START, START + 10 * DAY))
    attainable = Attainable.today([("office", ip_network("10.0.0.0/8"))])
    found = prove(engine, LIMEN, PEOPLE, now, attainable)
    event(type(found).__name__)
    if isinstance(found, Proof):
        candidate = next(one for one in PEOPLE if one.person.id == found.person)
        assert now <= found.at <= now + HORIZON
        assert found.facts.auth.factors <= candidate.factors
        assert can_get_in(engine, candidate, found.facts.auth.factors, found.facts.place, found.at)
        return
    assert isinstance(found, LockedOut)
    assert found.obstacles
    assert {one.policy for one in found.obstacles} <= {*(f"policy-{number}" for number in range(3)), "open", ""}
    for candidate in PEOPLE:
        ordered = sorted(candidate.factors)
        choices = [frozenset(some) for size in range(1, len(ordered) + 1) for some in combinations(ordered, size)]
        for _ in range(12):
            at = random.randrange(now + MINUTE, now + HORIZON - MINUTE)
            for place in attainable.places:
                factors = random.choice(choices)
                assert not can_get_in(engine, candidate, factors, place, at), (candidate, factors, place, at)
