"""The blast radius of anybody and anything: apps that decisions permit, and the network from wherever they stand.

    surroundings = Surroundings.of(company, today, day, now)
    found = surroundings.blast(Holder(Kind.PERSON, "p1", "Ada"), Taken.LAPTOP)

What decisions permit comes from the exact search of standing privilege, over every situation that policies can tell
apart and that whoever took it can bring about. Doors and Wi-Fi among the apps lead into the network, as do the places
where it was seen; from there the network's own proof goes on. An app that is reached is an end: the host it runs on is
not taken over with it. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from limen.access.graph import groups_of
from limen.access.openings import Means
from limen.access.standing.privilege import Held, standing_access
from limen.clock import Instant
from limen.company.askable import askable
from limen.company.blast.taken import (
    Holder,
    Kind,
    Taken,
    devices_taken,
    is_there,
    means,
    people_behind,
    seen_at,
)
from limen.company.blast.today import Placing, Today
from limen.company.company import Company
from limen.facts import ACTIONS, App, Person
from limen.network.compiling import compiled
from limen.network.doors.model import rules_from_anywhere
from limen.network.model import FILE, INTERNET, Network, Zone
from limen.network.packets.regions import Regions
from limen.network.proof.assets import Asset
from limen.network.proof.blast_radius import DOOR, BlastRadius, Ground, Start, radius_on
from limen.network.tunnels.model import end_of_tunnels
from limen.policy import Engine, State
from limen.policy.scenarios.boundaries import atoms_of, boundaries_of


@dataclass(frozen=True, slots=True)
class Permitted:
    """An app that is within reach of whoever acts as this person (an id): what they can do there, by which policies,
    and by which of the person's groups (() where it needs none). A doubt counts as yes: then it is not certain.
    """

    app: App
    person: str
    actions: tuple[str, ...]
    policies: tuple[str, ...]
    groups: tuple[str, ...] = ()
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """Where in the network they begin. `why`: "taken", "seen", "tunnel", "internet" or an app's id."""

    place: str
    why: str


@dataclass(frozen=True, slots=True)
class Blast:
    """All within reach of whoever took this. `network`: None where the company states no network. `weight`: the sum of
    the sensitivities of apps, hosts and zones, 0 to 3 each; `size`: how many there are.
    """

    holder: Holder
    taken: Taken
    apps: tuple[Permitted, ...]
    entries: tuple[Entry, ...]
    network: BlastRadius | None
    is_exact: bool = True
    public: int = 0
    """How many of the hosts and zones anybody on the internet reaches as well."""

    @property
    def app_ids(self) -> frozenset[str]:
        return frozenset(one.app.id for one in self.apps)

    @property
    def weight(self) -> int:
        apps = {one.app.id: one.app.sensitivity for one in self.apps}
        return sum(apps.values()) + (self.network.weight if self.network else 0)

    @property
    def size(self) -> int:
        return len(self.app_ids) + (len(self.network.reached) if self.network else 0)

    @property
    def is_whole(self) -> bool:
        return self.network is None or self.network.is_whole


@dataclass(frozen=True)
class Surroundings:
    """What blast radii of one company on one day rest on, worked out once. `regions`: of its network."""

    engine: Engine
    apps: Mapping[str, App]
    network: Network
    today: Today
    now: Instant
    regions: Regions

    @classmethod
    def of(cls, company: Company, today: Today, day: str, now: Instant, regions: Regions | None = None) -> Surroundings:
        """`day`: ISO 8601, where the company is."""
        network = network_of(company)
        known = regions or Regions(compiled(network, day))
        return cls(company.engine(), company.all_apps, network, today, now, known)

    def made_ready(self) -> Surroundings:
        """Itself, with all that blast radii share worked out."""
        if self.network.zones:
            self.ground.reached(Start("", (), doors=frozenset(self.ground.doors)))
        return self

    def changed(
        self, *, engine: Engine | None = None, today: Today | None = None, now: Instant | None = None
    ) -> Surroundings:
        """With other policies or other people, on the same ground."""
        after = replace(self, engine=engine or self.engine, today=today or self.today, now=now or self.now)
        vars(after).update(ground=self.ground, placing=self.placing)
        return after

    # What there is to take over

    @cached_property
    def holders(self) -> tuple[Holder, ...]:
        """Everybody who is active, every device and service, each host and zone."""
        people = [one for one in self.today.people.values() if one.active]
        return (
            *(Holder(Kind.PERSON, one.id, one.email or one.name) for one in people if not one.is_workload),
            *(Holder(Kind.DEVICE, one.id, one.name) for one in self.today.devices.values()),
            *(Holder(Kind.WORKLOAD, one.id, one.name) for one in people if one.is_workload),
            *(Holder(Kind.HOST, one.name, one.name) for one in self.network.hosts),
            *(Holder(Kind.ZONE, one, one) for one in (self.network.zone_names if self.network.zones else ())),
        )

    def found(self, kind: Kind, name: str) -> tuple[Holder, ...]:
        """Those of a kind that have this id or name."""
        wanted = name.casefold()
        return tuple(
            one
            for one in self.holders
            if one.kind is kind
            and (name in {one.id, one.name} or (kind is Kind.PERSON and wanted in self._called(one)))
        )

    def _called(self, holder: Holder) -> tuple[str, str]:
        return holder.name.casefold(), self.today.people[holder.id].name.casefold()

    # Their blast radius

    def blast(self, holder: Holder, taken: Taken, has_time: Callable[[], bool] = lambda: True) -> Blast:
        """`has_time`: whether one more change of the network is tried for the one that shrinks it most."""
        permitted = self.permitted([holder], taken)[holder.id] if self.permits(holder, taken) else ()
        return self.assembled(holder, taken, permitted, has_time)

    def permits(self, holder: Holder, taken: Taken) -> bool:
        """Whether anybody's access goes with it at all."""
        return bool(people_behind(holder, self.today)) and is_there(holder, taken, self.today)

    def assembled(
        self, holder: Holder, taken: Taken, permitted: tuple[Permitted, ...], has_time: Callable[[], bool]
    ) -> Blast:
        start, entries = self.start(holder, taken, permitted)
        network = radius_on(self.ground, start, has_time) if self.network.zones else None
        public = sum(one.asset in self._public for one in network.reached) if network else 0
        return Blast(holder, taken, permitted, entries, network, all(one.is_certain for one in permitted), public)

    def permitted(self, holders: Iterable[Holder], taken: Taken) -> dict[str, tuple[Permitted, ...]]:
        """By the id of each holder what decisions permit, in the order of apps. Alike people are looked at once."""
        several = list(holders)
        behind = {one.id: people_behind(one, self.today) for one in several}
        found: dict[str, tuple[Permitted, ...]] = {}
        together = [one for one in several if one.kind is not Kind.DEVICE]
        own = {one.id: one for one in together}
        for batch in (together, *([one] for one in several if one.kind is Kind.DEVICE)):
            people = [person for one in batch for person in behind[one.id]]
            means_of = {
                person.id: self._read_of(means(own.get(person.id, batch[0]), person, taken, self.today, self.now))
                for person in people
            }
            search = standing_access(
                self.engine,
                people,
                self.apps.values(),
                since=self.now,
                means_of=lambda person, known=means_of: known[person.id],  # type: ignore[misc]
            )
            by_person: dict[str, list[Held]] = {}
            for held in search.held:
                for person_id in held.people:
                    by_person.setdefault(person_id, []).append(held)
            for one in batch:
                found[one.id] = tuple(self._permitted(one, taken, behind[one.id], by_person))
        return found

    def _permitted(
        self, holder: Holder, taken: Taken, people: Iterable[Person], held: Mapping[str, list[Held]]
    ) -> Iterator[Permitted]:
        known = [(one.app, one.actions) for one in self.today.tokens if one.owner == holder.id]
        for person in people:
            by_app: dict[str, list[Held]] = {}
            for one in (*held.get("", ()), *held.get(person.id, ())):
                is_held = taken is not Taken.TOKEN or any(
                    one.app == app and one.action in actions for app, actions in known
                )
                if is_held and one.action in askable(self.apps[one.app]):
                    by_app.setdefault(one.app, []).append(one)
            for app_id, some in sorted(by_app.items()):
                policies = tuple(dict.fromkeys(policy for one in some for policy in one.policies))
                groups = {group for policy in policies for group in self._groups.get(policy, frozenset())}
                yield Permitted(
                    self.apps[app_id],
                    person.id,
                    tuple(sorted({one.action for one in some}, key=ACTIONS.index)),
                    policies,
                    tuple(sorted(groups & person.groups)),
                    all(one.is_certain for one in some),
                )

    @cached_property
    def _groups(self) -> dict[str, frozenset[str]]:
        return {policy.id: groups_of(policy) for policy in self.engine.policies}

    @cached_property
    def _read(self) -> frozenset[str] | None:
        """The facts that the policies in force read; None where that can't be told."""
        found = boundaries_of(atoms_of(self.engine.in_state(State.ENFORCE)))
        return None if found.unbounded else found.read

    def _read_of(self, whole: Means) -> Means:
        """Without what no policy reads, so that people are alike whose devices differ in nothing else."""
        read = self._read
        if read is None:
            return whole
        return replace(
            whole,
            one_of=frozenset(frozenset((axis, value) for axis, value in one if axis in read) for one in whole.one_of),
        )

    # The network

    @cached_property
    def ground(self) -> Ground:
        doors = {
            app.id: tuple(rules_from_anywhere(f"{DOOR}{app.id}", app.network, self.network))
            for app in self.apps.values()
            if app.network is not None
        }
        return Ground(self.network, self.regions, doors)

    @cached_property
    def _public(self) -> frozenset[Asset]:
        """What anybody on the internet reaches."""
        return frozenset(self.ground.reached(Start(INTERNET, (INTERNET,))))

    @cached_property
    def placing(self) -> Placing:
        return Placing(self.network)

    def start(self, holder: Holder, taken: Taken, permitted: Iterable[Permitted]) -> tuple[Start, tuple[Entry, ...]]:
        """Where they begin, and which doors open to them."""
        if holder.kind is Kind.ZONE:
            return Start(holder.id, (holder.id,)), (Entry(holder.id, "taken"),)
        seen = seen_at(holder, taken, self.today, self.placing)
        why = "taken" if holder.kind is Kind.HOST else "seen"
        entries = [Entry(one, why) for one in sorted(seen.hosts | seen.zones)]
        if taken is Taken.LAPTOP and devices_taken(holder, taken, self.today):
            end = end_of_tunnels(self.network)
            entries += [Entry(end.zone, "tunnel")] if end is not None else []
        doors = set[str]()
        for one in permitted:
            if one.app.network is not None and "connect" in one.actions:
                doors.add(one.app.id)
            if one.app.radius is not None and one.app.radius.vlan and "connect" in one.actions:
                vlan = one.app.radius.vlan
                entries += [Entry(zone.name, one.app.id) for zone in self.network.zones if _is_vlan(zone, vlan)]
        if taken is not Taken.PLACE and self.network.zones:
            entries.append(Entry(INTERNET, "internet"))
        zones = dict.fromkeys(one.place for one in entries if one.place not in self.network.host_of)
        hosts = tuple(sorted(seen.hosts))
        start = Start(holder.name, hosts, within=tuple(zones), doors=frozenset(doors))
        return start, tuple(dict.fromkeys(entries))


def network_of(company: Company) -> Network:
    """What network.yaml states; a network without zones where it states none."""
    file = company.parts.get(FILE)
    network: Network = file.network if file is not None else Network(())
    return network


def _is_vlan(zone: Zone, vlan: str) -> bool:
    return vlan in {str(zone.vlan), zone.name}
