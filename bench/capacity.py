"""One node with 500, 5,000 and 50,000 people: what it takes to start, in memory, on the disk, and for a decision.

    python bench/capacity.py [--json] [--people N ...] [--decisions N]

For each size, in the same run: `start_s` from starting the process to the first answered request; `first_start_s` the
same with the folder parsed, checked and published first; `rss_mb` of the server and its children after pages and a
request to every app, `watching_rss_mb` of the process that watches; `database_mb` of SQLite with these people and a
session each; `decide_us` for one decision of the engine, the median over random people and apps, and
`decisions_per_cpu_s` from it; `journal_bytes` on the disk for one decision that is kept and sealed. There is an app for
ten people, and 1,000 at the most. What these come to in a company's day is in docs/explanation/capacity.md.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import footprint
import large_company
from bounds import Figures

SIZES = (500, 5_000, 50_000)
MOST_APPS, DECISIONS, TIMED = 1_000, 100_000, 20_000


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--json", action="store_true", help="one line, an object for each size")
    options.add_argument("--people", type=int, nargs="+", default=list(SIZES))
    options.add_argument("--decisions", type=int, default=DECISIONS, help="how many are written into the journal")
    chosen = options.parse_args()
    found = {}
    for number in chosen.people:
        with TemporaryDirectory(prefix="capacity-") as folder:
            found[f"people_{number}"] = measured(Path(folder) / "company", number, chosen.decisions)
        if not chosen.json:
            shown(number, found[f"people_{number}"])
    if chosen.json:
        print(json.dumps(found))
    return 0


def measured(root: Path, people: int, decisions: int) -> Figures:
    """The figures of one size, of a company that is made in `root`."""
    footprint.PEOPLE, footprint.APPS = people, min(people // 10, MOST_APPS)
    port = footprint.free_port()
    footprint.company(root, port)
    running = footprint.Started(root, port)
    figures: Figures = {"apps": footprint.APPS, "first_start_s": round(running.seconds, 2)}
    running.stop()
    footprint.fill(root)
    figures["decide_us"] = round(decide_us(root), 1)
    figures["decisions_per_cpu_s"] = round(1e6 / figures["decide_us"])
    figures["database_mb"] = round(sum(one.stat().st_size for one in (root / "data").glob("limen.db*")) / 1e6, 1)
    running = footprint.Started(root, port)
    figures["start_s"] = round(running.seconds, 2)
    footprint.use(port)
    figures["rss_mb"], figures["watching_rss_mb"] = round(running.resident_mb(), 1), round(running.watching_mb(), 1)
    running.stop()
    large_company.fill_journal(root, decisions)
    kept = sum(one.stat().st_size for one in (root / "data" / "journal").rglob("*.parquet"))
    figures["journal_bytes"] = round(kept / decisions, 1)
    return figures


def decide_us(root: Path) -> float:
    """Microseconds of the processor for one decision, the median."""
    from limen.clock import SystemClock
    from limen.company import store
    from limen.company.load import load_settings
    from limen.company.places import database_url
    from limen.facts import Facts
    from limen.identity.store import people, sessions
    from limen.policy.decision import Request
    from limen.storage import Database

    database = Database.open(database_url(root, load_settings(root)))
    newest = database.read(store.newest)
    company = database.read(lambda snapshot: store.company_of(snapshot, newest.id))
    engine, apps = company.engine(), list(company.apps)
    persons = {one.person.id: one.person for one in database.read(lambda snapshot: people.members(snapshot.connection))}
    now, chance = SystemClock().now(), random.Random(7)
    opened = [one for _, one, _ in database.read(lambda snapshot: sessions.all_good(snapshot.connection, now))]
    database.close()
    took = []
    for _ in range(TIMED):
        session, app = chance.choice(opened), chance.choice(apps)
        person = persons[session.person_id]
        facts = Facts(app=app, person=person, auth=session.auth, session=session)
        request = Request("view", "GET", "/**", app.host)
        began = time.thread_time_ns()
        engine.decide(request, facts, now)
        took.append(time.thread_time_ns() - began)
    return statistics.median(took) / 1_000


def shown(people: int, figures: Figures) -> None:
    print(
        f"{people:,} people, {figures['apps']:,} apps, on {platform.machine()} with Python {platform.python_version()}"
    )
    for name, figure in figures.items():
        print(f"  {name:<22}{figure:>12,}")


if __name__ == "__main__":
    sys.exit(main())
