"""How long effective access takes: 500 people, 50 apps, every action, on the policies of `access_standing`.

`effective_cpu_s`, in seconds of CPU: everybody's rows of everything, as `limen access all` has them.
`effective_person_cpu_s` and `effective_app_cpu_s`: those of one person, and of one app, as their pages have them. Each
round begins anew.
"""

from __future__ import annotations

import time

import access_standing
from limen.clock import SystemClock
from limen.company.company import Company
from limen.company.effective_now import effective_now
from limen.company.load import load_company
from limen.facts import App, Person

APPS = 50


def effective(rounds: int) -> dict[str, float]:
    company, everybody = load_company(access_standing.HARBOR), access_standing.people()
    apps = access_standing.apps()[:APPS]
    some = max(3, rounds // 20)
    whole = [_took(company, everybody, apps) for _ in range(some)]
    return {
        "effective_cpu_s": _median([took for took, _ in whole]),
        "effective_rows": whole[0][1],
        "effective_person_cpu_s": _median([_took(company, everybody[:1], apps)[0] for _ in range(some)]),
        "effective_app_cpu_s": _median([_took(company, everybody, apps[:1])[0] for _ in range(some)]),
    }


def _took(company: Company, people: list[Person], apps: list[App]) -> tuple[float, int]:
    engine, now = access_standing.engine(company), SystemClock().now()
    begun = time.process_time()
    found = effective_now(engine, people, apps, now)
    rows = sum(1 for _ in found.of_all(people))
    assert found.is_exact
    return time.process_time() - begun, rows


def _median(took: list[float]) -> float:
    return round(sorted(took)[len(took) // 2], 3)
