"""Days of decisions for the laws about replay: every one made by the real engine and kept by the real journal."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path

from limen.clock import DAY, HOUR, MINUTE, Instant, SetClock
from limen.company.company import Company
from limen.facts import App, Facts, Person
from limen.facts.nouns import Auth, Device, Factor, Place, Risk, Session
from limen.policy.decision import Request
from limen.storage.journal import Journal

KEYS = (b"journal key of the replay law...",)
BEGAN: Instant = 1_795_500_000_000
PEOPLE = 200
_STRENGTHS = {
    1: frozenset({Factor.PASSWORD}),
    2: frozenset({Factor.PASSWORD, Factor.CODE}),
    3: frozenset({Factor.PASSKEY}),
}
_ACTIONS = ("view", "view", "view", "edit", "download", "administer")
_ADDRESSES = tuple(f"192.0.2.{n}" for n in range(1, 40)) + tuple(f"198.51.100.{n}" for n in range(1, 40))


@dataclass(frozen=True, slots=True)
class Kept:
    """What was made: how many decisions, each one's id and effect, and the instant after the last."""

    effects: dict[str, str]
    until: Instant


def keep_days(root: Path, company: Company, number: int, seed: int = 7) -> Kept:
    """Make `number` decisions, no two on the same facts, and keep them in a journal under `root`."""
    rng = random.Random(seed)
    engine = company.engine()
    clock = SetClock(BEGAN)
    journal = Journal.open(root, KEYS, clock=clock)
    effects: dict[str, str] = {}
    apps = list(company.all_apps.values())
    requests = {app.id: [Request(action, "GET", f"/{action}/*", app.host) for action in _ACTIONS] for app in apps}
    for done, (facts, alias) in enumerate(_situations(rng, company, apps, clock, number)):
        request = rng.choice(requests[facts.app.id])
        decision = engine.decide(request, facts, clock.now())
        made = journal.decided("gateway", decision, alias, facts.place.address, 3.0)
        effects[made] = decision.effect.value
        if (done + 1) % (number // 5) == 0:
            journal.flush(60)
            clock.forward(3 * HOUR)
    journal.flush(60)
    journal.close()
    return Kept(effects, clock.now())


def _situations(
    rng: random.Random, company: Company, apps: list[App], clock: SetClock, number: int
) -> Iterator[tuple[Facts, str]]:
    """Facts and the alias of their session; now and then a stranger's."""
    groups = sorted(company.settings.groups)
    networks = company.networks
    people = [
        Person(f"p{n}", groups=frozenset(rng.sample(groups, rng.randint(1, min(3, len(groups))))), active=n % 50 != 0)
        for n in range(PEOPLE)
    ]
    devices = [
        Device(f"d{n}", True, rng.choice(("compliant", "non_compliant", "unknown")), n % 2 == 0, n % 4, "macos", BEGAN)
        for n in range(60)
    ]
    places = [
        Place(a, False, "", next((name for name, net in networks if _holds(net, a)), ""), True) for a in _ADDRESSES
    ]
    for n in range(number):
        if n % 37 == 0:
            yield Facts(app=rng.choice(apps), place=Place(f"203.0.113.{n % 250}", n % 2 == 0)), ""
            continue
        strength = rng.choice((1, 2, 3, 3, 3))
        at = clock.now() - rng.choice((5, 20, 50, 200, 400)) * MINUTE - n
        person = rng.choice(people)
        session = Session(f"s{n}", person.id, Auth(), at, at + DAY, HOUR)
        auth = Auth(strength, _STRENGTHS[strength], at)
        risk = Risk(rng.randrange(101), True, at) if n % 3 else Risk()
        yield Facts(rng.choice(apps), person, auth, session, rng.choice(devices), rng.choice(places), risk), session.id


def _holds(network: IPv4Network | IPv6Network, address: str) -> bool:
    return ip_address(address) in network
