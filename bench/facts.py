"""How fast a changed fact reaches the next decision, in one run on one core.

    python bench/facts.py [--json] [--changes N] [--rounds N]

5,000 people with a device and a session each, who have all asked already. `change_us`: one device's fact changes, and
its person asks again; the answer hangs on that fact and is checked. It is the median of all changes. Beside it, in the
same run: a request after which nothing has changed, putting the same value in a plain dictionary, and the same change
when everybody's facts are forgotten by it.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from check import GROUPS, HOST, policies, token_of

PEOPLE, APPS = 5_000, 50
HEALTH = ("compliant", "non_compliant")


class Company:
    """5,000 people at the door of the gateway."""

    def __init__(self, folder: Path) -> None:
        from zoneinfo import ZoneInfo

        from limen.cedar import PolicySet
        from limen.clock import HOUR, SystemClock
        from limen.enforcement.decision_point import DecisionPoint
        from limen.facts import (
            ActionRule,
            App,
            Auth,
            Device,
            Factor,
            FactStore,
            Group,
            Label,
            Person,
            Session,
            Upstream,
        )
        from limen.policy import Engine
        from limen.serving import spare_the_collector
        from limen.storage.journal.journal import Journal

        clock = SystemClock()
        now = clock.now()
        self.known = known = FactStore(lease_until=float("inf"))
        rules = (ActionRule("view", frozenset({"GET"}), "/**"),)
        where = Upstream("http://127.0.0.1:9")
        self.apps = [
            App(f"a{n}", f"App {n}", HOST.format(n), where, Label(n % 2), "staff", rules=rules) for n in range(APPS)
        ]
        known.set_company(self.apps, [Group("staff"), *(Group(f"g{n}") for n in range(GROUPS))])
        self.cookies = []
        for n in range(PEOPLE):
            groups = frozenset({"staff", f"g{n % GROUPS}"})
            known.people.put(Person(f"p{n}", f"Person {n}", f"p{n}@harbor.example", groups, active=True))
            known.devices.put(Device(f"d{n}", known=True, compliance=HEALTH[0], managed=True, seen_at=now))
            auth = Auth(3, frozenset({Factor.PASSKEY}), now)
            root = Session(f"r{n}", f"p{n}", auth, now, now + 12 * HOUR, 12 * HOUR, device_id=f"d{n}")
            root = replace(root, binding=1, bound_until=now + 12 * HOUR)
            known.sessions.put(sha256(f"root {n}".encode()).digest(), root)
            child = replace(root, id=f"s{n}", app=f"a{n % APPS}", parent=root.id)
            known.sessions.put(sha256(token_of(n).encode()).digest(), child)
            self.cookies.append(b"__Host-limen-app=" + token_of(n).encode())
        text = (
            policies()
            + """
            @id("healthy") forbid (principal, action, resource) unless { context.device.compliance == "compliant" };
        """
        )
        bodies = PolicySet.parse(text).to_json()["staticPolicies"].values()
        tree = {"templates": {}, "templateLinks": [], "staticPolicies": {b["annotations"]["id"]: b for b in bodies}}
        engine = Engine(tree, "bench", ZoneInfo("Europe/Berlin"))
        engine.prepare()
        self.journal = Journal.open(folder, (b"k" * 32,), clock=clock)
        self.doors = DecisionPoint(known=known, engine=lambda: engine, journal=self.journal, clock=clock)
        for n in range(PEOPLE):
            self.cookies[n] += b"; __Host-limen-tie=" + self.doors.tied.ties.give(f"s{n}", now, 12 * HOUR).encode()
            assert self.is_let_in(n)
        spare_the_collector()

    def is_let_in(self, n: int) -> bool:
        host = HOST.format(n % APPS).encode()
        return self.doors.decide_request("gateway", b"GET", host, b"/page", self.cookies[n], "203.0.113.7").permitted

    def turn_device(self, n: int) -> bool:
        """One device reports the other state of its health; whether it is compliant now."""
        device = self.known.devices[f"d{n}"]
        health = HEALTH[device.compliance == HEALTH[0]]
        self.known.devices.put(replace(device, compliance=health))
        return health == HEALTH[0]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--json", action="store_true", help="one line for programs")
    options.add_argument("--changes", type=int, default=500)
    options.add_argument("--rounds", type=int, default=5)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="facts-") as folder:
        found = measure(Company(Path(folder)), chosen.changes, chosen.rounds)
    if chosen.json:
        print(json.dumps(found))
        return 0
    print(f"{PEOPLE} people and devices, {chosen.rounds} interleaved rounds of {chosen.changes}; µs, the median")
    rows = (
        ("one device's fact changes, and is decided by", "change_us", f"99 in 100 below {found['change_us_p99']}"),
        ("a request after which nothing has changed", "steady_us", ""),
        ("putting the value in a plain dictionary", "dict_us", ""),
        ("the same change, forgetting everybody's facts", "forget_all_us", "target: 500 for the first"),
    )
    for name, key, said in rows:
        print(f"  {name:48}{found[key]:>9}   {said}")
    return 0


def measure(company: Company, changes: int, rounds: int) -> dict[str, Any]:
    draw = random.Random(7)
    took: dict[str, list[float]] = {"change": [], "steady": [], "dict": [], "forget_all": []}
    plain: dict[str, str] = {}

    def change(n: int) -> None:
        is_compliant = company.turn_device(n)
        if company.is_let_in(n) is not is_compliant:
            raise SystemExit("a decision was made on a fact of before")

    def forget_all(n: int) -> None:
        company.known.set_company(company.apps, company.known.groups.values())
        change(n)

    ways: dict[str, tuple[Callable[[int], object], int]] = {
        "change": (change, changes),
        "steady": (company.is_let_in, changes),
        "dict": (lambda n: plain.__setitem__(f"d{n}", HEALTH[0]), changes),
        "forget_all": (forget_all, 5),
    }
    for _ in range(rounds):
        for name, (do, times) in ways.items():
            for _ in range(times):
                n = draw.randrange(PEOPLE)
                if name == "steady" and company.known.devices[f"d{n}"].compliance != HEALTH[0]:
                    company.turn_device(n)
                    company.is_let_in(n)
                began = time.perf_counter()
                do(n)
                took[name].append((time.perf_counter() - began) * 1e6)
            for n in range(PEOPLE if name == "forget_all" else 0):
                company.is_let_in(n)
    company.journal.close()
    found: dict[str, Any] = {f"{name}_us": round(statistics.median(all_of), 2) for name, all_of in took.items()}
    found["change_us_p99"] = round(statistics.quantiles(took["change"], n=100)[98], 1)
    return {**found, "people": PEOPLE, "devices": PEOPLE}


if __name__ == "__main__":
    sys.exit(main())
