"""How long the exact list of standing privilege takes: 500 people, 100 apps, every action, on Harbor's policies.

Beside them, each app has a permit of its own for one of 40 teams, and a third of them one for two people by name, so
that people are of many kinds. Half of the apps are restricted, where every action counts. Each round begins anew.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from limen.access.standing.privilege import standing_privilege
from limen.cedar import PolicySet
from limen.clock import SystemClock
from limen.company.company import Company
from limen.company.load import load_company
from limen.facts import App, Label, Person, Upstream
from limen.policy import Engine

HARBOR = Path(__file__).parents[1] / "examples" / "harbor"
PEOPLE, APPS, TEAMS = 500, 100, 40


def standing(rounds: int) -> dict[str, float]:
    """`standing_s` is the median of at least three rounds; `standing_rows` how much was found in each."""
    company = load_company(HARBOR)
    everybody, every_app = people(), apps()
    now = SystemClock().now()
    took, rows = [], 0
    for _ in range(max(3, rounds // 20)):
        in_force = engine(company)
        begun = time.perf_counter()
        found = standing_privilege(in_force, everybody, every_app, since=now)
        took.append(time.perf_counter() - begun)
        assert found.is_exact
        rows = sum(len(one.people) for one in found.held)
    return {"standing_s": round(sorted(took)[len(took) // 2], 3), "standing_rows": rows}


def people() -> list[Person]:
    return [
        Person(
            f"p{number}",
            f"Person {number}",
            "",
            frozenset({"staff", f"team-{number % TEAMS}", f"team-{number * 7 % TEAMS}"})
            | (frozenset({"administrators"}) if number % 100 == 0 else frozenset()),
            active=True,
        )
        for number in range(PEOPLE)
    ]


def apps() -> list[App]:
    return [
        App(f"app-{number}", f"App {number}", "", Upstream(""), Label(number % 2 * 3 or number // 2 % 3))
        for number in range(APPS)
    ]


def engine(company: Company, more_texts: Iterable[str] = ()) -> Engine:
    texts = [
        f'@id("own-{number}") permit (principal in Group::"team-{number % TEAMS}", '
        f'action in [Action::"view", Action::"edit", Action::"administer"], resource == App::"app-{number}") '
        f"when {{ context.auth.strength >= {2 + number % 2} }};"
        for number in range(APPS)
    ]
    texts += more_texts
    texts += [
        f'@id("named-{number}") permit (principal, action == Action::"elevate", resource == App::"app-{number}") '
        f'when {{ principal == Person::"p{number * 3}" || principal == Person::"p{number * 3 + 1}" }};'
        for number in range(0, APPS, 3)
    ]
    more: dict[str, Any] = {
        body["annotations"]["id"]: body
        for body in PolicySet.parse("\n".join(texts)).to_json()["staticPolicies"].values()
    }
    tree = company.policies.tree
    return Engine(
        {**tree, "staticPolicies": {**tree["staticPolicies"], **more}},
        "bench",
        company.settings.zone,
        access=company.engine().access,
    )
