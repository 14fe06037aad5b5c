"""Proves that somebody can still reach the console under new policies, so that no revision locks everybody out.

At least one active person must be able to sign in, by one of the ways there are, and then `administer` Limen: read the
console, publish and revert, as it asks for each. It must be by facts that they can attain: proofs with factors they
really have, given just now; one of the company's networks, or none; some quarter of an hour within a week, before the
company requires a factor of them that they lack. A device that is known, a country, a low risk or a grant count only
where the caller says that they can be attained. An error is a refusal. What is found is a proof: who, when, by which
facts; or else which policies stand in the way.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network, IPv6Network
from itertools import combinations, islice, product
from typing import Any, Final

from limen.cedar import Compiled, EntityUid, Policy, compile_policies
from limen.cedar.interpret import Request as CedarRequest
from limen.cedar.tree import Literal, descend
from limen.clock import DAY, MINUTE, SECOND, Instant, Milliseconds, to_iso
from limen.facts import (
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
    strength_of,
)
from limen.policy.annotations import State
from limen.policy.cedar_view import view_of
from limen.policy.decision import Effect, Request
from limen.policy.engine import Engine
from limen.policy.proof.obstacles import Obstacle, covers, nobody_is_meant, obstacle
from limen.policy.scenarios.boundaries import Boundaries, atoms_of, boundaries_of
from limen.policy.scenarios.places import attainable_places

HORIZON: Final[Milliseconds] = 7 * DAY
"""Who can't get in for a week is locked out."""
ARRIVAL: Final[Milliseconds] = 30 * SECOND
"""From the proof to the console: nobody is faster for certain, so a proof that must be younger is out of reach."""
LASTING: Final[Milliseconds] = 15 * MINUTE
"""Whoever gets in must get in for so long: time to read, to think, and to put right what is wrong."""
MOST_INSTANTS: Final = 700
MOST_TRIES: Final = 20_000
FULLY_TRIED: Final = 200
"""Of so many tries all that stood in the way is looked at, to name the least; then one refusing policy is enough."""
SIGN_IN: Final = Request("sign_in")
ADMINISTER: Final = Request("administer", "GET", "/console")
CONSOLE: Final = (
    ADMINISTER,
    Request("administer", "GET", "/console/changes/{draft_id}"),
    Request("administer", "POST", "/console/changes/{draft_id}/publish"),
    Request("administer", "GET", "/console/revisions"),
    Request("administer", "POST", "/console/revisions/{revision_id}/revert"),
)
"""What the console asks for while somebody puts policies right; all of it must be permitted."""
WAYS_IN: Final = (
    frozenset({Factor.PASSKEY}),
    frozenset({Factor.SECURITY_KEY}),
    frozenset({Factor.PASSWORD, Factor.CODE}),
    frozenset({Factor.PASSWORD}),
)
"""What one sign-in can prove. A session can prove another of them later, to step up."""
_WANTED: Final = (SIGN_IN, ADMINISTER)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person and the factors they have enrolled."""

    person: Person
    factors: frozenset[Factor]
    authenticators: frozenset[str] = frozenset()
    """The AAGUIDs of their security keys whose model is attested."""
    devices: tuple[Device, ...] = ()
    """Their devices, as each could be proved to be now."""


@dataclass(frozen=True, slots=True)
class Attainable:
    """What can be had today beside a fresh proof: the first of each is what everybody has.

    `networks` are the company's, in the order in which places are looked up. The places are derived from them, unless
    there are some in `places`.
    """

    networks: tuple[tuple[str, IPv4Network | IPv6Network], ...] = ()
    places: tuple[Place, ...] = ()
    devices: tuple[Device, ...] = (UNKNOWN_DEVICE,)
    risks: tuple[Risk, ...] = (UNKNOWN_RISK,)
    grants: tuple[tuple[Grant, ...], ...] = ((),)

    @classmethod
    def today(cls, networks: Iterable[tuple[str, IPv4Network | IPv6Network]]) -> Attainable:
        """Places inside and outside the networks. No country is known: it is told by a file, which may be lost. Nothing
        yet tells devices or risks, or gives grants.
        """
        return cls(tuple(networks))


@dataclass(frozen=True, slots=True)
class Proof:
    """`person` can sign in and administer Limen from `at` on, under `facts`. `permits` are the policies that let them.

    Their sign-in proved `signed_in_with`; where `facts` know of more factors, they stepped up after it.
    """

    person: str
    at: Instant
    facts: Facts
    permits: tuple[str, ...]
    is_later: bool
    signed_in_with: frozenset[Factor] = frozenset()

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
    """Nobody can administer Limen any more, for a week from `begins` on (0: from now on)."""

    obstacles: tuple[Obstacle, ...]
    begins: Instant = 0

    def __str__(self) -> str:
        when = f" from {to_iso(self.begins)}" if self.begins else ""
        return f"every administrator would be locked out{when}: " + " · ".join(str(one) for one in self.obstacles)


def prove(
    engine: Engine, limen: App, people: Iterable[Candidate], now: Instant, attainable: Attainable | None = None
) -> Proof | LockedOut:
    """Look for one active person who can still administer `limen`, Limen itself as an app.

    `attainable` None: no network of the company, and nothing else beside a proof.
    """
    search = search_of(engine, limen, people, now, attainable)
    return search if isinstance(search, LockedOut) else search.prove()


def search_of(
    engine: Engine, limen: App, people: Iterable[Candidate], now: Instant, attainable: Attainable | None = None
) -> Search | LockedOut:
    """The search that `prove` makes, for those who may administer Limen at all; without any they are locked out."""
    search = Search(engine, limen, attainable or Attainable(), now)
    active = [one for one in people if one.person.active and not one.person.is_workload]
    if not any(ways_of(one) for one in active):
        lacking = "no active person has a factor to sign in with" if active else "there is no active person"
        return LockedOut((Obstacle("", lacking, "invite an administrator and have them enrol first"),))
    hopeful = search.hopeful(active)
    if not hopeful:
        return LockedOut(tuple(nobody_is_meant(engine, limen, search.policies.values())))
    search.people = hopeful
    search.turns = search._turns()  # noqa: SLF001 -- its own
    return search


_UNENROLLED: Final = Obstacle(
    "",
    "nobody who administers Limen has the factors that are required of them",
    "choose a later date in factors.yaml, or have one of them set up the factor first",
)
_RESTLESS: Final = Obstacle("", "nobody would be let in for 15 minutes in a row", "list fewer dates and times of day")


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
class Search:
    """Tries people, proofs, places and instants until somebody gets in. `people` are those worth trying."""

    engine: Engine
    limen: App
    attainable: Attainable
    now: Instant
    policies: dict[str, Policy] = field(init=False)
    compiled: Compiled = field(init=False)
    drawn: Boundaries = field(init=False)
    places: tuple[Place, ...] = field(init=False)
    turns: list[Instant] = field(init=False)
    asked: tuple[Request, ...] = field(init=False)
    people: list[Candidate] = field(default_factory=list)
    nearest: _Tried | None = None
    tried: int = 0
    lately: deque[str] = field(default_factory=lambda: deque(maxlen=8))
    alone: dict[str, Compiled] = field(default_factory=dict)

    def __post_init__(self) -> None:
        enforced = self.engine.in_state(State.ENFORCE)
        resource = view_of(Facts(self.limen)).resource
        self.policies = {
            one.id: one
            for one in enforced
            if one.resource.holds(resource.uid, resource.ancestors) and any(covers(one, wanted) for wanted in _WANTED)
        }
        self.compiled = self.engine.enforced
        self.drawn = boundaries_of(atoms_of(self.policies.values()))
        self.places = self.attainable.places or attainable_places(self.attainable.networks, self.drawn)
        self.turns = self._turns()
        reads_request = any(path == "context" or path.startswith("request.") for path in self.drawn.read)
        self.asked = CONSOLE if reads_request else (ADMINISTER,)

    # Whom the permits mean

    def hopeful(self, people: list[Candidate]) -> list[Candidate]:
        """Those whom a permit names for both, one of each kind that the policies can tell apart."""
        kinds: dict[object, Candidate] = {}
        groups, names = self._named()
        for one in people:
            if ways_of(one):
                name = one.person.id if one.person.id in names else ""
                kind = (
                    one.person.groups & groups,
                    name,
                    one.factors,
                    one.authenticators,
                    one.person.must_enrol_at,
                    one.person.first_day,
                )
                kinds.setdefault(kind, one)
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
        principal = view_of(Facts(self.limen, person)).principal
        return any(
            one.effect == "permit" and covers(one, wanted) and one.principal.holds(principal.uid, principal.ancestors)
            for one in self.policies.values()
        )

    # Trying

    def at(self, now: Instant) -> Search:
        """The same search at another instant."""
        search = copy(self)
        search.now, search.nearest, search.tried = now, None, 0
        search.turns = search._turns()  # noqa: SLF001 -- its own
        return search

    def prove(self) -> Proof | LockedOut:
        """Now rather than later."""
        return self.find(([self.now], self.later())) or self.locked_out()

    def locked_out(self, begins: Instant = 0) -> LockedOut:
        """What stood in the way of the tries so far."""
        if all(one.person.must_enrol_at for one in self.people):
            return LockedOut((_UNENROLLED, *self.obstacles()), begins)
        return LockedOut(self.obstacles() or (_RESTLESS,), begins)

    def find(self, when: Iterable[Sequence[Instant]]) -> Proof | None:
        """The first world in which somebody gets in: at the first instants, and from anywhere rather than inside."""
        tries = (
            world
            for instants in when
            for steps_up in (False, True)
            for at in instants
            for candidate in self.people
            for world in self._worlds(candidate, at, steps_up=steps_up)
        )
        for world in islice(tries, MOST_TRIES):
            if self._lets_in(world) and self._lasts(world):
                permits = self._said(ADMINISTER, world.inside, world.at)[0]
                who, way, is_later = world.candidate.person.id, world.signing_in.auth.factors, world.at != self.now
                return Proof(who, world.at, world.inside, permits, is_later, way)
        return None

    def _worlds(self, candidate: Candidate, at: Instant, *, steps_up: bool) -> Iterator[_World]:
        can = self.attainable
        who = candidate.person
        if who.must_enrol_at and at >= who.must_enrol_at:
            return
        if who.first_day and at < self.engine.calendar.beginning(who.first_day):
            return
        for (way, factors), place, device, risk, grants in product(
            _proofs(candidate, steps_up=steps_up),
            self.places,
            (*can.devices, *candidate.devices),
            can.risks,
            can.grants,
        ):
            wanted = Auth(strength_of(factors), factors)
            facts = Facts(self.limen, candidate.person, wanted, None, device, place, risk, grants)
            models = sorted(candidate.authenticators) if Factor.PASSKEY in factors else ()
            for more in ((), *((("session.authenticator", one),) for one in models)):
                yield self._world(candidate, at, way, replace(facts, more=more))

    def _world(self, candidate: Candidate, at: Instant, way: frozenset[Factor], wanted: Facts) -> _World:
        """Whoever proves `way` and then what is `wanted`, in time to be at the console at `at`."""
        proved = _proved(at)
        auth = replace(wanted.auth, at=proved)
        session = Session("new", candidate.person.id, auth, proved, at + DAY, DAY, device_id=wanted.device.id)
        first = Auth(strength_of(way), way, proved)
        signing_in = Facts(self.limen, candidate.person, first, place=wanted.place, risk=wanted.risk)
        return _World(candidate, at, signing_in, replace(wanted, auth=auth, session=session))

    def _lets_in(self, world: _World) -> bool:
        proved = _proved(world.at)
        if self.tried > FULLY_TRIED and self._is_refused_again(world):
            return False
        self.tried += 1
        blocking = [*self._blocking(SIGN_IN, world.signing_in, proved)]
        for asked in self.asked:
            known = {policy for _, policy, _ in blocking}
            blocking += [one for one in self._blocking(asked, world.inside, world.at) if one[1] not in known]
        if blocking:
            self._note(world, blocking)
            return False
        # What is kept as a proof was said by the engine itself.
        return self.engine.decide(SIGN_IN, world.signing_in, proved).effect is Effect.PERMIT and all(
            self.engine.decide(asked, world.inside, world.at).effect is Effect.PERMIT for asked in self.asked
        )

    def _is_refused_again(self, world: _World) -> bool:
        """Does one of the policies that stood in the way of late try still do so? Asking a few is faster than all."""
        asked = ((SIGN_IN, world.signing_in, _proved(world.at)), (ADMINISTER, world.inside, world.at))
        for policy in self.lately:
            alone = self.alone.get(policy)
            if alone is None:
                alone = self.alone[policy] = compile_policies([self.policies[policy]])
            for wanted, facts, at in asked:
                asking = self._asking(wanted, facts, at)
                found = alone.evaluate(asking.principal, asking.action, asking.resource, asking.context, {})
                if found.forbids or found.errors:
                    self.lately.remove(policy)
                    self.lately.appendleft(policy)
                    return True
        return False

    def _lasts(self, world: _World) -> bool:
        """Does the same person get in until `LASTING` later, each time by a new sign-in that proves the same?"""
        way, until = world.signing_in.auth.factors, world.at + LASTING
        between = set(self.turns[bisect_right(self.turns, world.at) : bisect_left(self.turns, until)])
        if self.drawn.unbounded or self.drawn.reads("time"):
            between |= {at - at % MINUTE for at in range(world.at + MINUTE, until, MINUTE)}
        return len(between) <= MOST_INSTANTS and all(
            self._lets_in(self._world(world.candidate, at, way, world.inside)) for at in (*sorted(between), until)
        )

    def _note(self, world: _World, blocking: list[tuple[Request, str, str]]) -> None:
        refusing = next((policy for _, policy, _ in blocking if self.policies[policy].effect == "forbid"), "")
        if refusing and refusing not in self.lately:
            self.lately.appendleft(refusing)
        if self.nearest is None or len(blocking) < self.nearest.cost:
            self.nearest = _Tried(len(blocking), world, tuple(blocking))

    def _blocking(self, wanted: Request, facts: Facts, at: Instant) -> list[tuple[Request, str, str]]:
        """(what for, policy, message of its error or "") for each that stands in the way."""
        permits, forbids, errors = self._said(wanted, facts, at)
        found = [(wanted, policy, message) for policy, message in errors]
        found += [(wanted, policy, "") for policy in forbids]
        if not permits:
            principal = view_of(facts).principal
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

    def later(self) -> list[Instant]:
        """The instants within a week at which a policy may say something else; of too many the nearest, and then some
        of the rest, evenly, so that the whole week is looked at.
        """
        later = [at for at in self.turns if self.now < at <= self.now + HORIZON]
        near, far = later[: MOST_INSTANTS // 2], later[MOST_INSTANTS // 2 :]
        return near + far[:: max(1, -(-len(far) // (MOST_INSTANTS // 2)))]

    def _turns(self) -> list[Instant]:
        """Where a policy may say something else, now or when somebody who is there now has proved who they are."""
        return sorted({*self._daily(), *self._dates()})

    def _dates(self) -> Iterator[Instant]:
        for dates in self.drawn.dates.values():
            for date in dates:
                yield from (date, date + ARRIVAL)
        yield from {one.person.must_enrol_at for one in self.people} - {0}
        yield from {self.engine.calendar.beginning(day) for one in self.people if (day := one.person.first_day)}
        if self.drawn.unbounded:  # compared in a way that has no borders: looked at again and again
            yield from range(self.now, self.now + HORIZON, LASTING)

    def _daily(self) -> Iterator[Instant]:
        if not self.drawn.reads("time"):
            return
        minutes = {0, *self.drawn.numbers.get("time.minute", ())}
        if len(minutes) > MOST_INSTANTS // 8:
            minutes = set(range(0, 1440, 15))
        day = self.now - DAY  # what is left of today counts as well
        for _ in range(10):
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
        return view_of(facts).asked(wanted, at, self.engine.calendar)


def _proved(at: Instant) -> Instant:
    """When whoever arrives at `at` proved who they are."""
    return max(at - ARRIVAL, 1)


def ways_of(candidate: Candidate) -> tuple[frozenset[Factor], ...]:
    """The ways in that this person has, the strongest first."""
    return tuple(way for way in WAYS_IN if way <= candidate.factors)


def _proofs(candidate: Candidate, *, steps_up: bool) -> Iterator[tuple[frozenset[Factor], frozenset[Factor]]]:
    """(What a sign-in proves, what its session has proved at the console): the same, or more after a step-up."""
    ways = ways_of(candidate)
    if not steps_up:
        yield from ((way, way) for way in ways)
        return
    unions = {frozenset().union(*some) for size in range(2, len(ways) + 1) for some in combinations(ways, size)}
    for union in sorted(unions, key=lambda one: (len(one), sorted(one))):
        yield from ((way, union) for way in ways if way < union)
