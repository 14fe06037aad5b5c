"""How fast the rows of a review are prepared: 500 people, 100 apps, on Harbor's policies and permits of 40 teams.

`review_rows_per_s`: from nothing known to every row with its way, use, team, risk and reviewers, and then kept in the
database; the median of at least three rounds, each of which begins anew. `review_rows` is how many there are,
`review_prepare_s` the part before the database. In the same run `review_row_inserts_per_s`: how many such rows this
machine's database takes from one transaction that does nothing else, which no review can beat.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from limen.access.reviews import store
from limen.access.reviews.model import Review
from limen.access.reviews.past import Past, Used
from limen.access.reviews.reach import Reach
from limen.access.reviews.rows import Known, rows_of
from limen.cedar import PolicySet
from limen.clock import DAY, SystemClock
from limen.company.company import Company
from limen.company.load import load_company
from limen.facts import App, Label, Person, Upstream
from limen.facts.access_rules import Approvers, ReviewRule
from limen.policy import Engine
from limen.storage import Database

HARBOR = Path(__file__).parents[1] / "examples" / "harbor"
PEOPLE, APPS, TEAMS = 500, 100, 40
RULE = ReviewRule(name="everything", reviewers=Approvers(("administrators",), owner=True))


def reviews(rounds: int) -> dict[str, float]:
    company, people, apps = load_company(HARBOR), _people(), _apps()
    now = SystemClock().now()
    past = Past(
        {(one, app, "view"): Used(3, now - DAY) for one in people for app in list(apps)[::3]},
        {(one.id, group): ("p0", now - 30 * DAY) for one in people.values() for group in one.groups},
    )
    rates, prepared, inserts, count = [], [], [], 0
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(f"sqlite:///{folder}/limen.db")
        for number in range(max(3, rounds // 20)):
            engine = _engine(company)
            begun = time.perf_counter()
            known = Known(Reach(engine, now), people, apps, (), past, {})
            review = Review(id=f"rv_{number}", name="everything", slot=number, started_at=now, closes_at=now + DAY)
            rows = list(rows_of(known, RULE, review.id))
            made = time.perf_counter()
            database.write(lambda t, review=review, rows=rows: store.add_review(t.connection, review, rows))
            kept = time.perf_counter()
            again = [replace(row, id=f"{row.id}-again") for row in rows]
            copied = time.perf_counter()
            other = replace(review, id=f"rv_{number}_again", slot=-number - 1)
            database.write(lambda t, review=other, rows=again: store.add_review(t.connection, review, rows))
            inserts.append(len(rows) / (time.perf_counter() - copied))
            rates.append(len(rows) / (kept - begun))
            prepared.append(made - begun)
            count = len(rows)
        database.close()
    return {
        "review_rows_per_s": round(statistics.median(rates)),
        "review_rows": count,
        "review_prepare_s": round(statistics.median(prepared), 2),
        "review_row_inserts_per_s": round(statistics.median(inserts)),
    }


def _people() -> dict[str, Person]:
    made = (
        Person(
            f"p{number}",
            f"Person {number}",
            f"p{number}@harbor.example",
            frozenset({"staff", f"team-{number % TEAMS}", f"team-{number * 7 % TEAMS}"})
            | (frozenset({"administrators"}) if number % 100 == 0 else frozenset()),
            active=True,
        )
        for number in range(PEOPLE)
    )
    return {one.id: one for one in made}


def _apps() -> dict[str, App]:
    made = (
        App(f"app-{number}", f"App {number}", "", Upstream(""), Label(number % 4), owner=f"team-{number % TEAMS}")
        for number in range(APPS)
    )
    return {one.id: one for one in made}


def _engine(company: Company) -> Engine:
    """Harbor's policies, and a permit for one team on each app."""
    text = "\n".join(
        f'@id("own-{number}") permit (principal in Group::"team-{number % TEAMS}", '
        f'action in [Action::"view", Action::"edit"], resource == App::"app-{number}") '
        f"when {{ context.auth.strength >= {2 + number % 2} }};"
        for number in range(APPS)
    )
    more: dict[str, Any] = {
        body["annotations"]["id"]: body for body in PolicySet.parse(text).to_json()["staticPolicies"].values()
    }
    tree = company.policies.tree
    return Engine({**tree, "staticPolicies": {**tree["staticPolicies"], **more}}, "bench", company.settings.zone)
