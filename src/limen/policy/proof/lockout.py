"""Proves that somebody can still reach the console under new policies, so that no revision locks everybody out.

At least one active person must be able to sign in and then `administer` Limen, by facts that they can attain: proofs
with factors they really have, given just now; one of the company's networks, or none; some instant within a week. A
device that is known, a country, a low risk or a grant count only where the caller says that they can be attained. An
error is a refusal. What is found is a proof: who, when, by which facts; or else which policies stand in the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from itertools import combinations, islice, product
from typing import Any, Final

from limen.cedar import Compiled, EntityUid, Policy, compile_policies
from limen.cedar.interpret import Request as CedarRequest
from limen.cedar.tree import Literal, descend
from limen.clock import DAY, MINUTE, SECOND, Instant, Milliseconds, to_iso
from limen.facts import (
    NOWHERE,
    UNKNOWN_DEVICE,
    UNKNOWN_RISK,
    App,
    Auth,
    Device,
    Factor,
    Facts,
    Grant,
    Person,
    Place,
    Risk,
    Session,
)
from limen.policy.annotations import State
from limen.policy.decision import Effect, Request
from limen.policy.engine import Engine
from limen.policy.proof.cuts import Cuts, cuts_of
from limen.policy.proof.obstacles import Obstacle, covers, nobody_is_meant, obstacle
from limen.policy.seen import ACTION_ENTITIES, see

HORIZON: Final[Milliseconds] = 7 * DAY
"""Who can't get in for a week is locked out."""
ARRIVAL: Final[Milliseconds] = 30 * SECOND
"""From the proof to the console: nobody is faster for certain, so a proof that must be younger is out of reach."""
MOST_INSTANTS: Final = 700
MOST_TRIES: Final = 20_000
SIGN_IN: Final = Request("sign_in")
ADMINISTER: Final = Request("administer")
_WANTED: Final = (SIGN_IN, ADMINISTER)
_STRONG: Final = frozenset({Factor.PASSKEY, Factor.SECURITY_KEY})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person and the factors they have enrolled."""

    person: Person
    factors: frozenset[Factor]


@dataclass(frozen=True, slots=True)
class Attainable:
    """What can be had today beside a fresh proof: the first of each is what everybody has."""

    places: tuple[Place, ...] = (NOWHERE,)
    devices: tuple[Device, ...] = (UNKNOWN_DEVICE,)
    risks: tuple[Risk, ...] = (UNKNOWN_RISK,)
    grants: tuple[tuple[Grant, ...], ...] = ((),)

    @classmethod
    def today(cls, networks: Iterable[tuple[str, IPv4Network | IPv6Network]]) -> Attainable:
        """A place in each of the company's networks; nothing yet tells countries, devices or risks, or gives grants."""
        inside = [Place(str(network[0]), network=name) for name, network in networks]
        return cls(places=(NOWHERE, *inside))


@dataclass(frozen=True, slots=True)
class Proof:
    """`person` can sign in and administer Limen at `at`, under `facts`. `permits` are the policies that let them."""

    person: str
    at: Instant
    facts: Facts
    permits: tuple[str, ...]
    is_later: bool

    def to_json(self) -> dict[str, Any]:
        """What a revision keeps: plain values, nobody's name."""
        auth, place = self.facts.auth, self.facts.place
        return {
            "person": self.person,
            "at": self.at,
            "strength": auth.strength,
            "factors": sorted(auth.factors),
            "network": place.network,
            "device": self.facts.device.id,
            "permits": list(self.permits),
        }

    def __str__(self) -> str:
        place = f", in the network {self.facts.place.network}" if self.facts.place.network else ""
        when = f", from {to_iso(self.at)} on" if self.is_later else ""
        factors = " and ".join(sorted(self.facts.auth.factors))
        return f"{self.person} can still administer Limen with {factors}{place}{when} ({', '.join(self.permits)})"


@dataclass(frozen=True, slots=True)
class LockedOut:
    """Nobody can administer Limen any more within a week."""

    obstacles: tuple[Obstacle, ...]

    def __str__(self) -> str:
        return "every administrator would be locked out: " + " · ".join(str(one) for one in self.obstacles)


def prove(
    engine: Engine, limen: App, people: Iterable[Candidate], now: Instant, attainable: Attainable | None = None
) -> Proof | LockedOut:
    """Look for one active person who can still administer `limen`, Limen itself as an app.

    `attainable` None: no network of the company, and nothing else beside a proof.
    """
    search = _Search(engine, limen, attainable or Attainable(), now)
    active = [one for one in people if one.person.active]
    if not any(one.factors for one in active):
        lacking = "no active person has a factor to sign in with" if active else "there is no active person"
        return LockedOut((Obstacle("", lacking, "invite an administrator and let them enrol first"),))
    hopeful = search.hopeful(active)
    if not hopeful:
        return LockedOut(tuple(nobody_is_meant(engine, limen, search.policies.values())))
    found = search.find(hopeful)
    return found or LockedOut(search.obstacles())


@dataclass(frozen=True, slots=True)
class _World:
    """One try: the facts at the sign-in, and at the console after it."""

    candidate: Candidate
    at: Instant
    signing_in: Facts
    inside: Facts


@dataclass(slots=True)
class _Tried:
    """The try that came nearest: with the fewest policies in its way."""

    cost: int
    world: _World
    blocking: tuple[tuple[Request, str, str], ...]


@dataclass(slots=True)
class _Search:
    engine: Engine
    limen: App
    attainable: Attainable
    now: Instant
    policies: dict[str, Policy] = field(init=False)
    compiled: Compiled = field(init=False)
    nearest: _Tried | None = None

    def __post_init__(self) -> None:
        enforced = self.engine.in_state(State.ENFORCE)
        resource = see(Facts(self.limen)).resource
        self.policies = {
            one.id: one
            for one in enforced
            if one.resource.holds(resource.uid, resource.ancestors) and any(covers(one, wanted) for wanted in _WANTED)
        }
        self.compiled = compile_policies(self.policies.values())

    # Whom the permits mean

    def hopeful(self, people: list[Candidate]) -> list[Candidate]:
        """Those whom a permit names for both, one of each kind that the policies can tell apart."""
        kinds: dict[object, Candidate] = {}
        groups, names = self._named()
        for one in people:
            if one.factors:
                name = one.person.id if one.person.id in names else ""
                kinds.setdefault((one.person.groups & groups, name, one.factors), one)
        return [one for one in kinds.values() if all(self._is_meant(one.person, wanted) for wanted in _WANTED)]

    def _named(self) -> tuple[frozenset[str], frozenset[str]]:
        uids = [uid for one in self.policies.values() for uid in one.principal.entities or ()]
        for one in self.policies.values():
            for condition in one.conditions:
                values = [node.value for node in descend(condition.body) if isinstance(node, Literal)]
                uids += [value for value in values if isinstance(value, EntityUid)]
        return (
            frozenset(uid.id for uid in uids if uid.type == "Group"),
            frozenset(uid.id for uid in uids if uid.type == "Person"),
        )

    def _is_meant(self, person: Person, wanted: Request) -> bool:
        principal = see(Facts(self.limen, person)).principal
        return any(
            one.effect == "permit" and covers(one, wanted) and one.principal.holds(principal.uid, principal.ancestors)
            for one in self.policies.values()
        )

    # Trying

    def find(self, people: list[Candidate]) -> Proof | None:
        """The first world in which somebody gets in: now rather than later, and from anywhere rather than inside."""
        instants = list(self._instants())
        tries = (
            world
            for is_whole in (True, False)
            for at in instants
            for candidate in people
            for world in self._worlds(candidate, at, is_whole=is_whole)
        )
        for world in islice(tries, MOST_TRIES):
            if self._lets_in(world):
                permits = self._said(ADMINISTER, world.inside, world.at)[0]
                return Proof(world.candidate.person.id, world.at, world.inside, permits, world.at != self.now)
        return None

    def _worlds(self, candidate: Candidate, at: Instant, *, is_whole: bool) -> Iterator[_World]:
        proved = _proved(at)
        can = self.attainable
        for factors in _proofs(candidate.factors, is_whole=is_whole):
            for place, device, risk, grants in product(can.places, can.devices, can.risks, can.grants):
                auth = Auth(_strength(factors), factors, proved)
                session = Session("new", candidate.person.id, auth, proved, at + DAY, DAY, device_id=device.id)
                signing_in = Facts(self.limen, candidate.person, auth, place=place, risk=risk)
                inside = Facts(self.limen, candidate.person, auth, session, device, place, risk, grants)
                yield _World(candidate, at, signing_in, inside)

    def _lets_in(self, world: _World) -> bool:
        proved = _proved(world.at)
        blocking = (
            *self._blocking(SIGN_IN, world.signing_in, proved),
            *self._blocking(ADMINISTER, world.inside, world.at),
        )
        if blocking:
            if self.nearest is None or len(blocking) < self.nearest.cost:
                self.nearest = _Tried(len(blocking), world, blocking)
            return False
        # What is kept as a proof was said by the engine itself.
        return (
            self.engine.decide(SIGN_IN, world.signing_in, proved).effect is Effect.PERMIT
            and self.engine.decide(ADMINISTER, world.inside, world.at).effect is Effect.PERMIT
        )

    def _blocking(self, wanted: Request, facts: Facts, at: Instant) -> list[tuple[Request, str, str]]:
        """(what for, policy, message of its error or "") for each that stands in the way."""
        permits, forbids, errors = self._said(wanted, facts, at)
        found = [(wanted, policy, message) for policy, message in errors]
        found += [(wanted, policy, "") for policy in forbids]
        if not permits:
            principal = see(facts).principal
            found += [
                (wanted, one.id, "")
                for one in self.policies.values()
                if one.effect == "permit"
                and covers(one, wanted)
                and one.principal.holds(principal.uid, principal.ancestors)
                and one.id not in dict(errors)
            ]
        return found

    def _said(
        self, wanted: Request, facts: Facts, at: Instant
    ) -> tuple[tuple[str, ...], tuple[str, ...], tuple[tuple[str, str], ...]]:
        asking = self._asking(wanted, facts, at)
        found = self.compiled.evaluate(asking.principal, asking.action, asking.resource, asking.context, {})
        return found.permits, found.forbids, found.errors

    def _instants(self) -> Iterator[Instant]:
        """Now, and every instant within a week at which a policy may say something else."""
        cuts = cuts_of(self.policies.values())
        yield self.now
        found = {at for at in self._daily(cuts) if self.now < at <= self.now + HORIZON}
        found |= {at for at in self._dates(cuts) if self.now < at <= self.now + HORIZON}
        yield from sorted(found)[:MOST_INSTANTS]

    def _dates(self, cuts: Cuts) -> Iterator[Instant]:
        for moments in cuts.moments.values():
            yield from moments
            yield from (moment + ARRIVAL for moment in moments)
        if cuts.unsplit:  # compared in a way that has no borders: looked at every quarter of an hour
            yield from range(self.now, self.now + HORIZON, 15 * MINUTE)

    def _daily(self, cuts: Cuts) -> Iterator[Instant]:
        if not any(path.startswith("context.time.") for path in cuts.read):
            return
        minutes = {0, *cuts.numbers.get("context.time.minute", ())}
        if len(minutes) > MOST_INSTANTS // 8:
            minutes = set(range(0, 1440, 15))
        day = self.now
        for _ in range(9):
            start = self.engine.calendar.midnight_after(day - 1)
            for minute in sorted(minutes):
                # the sign-in before it must fall into the same stretch of time
                yield start + minute * MINUTE + ARRIVAL
                yield start + minute * MINUTE
            day = start + DAY // 2

    def obstacles(self) -> tuple[Obstacle, ...]:
        """What stood in the way of the try that came nearest."""
        found: dict[str, Obstacle] = {}
        if self.nearest is not None:
            world = self.nearest.world
            for wanted, policy_id, message in self.nearest.blocking:
                facts, at = (world.signing_in, _proved(world.at)) if wanted is SIGN_IN else (world.inside, world.at)
                asking = self._asking(wanted, facts, at)
                found.setdefault(policy_id, obstacle(self.policies[policy_id], wanted, asking, message))
        return tuple(found.values())

    def _asking(self, wanted: Request, facts: Facts, at: Instant) -> CedarRequest:
        seen = see(facts)
        context = seen.context(wanted, at, self.engine.calendar.at(at))
        return CedarRequest(seen.principal, ACTION_ENTITIES[wanted.action], seen.resource, context, {})


def _proved(at: Instant) -> Instant:
    """When whoever arrives at `at` proved who they are."""
    return max(at - ARRIVAL, 1)


def _strength(factors: frozenset[Factor]) -> int:
    if factors & _STRONG:
        return 3
    if {Factor.PASSWORD, Factor.CODE} <= factors:
        return 2
    return 1 if factors else 0


def _proofs(factors: frozenset[Factor], *, is_whole: bool) -> Iterator[frozenset[Factor]]:
    """All that a person has, or else every other choice among it."""
    if is_whole:
        yield factors
        return
    for size in range(1, len(factors)):
        yield from (frozenset(some) for some in combinations(sorted(factors), size))
