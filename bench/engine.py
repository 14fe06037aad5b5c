"""How fast Limen's Cedar decides, next to cedarpy at its best, in one run on one core.

    python bench/engine.py [--json] [--requests N] [--rounds N]

The company: 1,000 people in 60 groups, 200 apps with a sensitivity and a collection, 8 actions; 10, 100 and 1,000
policies of the kinds a small business writes, a tenth of them forbids. Both sides start from the same facts about a
request and build what they need from them; both collect every determining policy; all answers must be equal.

cedarpy gets pre-parsed handles and, of four ways to slice, whichever is fastest in this run: all policies, sliced by
resource, by (action, resource), or by (action, resource) with only the entities of that request's app. No schema.
`ratio_N` is cedarpy's median over ours. Rounds are interleaved, and the spread between them is printed.

`hostile_like_ms`: what somebody can have one `like` cost, a pattern of 200 stars against 50,000 letters that never fit.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cedarpy

from limen.cedar import Datetime, Entities, Entity, EntityUid, PolicySet, Record, compile_policies
from limen.cedar.operators import like

PEOPLE, GROUPS, APPS, COLLECTIONS = 1000, 60, 200, 12
ACTIONS = ["sign_in", "view", "edit", "download", "share", "administer", "connect", "elevate"]
COUNTRIES = ["DE", "FR", "NL", "AT", "US", "GB"]
COMPLIANCE = ["compliant", "compliant", "compliant", "non_compliant", "unknown"]
NOW = 1_795_500_000_000


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known when a request comes in, before either engine has seen it."""

    person: str
    action: str
    app: str
    strength: int
    signed_in_at: int
    compliance: str
    managed: bool
    score: int
    country: str
    minute: int
    weekday: int


def policy_text(number: int, rng: random.Random) -> str:
    """One policy, of the shapes in Limen's baseline and console."""
    group = f'principal in Group::"g{rng.randrange(GROUPS)}"'
    scope = rng.choices(
        [
            f'resource == App::"a{rng.randrange(APPS)}"',
            f'resource in Collection::"c{rng.randrange(COLLECTIONS)}"',
            "resource is App",
        ],
        [60, 25, 15],
    )[0]
    actions = ", ".join(f'Action::"{name}"' for name in rng.sample(ACTIONS, rng.choice([1, 1, 2, 3])))
    if number % 10 == 9:
        blame = rng.choice(
            [
                f"context.risk.score >= {rng.choice([70, 80, 90])}",
                'context.device.compliance != "compliant" && resource.sensitivity >= 2',
                f"resource.sensitivity >= 2 && context.auth.strength < {rng.choice([2, 3])}",
                f'!["DE", "AT", "NL", "{rng.choice(COUNTRIES)}"].contains(context.place.country)',
            ]
        )
        return f"forbid (principal, action, {scope}) when {{ {blame} }};"
    tests = [
        f"context.auth.strength >= {rng.choice([1, 2, 2, 3])}",
        f"resource.sensitivity <= {rng.choice([1, 2, 3, 3])}",
    ]
    if rng.random() < 0.6:
        tests.append('context.device.compliance == "compliant"')
    if rng.random() < 0.6:
        tests.append(f"context.risk.score < {rng.choice([50, 70, 90])}")
    if rng.random() < 0.3:
        tests.append(
            f"context.time.minute >= {rng.choice([360, 480])} && context.time.minute < {rng.choice([1080, 1320])}"
        )
    if rng.random() < 0.3:
        tests.append(f'context.now.durationSince(context.auth.at) <= duration("{rng.choice(["1h", "4h", "12h"])}")')
    if rng.random() < 0.3:
        tests.append(f"{json.dumps(sorted(rng.sample(COUNTRIES, 4)))}.contains(context.place.country)")
    if rng.random() < 0.2:
        tests.append("context.device.managed")
    return f"permit ({group}, action in [{actions}], {scope}) when {{ {' && '.join(tests)} }};"


def uid(kind: str, name: str) -> dict[str, str]:
    return {"type": kind, "id": name}


def build(count: int, seed: int = 7) -> tuple[list[str], list[dict[str, Any]]]:
    rng = random.Random(seed)
    policies = [policy_text(number, rng) for number in range(count)]
    entities = [
        {
            "uid": uid("Person", f"p{number}"),
            "attrs": {"department": f"d{number % 9}"},
            "parents": [uid("Group", f"g{group}") for group in rng.sample(range(GROUPS), rng.randint(2, 5))],
        }
        for number in range(PEOPLE)
    ]
    entities += [
        {
            "uid": uid("App", f"a{number}"),
            "attrs": {"sensitivity": rng.choice([0, 1, 1, 2, 2, 3])},
            "parents": [uid("Collection", f"c{number % COLLECTIONS}")],
        }
        for number in range(APPS)
    ]
    return policies, entities


def facts(count: int, policies: list[str], entities: list[dict[str, Any]], seed: int = 11) -> list[Facts]:
    """Three of four requests are of people who have some business there: they fit the scope of some permit."""
    rng = random.Random(seed)
    permits = [policy for policy in PolicySet.parse("\n".join(policies)) if policy.effect == "permit"]
    inside: dict[str, list[str]] = {}
    for item in entities:
        for parent in item["parents"]:
            inside.setdefault(parent["id"], []).append(item["uid"]["id"])
    asked = []
    for _ in range(count):
        person, action, app = f"p{rng.randrange(PEOPLE)}", rng.choice(ACTIONS), f"a{rng.randrange(APPS)}"
        if rng.random() < 0.75:
            policy = rng.choice(permits)
            assert policy.principal.entities
            assert policy.action.entities
            person, action = rng.choice(inside[policy.principal.entities[0].id]), rng.choice(policy.action.entities).id
            for named in policy.resource.entities or ():
                app = named.id if named.type == "App" else rng.choice(inside[named.id])
        asked.append((person, action, app))
    return [
        Facts(
            person=person,
            action=action,
            app=app,
            strength=rng.choice([1, 2, 3, 3]),
            signed_in_at=NOW - rng.randrange(16 * 3_600_000),
            compliance=rng.choice(COMPLIANCE),
            managed=rng.random() < 0.8,
            score=rng.choice([5, 10, 20, 40, 60, 85]),
            country=rng.choice(["DE", "DE", "DE", *COUNTRIES]),
            minute=rng.randrange(1440),
            weekday=rng.randrange(7),
        )
        for person, action, app in asked
    ]


Answer = tuple[bool, Sequence[str]]


def limen_side(policies: list[str], entities: list[dict[str, Any]]) -> Callable[[Facts], Answer]:
    evaluate = compile_policies(PolicySet.parse("\n".join(policies))).evaluate
    known = Entities.from_json(entities)
    people = {f"p{number}": known[EntityUid("Person", f"p{number}")] for number in range(PEOPLE)}
    apps = {f"a{number}": known[EntityUid("App", f"a{number}")] for number in range(APPS)}
    actions = {name: Entity(EntityUid("Action", name)) for name in ACTIONS}

    def decide(asked: Facts) -> Answer:
        context: Record = {
            "auth": {"strength": asked.strength, "at": Datetime(asked.signed_in_at)},
            "device": {"compliance": asked.compliance, "managed": asked.managed},
            "risk": {"score": asked.score},
            "place": {"country": asked.country},
            "time": {"minute": asked.minute, "weekday": asked.weekday},
            "now": Datetime(NOW),
        }
        permits, forbids, errors = evaluate(
            people[asked.person], actions[asked.action], apps[asked.app], context, known
        )
        if forbids or errors:
            return False, forbids
        return bool(permits), permits

    return decide


def datetime_text(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{rest:03}Z"


NOW_TEXT = datetime_text(NOW)


def cedarpy_side(policies: list[str], entities: list[dict[str, Any]], how: str) -> Callable[[Facts], Answer]:
    """`how` is all, resource, action, or action+entities. Slices are parsed before the clock starts."""
    everything = cedarpy.Entities.from_json_str(json.dumps(entities))
    app_of = {item["uid"]["id"]: item for item in entities if item["uid"]["type"] == "App"}
    few = {
        name: cedarpy.Entities.from_json_str(
            json.dumps([item for item in entities if item["uid"]["type"] != "App"] + [app_of[name]])
        )
        for name in (app_of if how == "action+entities" else ())
    }
    names = [f"policy{number}" for number in range(len(policies))]
    slices: dict[tuple[str, str], tuple[Any, list[str]]] = {}
    if how != "all":
        for app, described in app_of.items():
            for action in ACTIONS if how.startswith("action") else ["*"]:
                kept = [n for n, text in enumerate(policies) if _applies(text, app, described, action)]
                handle = cedarpy.PolicySet.from_str("\n".join(policies[n] for n in kept))
                slices[app, action] = (handle, [names[n] for n in kept])
    whole = (cedarpy.PolicySet.from_str("\n".join(policies)), names)
    is_authorized, dumps = cedarpy.is_authorized, json.dumps
    is_by_action, has_few = how.startswith("action"), bool(few)

    def decide(asked: Facts) -> Answer:
        context = {
            "auth": {
                "strength": asked.strength,
                "at": {"__extn": {"fn": "datetime", "arg": datetime_text(asked.signed_in_at)}},
            },
            "device": {"compliance": asked.compliance, "managed": asked.managed},
            "risk": {"score": asked.score},
            "place": {"country": asked.country},
            "time": {"minute": asked.minute, "weekday": asked.weekday},
            "now": {"__extn": {"fn": "datetime", "arg": NOW_TEXT}},
        }
        request = {
            "principal": {"type": "Person", "id": asked.person},
            "action": {"type": "Action", "id": asked.action},
            "resource": {"type": "App", "id": asked.app},
            "context": dumps(context),
        }
        handle, ids = slices[asked.app, asked.action if is_by_action else "*"] if slices else whole
        answer = is_authorized(request, handle, few[asked.app] if has_few else everything)
        diagnostics = answer.diagnostics
        allowed = answer.allowed and not diagnostics.errors
        return allowed, [ids[int(name[6:])] for name in diagnostics.reasons]

    return decide


def _applies(text: str, app: str, described: dict[str, Any], action: str) -> bool:
    head = text.partition(" when ")[0]
    if action != "*" and "action in" in head and f'Action::"{action}"' not in head:
        return False
    collection = described["parents"][0]["id"]
    return "resource is App" in head or f'App::"{app}"' in head or f'Collection::"{collection}"' in head


def timed(decide: Callable[[Facts], Answer], asked: list[Facts]) -> list[int]:
    """Nanoseconds for each request, collector off."""
    clock = time.perf_counter_ns
    took = []
    gc.disable()
    for one in asked:
        start = clock()
        decide(one)
        took.append(clock() - start)
    gc.enable()
    gc.collect()
    return took


WAYS = ["all", "resource", "action", "action+entities"]


def measure(count: int, requests: int, rounds: int) -> dict[str, Any]:
    policies, entities = build(count)
    asked = facts(requests, policies, entities)
    sides = {"limen": limen_side(policies, entities)}
    sides |= {f"cedarpy {how}": cedarpy_side(policies, entities, how) for how in WAYS}
    allowed = 0
    for one in asked:
        answers = {name: decide(one) for name, decide in sides.items()}
        verdict, determining = answers["limen"]
        for name, (their_verdict, their_determining) in answers.items():
            assert verdict is their_verdict, (name, one)
            assert sorted(determining) == sorted(their_determining), (name, one)
        allowed += verdict
    medians: dict[str, list[float]] = {name: [] for name in sides}
    tails: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, decide in sides.items():
            sample = asked if name == "limen" else asked[: max(200, requests // 5)]
            took = sorted(timed(decide, sample))
            medians[name].append(took[len(took) // 2] / 1000)
            tails[name].append(took[len(took) * 99 // 100] / 1000)
    rows = {
        name: {
            "p50": statistics.median(medians[name]),
            "p99": statistics.median(tails[name]),
            "p50_min": min(medians[name]),
            "p50_max": max(medians[name]),
        }
        for name in sides
    }
    best = min((name for name in rows if name != "limen"), key=lambda name: rows[name]["p50"])
    return {
        "policies": count,
        "allowed": allowed / requests,
        "rows": rows,
        "best": best,
        "ratio": rows[best]["p50"] / rows["limen"]["p50"],
    }


def hostile_like(rounds: int) -> float:
    """Milliseconds; whoever tries each place for each star never ends."""
    took = []
    for _ in range(rounds):
        start = time.perf_counter()
        assert not like("a" * 50_000 + "b", (None, *["a", None] * 200, "c"))
        took.append((time.perf_counter() - start) * 1000)
    return statistics.median(took)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--json", action="store_true", help="one line for programs")
    options.add_argument("--requests", type=int, default=2000)
    options.add_argument("--rounds", type=int, default=5)
    chosen = options.parse_args()
    results = [measure(count, chosen.requests, chosen.rounds) for count in (10, 100, 1000)]
    hostile_ms = hostile_like(chosen.rounds)
    if chosen.json:
        line: dict[str, Any] = {f"ratio_{one['policies']}": round(one["ratio"], 1) for one in results}
        line["hostile_like_ms"] = round(hostile_ms, 2)
        for one in results:
            line[f"p50_us_{one['policies']}"] = round(one["rows"]["limen"]["p50"], 2)
            line[f"p99_us_{one['policies']}"] = round(one["rows"]["limen"]["p99"], 2)
            line[f"cedarpy_p50_us_{one['policies']}"] = round(one["rows"][one["best"]]["p50"], 1)
        print(json.dumps(line))
        return
    print(
        f"{PEOPLE} people, {APPS} apps, {chosen.requests} requests, {chosen.rounds} interleaved rounds; µs a decision"
    )
    for one in results:
        print(f"\n{one['policies']} policies, {one['allowed']:.0%} allowed, all answers equal")
        print(f"  {'':26}{'p50':>9}{'p99':>9}{'per s':>10}   p50 of the rounds, min to max")
        for name, row in one["rows"].items():
            per_second = 1e6 / row["p50"]
            spread = f"{row['p50_min']:.2f} to {row['p50_max']:.2f}"
            print(f"  {name:26}{row['p50']:9.2f}{row['p99']:9.2f}{per_second:10,.0f}   {spread}")
        print(f"  limen is {one['ratio']:.0f} × as fast as {one['best']}")
    print(f"\na pattern of 200 stars against 50,000 letters: {hostile_ms:.1f} ms")


if __name__ == "__main__":
    main()
