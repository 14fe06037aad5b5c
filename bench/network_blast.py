"""Blast radii of a company: 500 people, 100 apps, a fifth of them doors, and 50 zones with 1,000 flows.

`blast_ground_s`: what all of them rest on, worked out once. `blast_person_s`: everything within reach of one person's
laptop, with the one change that shrinks it most, drafts of policies left out. `blast_largest_s`: who in the company,
and which host, reaches furthest; `blast_largest_500_zones_s`: the same in ten times as many zones.
"""

from __future__ import annotations

import random
import time
from dataclasses import replace
from ipaddress import ip_network

import access_standing
from limen.clock import SystemClock
from limen.company.blast.radius import Surroundings
from limen.company.blast.ranking import largest
from limen.company.blast.shrinking import best_change
from limen.company.blast.taken import Holder, Kind, Taken
from limen.company.blast.today import KnownDevice, Today
from limen.company.load import load_company
from limen.facts import ActionRule
from limen.facts.network_service import NetworkService
from limen.network.compiling import compiled
from limen.network.model import Flow, Host, Network, Way, Zone
from limen.network.packets.regions import Regions
from limen.network.services import built_in_services

BOUNDS = {"blast_person_s": ("<=", 10), "blast_largest_s": ("<=", 30)}
ZONES, FLOWS, HOSTS_OF_EACH = 50, 1_000, 4
_TODAY = "2026-11-27"
_SERVICES = ("https", "ssh", "smb", "rdp", "dns", "ping")


def blast() -> dict[str, float]:
    around, took = _company(ZONES)
    found = {"blast_ground_s": took}
    person = Holder(Kind.PERSON, "p7", "p7")
    began = time.perf_counter()
    radius = around.blast(person, Taken.LAPTOP)
    best_change(around, radius, None)
    found["blast_person_s"] = time.perf_counter() - began
    if not (radius.app_ids and radius.network and radius.network.reached and radius.is_exact):
        raise SystemExit("nothing is within reach, or it is not exact")
    began = time.perf_counter()
    found["blast_largest_rows"] = len(largest(around))
    found["blast_largest_s"] = time.perf_counter() - began
    around, _ = _company(ZONES * 10)
    began = time.perf_counter()
    largest(around)
    found["blast_largest_500_zones_s"] = time.perf_counter() - began
    return {name: round(value, 2) for name, value in found.items()}


def _company(zones: int) -> tuple[Surroundings, float]:
    company = load_company(access_standing.HARBOR)
    doors = [
        f'@id("door-{number}") permit (principal in Group::"team-{number}", action == Action::"connect", '
        f'resource == App::"app-{number}") when {{ context.device.compliance == "compliant" }};'
        for number in range(0, access_standing.TEAMS, 5)
    ]
    engine, network = access_standing.engine(company, doors), _network(zones)
    people = {one.id: one for one in access_standing.people()}
    devices = {
        f"d{number}": KnownDevice(
            f"d{number}", f"Laptop {number}", frozenset({person}), True, "windows", frozenset({_address(number, zones)})
        )
        for number, person in enumerate(people)
    }
    apps = {
        one.id: replace(
            one,
            rules=(ActionRule("view", frozenset(), "/**"),),
            network=NetworkService((f"h{number * 2}",), ("ssh", "rdp")) if number % 5 == 0 else None,
        )
        for number, one in enumerate(access_standing.apps())
    }
    began = time.perf_counter()
    around = Surroundings(
        engine,
        apps,
        network,
        Today(people, devices=devices),
        SystemClock().now(),
        Regions(compiled(network, _TODAY)),
    )
    around.ground.of_door  # noqa: B018 -- worked out here
    return around, time.perf_counter() - began


def _network(count: int) -> Network:
    """Flows between a few zones each, so that some are reached from everywhere and most from few."""
    chosen = random.Random(15)
    zones = tuple(
        Zone(
            f"z{number}",
            "workstation" if number % 5 == 0 else "server",
            (ip_network(f"10.{number // 250}.{number % 250}.0/24"),),
            is_isolated=number % 2 == 0,
            sensitivity=number % 4,
        )
        for number in range(count)
    )
    hosts = tuple(
        Host(f"h{number * HOSTS_OF_EACH + at}", zone.name, (ip_network(f"{zone.prefixes[0][10 + at]}/32"),))
        for number, zone in enumerate(zones)
        for at in range(HOSTS_OF_EACH)
    )
    names = [*(one.name for one in zones), *(one.name for one in hosts)]
    flows = tuple(
        Flow(
            f"f{number}",
            Way((chosen.choice(names),), (chosen.choice(names),), (chosen.choice(_SERVICES),)),
            "work",
            "it@harbor.example",
            "2027-05-01",
        )
        for number in range(FLOWS)
    )
    return Network(zones, hosts, tuple(built_in_services()), flows)


def _address(number: int, zones: int) -> str:
    zone = number * 5 % zones
    return f"10.{zone // 250}.{zone % 250}.{100 + number % 100}"
