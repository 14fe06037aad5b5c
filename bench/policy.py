"""How fast policies are decided by, explained, published, replayed and taken in.

    python bench/policy.py [--json] [--only ratio,remedies,publish,replay,lockout,load]

- `ratio_100`: how many times as fast as cedarpy's best pattern a decision with all determining policies over 100
  policies is; it is `bench/engine.py`'s figure, made by the same code.
- `remedies_ms_p99`: what would turn a random refusal, under Harbor's policies filled up to 100 of the baseline's kinds.
- `publish_ms_p99`: from the transaction that publishes to the first decision by the new revision, Harbor's company, one
  process with its real database and feed. The gate before it (tests, lock-out proof) is `gate_ms_p50`.
- `replay_per_s`: decisions replayed a second, each on facts of its own, read from the journal's files in the same time;
  three of four were permits.
- `lockout_week_s`: the proof that no lock-out begins within a week, against 5,000 policies that all speak about Limen:
  the worse of a week that is fine and of one in which a lock-out begins.
- `load_5000_s`: 5,000 policies in ten files, read, parsed in the limited child, proven monotone and compiled.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import random
import shutil
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from engine import measure
from limen.cedar import PolicySet
from limen.clock import HOUR, SetClock, from_iso
from limen.company.candidate import candidate
from limen.company.company import Company
from limen.company.gate import pass_gate, people_of
from limen.company.load import load_company
from limen.company.projection import follow
from limen.company.publish import SERVER, publish
from limen.company.rehearsal import rehearse
from limen.facts import (
    NOWHERE,
    UNKNOWN_DEVICE,
    UNKNOWN_RISK,
    App,
    Auth,
    Device,
    Factor,
    Facts,
    FactStore,
    Person,
    Place,
    Risk,
    Session,
)
from limen.policy import Effect, Engine, Request
from limen.policy.proof.lockout import Attainable, Candidate, LockedOut
from limen.policy.proof.week_ahead import prove_week
from limen.storage import Database, Feed
from limen.storage.journal import Journal
from limen.storage.journal.past_decisions import past_decisions
from limen.storage.journal.reader import Reader

HARBOR = Path(__file__).resolve().parents[1] / "examples" / "harbor"
NOW = from_iso("2026-11-24T09:00:00Z")
POLICIES, REFUSALS, PUBLICATIONS, DECISIONS, LOADED, FILES = 100, 2_000, 60, 60_000, 5_000, 10
ACTIONS = ("view", "download", "edit", "share", "administer")
TARGETS = {
    "ratio_100": 30,
    "remedies_ms_p99": 1,
    "publish_ms_p99": 50,
    "replay_per_s": 30_000,
    "lockout_week_s": 20,
    "load_5000_s": 10,
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--json", action="store_true", help="one line for programs")
    options.add_argument("--only", default="ratio,remedies,publish,replay,lockout,load", help="some of the figures")
    chosen = options.parse_args()
    made = {
        "ratio": ratio,
        "remedies": remedies,
        "publish": published,
        "replay": replayed,
        "lockout": locked_out,
        "load": loaded,
    }
    found: dict[str, float] = {}
    for name in chosen.only.split(","):
        found |= made[name]()
    if chosen.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        target = f"   target {TARGETS[name]:,}" if name in TARGETS else ""
        print(f"  {name:20}{value:12,.2f}{target}")


def ratio() -> dict[str, float]:
    return {"ratio_100": round(measure(100, 2_000, 5)["ratio"], 1)}


# Policies and facts of a small business


def policy(number: int, apps: list[str], groups: list[str], rng: random.Random) -> str:
    """One policy of the kinds in the baseline, monotone as all accepted ones are."""
    app = f'resource == App::"{rng.choice(apps)}"'
    actions = ", ".join(f'Action::"{name}"' for name in rng.sample(ACTIONS, rng.choice([1, 2, 3])))
    head = f'@id("policy-{number}")\n@title("Policy {number}")\n@reason("A rule of a small business.")\n'
    if number % 5 == 4:
        needed = rng.choice(
            [
                'context.device.compliance == "compliant"',
                "context.auth.strength >= 3",
                'context.now.durationSince(context.auth.at) <= duration("4h")',
                '["DE", "AT", "NL"].contains(context.place.country)',
                "context.risk.score < 70",
                "context.time.minute >= 360 && context.time.minute < 1200",
            ]
        )
        return f"{head}forbid (principal, action in [{actions}], {app}) unless {{ {needed} }};\n"
    tests = [f"context.auth.strength >= {rng.choice([2, 2, 3])}"]
    for chance, test in (
        (0.5, f"resource.sensitivity <= {rng.choice([1, 2, 3])}"),
        (0.5, 'context.device.compliance == "compliant"'),
        (0.5, f"context.risk.score < {rng.choice([50, 70, 90])}"),
        (0.3, "context.time.weekday <= 5 && context.time.minute >= 480"),
        (0.3, f'context.now.durationSince(context.auth.at) <= duration("{rng.choice(["1h", "4h", "12h"])}")'),
        (0.2, '["DE", "FR"].contains(context.place.country)'),
        (0.2, "context.device.managed"),
    ):
        if rng.random() < chance:
            tests.append(test)
    group = f'principal in Group::"{rng.choice(groups)}"'
    return f"{head}permit ({group}, action in [{actions}], {app})\nwhen {{ {' && '.join(tests)} }};\n"


def hundred(company: Company) -> Engine:
    """Harbor's policies, filled up to a hundred."""
    rng = random.Random(5)
    apps, groups = [app.id for app in company.apps], sorted(group.id for group in company.groups)
    bodies: dict[str, Any] = dict(company.policies.tree["staticPolicies"])
    more = "".join(policy(number, apps, groups, rng) for number in range(max(0, POLICIES - len(bodies))))
    for one in PolicySet.parse(more):
        bodies[one.annotations["id"]] = one.to_json()
    engine = Engine({"templates": {}, "staticPolicies": bodies, "templateLinks": []}, "bench", company.settings.zone)
    engine.prepare()
    return engine


def facts(rng: random.Random, number: int, apps: list[App], groups: list[str]) -> Facts:
    """What is known about one request of somebody signed in; hardly ever the same twice."""
    strength = rng.choice([1, 2, 3, 3])
    factors = {1: {Factor.PASSWORD}, 2: {Factor.PASSWORD, Factor.CODE}, 3: {Factor.PASSKEY}}[strength]
    auth = Auth(strength, frozenset(factors), NOW - rng.randrange(16 * HOUR))
    compliance = rng.choice(["compliant", "non_compliant", "unknown"])
    return Facts(
        rng.choice(apps),
        Person(f"p{number % 500}", groups=frozenset(rng.sample(groups, 3)), active=True),
        auth,
        session=Session(f"s{number}", f"p{number % 500}", auth, auth.at, NOW + HOUR, NOW),
        device=rng.choice(
            [UNKNOWN_DEVICE, Device(f"d{number % 700}", True, compliance, rng.random() < 0.8, 1, "macos")]
        ),
        place=rng.choice([NOWHERE, Place(f"192.0.2.{number % 250}", True, rng.choice(["DE", "FR", "US"]), "", False)]),
        risk=rng.choice([UNKNOWN_RISK, Risk(rng.choice([5, 20, 60, 85]), True, NOW)]),
    )


# The figures


def remedies() -> dict[str, float]:
    company = load_company(HARBOR)
    engine, rng = hundred(company), random.Random(9)
    apps, groups = list(company.apps), sorted(group.id for group in company.groups)
    took: list[float] = []
    number = named = 0
    while len(took) < REFUSALS:
        number += 1
        now = NOW + rng.randrange(7 * 24) * HOUR
        decision = engine.decide(Request(rng.choice(ACTIONS)), facts(rng, number, apps, groups), now)
        if decision.effect is not Effect.DENY:
            continue
        start = time.perf_counter_ns()
        named += bool(decision.remedies)
        took.append((time.perf_counter_ns() - start) / 1e6)
    assert named, "no refusal could be turned: that measures nothing"
    return {"remedies_ms_p50": at(took, 50), "remedies_ms_p99": at(took, 99), "remedies_named": named / REFUSALS}


def published() -> dict[str, float]:
    return asyncio.run(_published())


async def _published() -> dict[str, float]:
    with TemporaryDirectory(prefix="policy-") as folder:
        company = load_company(HARBOR)
        database, known = Database.open(Path(folder) / "limen.db"), FactStore()
        feed = Feed(database, known)
        in_force = follow(feed, known, company.settings)
        await feed.start()
        began, write = 0.0, database.write

        def writing(work: Any) -> Any:
            nonlocal began
            began = time.perf_counter()
            return write(work)

        object.__setattr__(database, "write", writing)
        took, gates = [], []
        for number in range(PUBLICATIONS + 1):
            text = (
                f'@id("bench")\nforbid (principal, action, resource)\nwhen {{ context.request.route == "{number}" }};\n'
            )
            changed = candidate(company, {**company.files, "policies/99-bench.cedar": text})
            start = time.perf_counter()
            pass_gate(changed, database.read(people_of), NOW)
            gates.append((time.perf_counter() - start) * 1000)
            revision = await asyncio.to_thread(publish, database, changed, SERVER, f"number {number}", NOW + number)
            await feed.settled()
            app = in_force.company.all_apps["handbook"] if in_force.company else company.apps[0]
            engine = in_force.engine
            assert engine.decide(Request("view"), Facts(app, Person("")), NOW).revision == revision.id
            took.append((time.perf_counter() - began) * 1000)
        await feed.stop()
        database.close()
        return {"publish_ms_p50": at(took[1:], 50), "publish_ms_p99": at(took[1:], 99), "gate_ms_p50": at(gates, 50)}


def replayed() -> dict[str, float]:
    company = load_company(HARBOR)
    engine, rng = company.engine(), random.Random(3)
    apps, groups = list(company.apps), sorted(group.id for group in company.groups)
    with TemporaryDirectory(prefix="policy-") as folder:
        clock = SetClock(NOW)
        journal = Journal.open(Path(folder), (b"a key of the bench, no more.....",), clock=clock)
        for number in range(DECISIONS):
            while True:  # as in a company that works: three of four are let in
                decision = engine.decide(
                    Request(rng.choice(ACTIONS), "GET", "/**"), facts(rng, number, apps, groups), NOW
                )
                if decision.is_permit or number % 4 == 0:
                    break
            journal.decided("gateway", decision, f"s{number}", "192.0.2.1", 10.0)
            if number % 2_000 == 0:
                journal.flush()
        journal.close()
        start = time.perf_counter()
        found = rehearse(company, company, past_decisions(Reader(Path(folder)), 0))
        seconds = time.perf_counter() - start
    assert found.replayed == found.distinct == DECISIONS, (found.replayed, found.distinct)
    assert found.differences == 0
    return {"replay_per_s": round(DECISIONS / seconds)}


def locked_out() -> dict[str, float]:
    company = load_company(HARBOR)
    limen = company.all_apps["limen"]
    people = tuple(
        Candidate(Person(f"p{n}", groups=frozenset({"administrators", "staff"}), active=True), frozenset({factor}))
        for n, factor in enumerate((Factor.PASSKEY, Factor.SECURITY_KEY))
    )
    took: dict[bool, float] = {}
    for begins in (False, True):
        engine = _closing(company, "2026-11-27" if begins else "2028-01-01")
        gc.collect()
        start = time.perf_counter()
        found = prove_week(engine, limen, people, NOW, Attainable.today(company.networks))
        took[begins] = round(time.perf_counter() - start, 2)
        assert isinstance(found, LockedOut) is begins, found
    return {"lockout_week_s": max(took.values()), "lockout_none_begins_s": took[False]}


def _closing(company: Company, end: str) -> Engine:
    """Harbor's policies, and thousands that forbid everything but under conditions that can be met; one until `end`."""
    rng = random.Random(7)
    bodies: dict[str, Any] = dict(company.policies.tree["staticPolicies"])
    texts = []
    for number in range(LOADED - len(bodies)):
        month, day, first, last = (
            rng.randrange(1, 13),
            rng.randrange(1, 28),
            rng.randrange(300, 420),
            rng.randrange(1100, 1300),
        )
        needed = rng.choice(
            [
                "context.auth.strength >= 3",
                f"context.time.minute >= {first} && context.time.minute < {last}",
                f'context.now < datetime("2029-{month:02}-{day:02}")',
                'context.now.durationSince(context.auth.at) <= duration("4h")',
            ]
        )
        texts.append(f'@id("closing-{number}") forbid (principal, action, resource) unless {{ {needed} }};')
    texts.append(f'@id("end") forbid (principal, action, resource) unless {{ context.now < datetime("{end}") }};')
    for one in PolicySet.parse("\n".join(texts)):
        bodies[one.annotations["id"]] = one.to_json()
    tree = {"templates": {}, "staticPolicies": bodies, "templateLinks": []}
    return Engine(tree, "bench", company.settings.zone)


def loaded() -> dict[str, float]:
    rng = random.Random(1)
    with TemporaryDirectory(prefix="policy-") as folder:
        root = Path(folder) / "company"
        shutil.copytree(HARBOR, root, ignore=shutil.ignore_patterns("data", "tests.yaml"))
        company = load_company(root)
        for one in (root / "policies").glob("*.cedar"):
            one.unlink()
        apps, groups = [app.id for app in company.apps], sorted(group.id for group in company.groups)
        for number in range(FILES):
            texts = [policy(n, apps, groups, rng) for n in range(number, LOADED, FILES)]
            (root / f"policies/{number}.cedar").write_text("\n".join(texts))
        gc.collect()
        start = time.perf_counter()
        company = load_company(root)
        taken = time.perf_counter()
        company.engine().prepare()
        compiled = time.perf_counter()
    assert len(company.policies.sources) == LOADED
    return {
        "load_5000_s": round(compiled - start, 2),
        "parse_and_prove_s": round(taken - start, 2),
        "compile_s": round(compiled - taken, 2),
    }


def at(took: list[float], percent: int) -> float:
    return round(sorted(took)[len(took) * percent // 100], 3)


if __name__ == "__main__":
    main()
