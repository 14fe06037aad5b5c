"""How soon what a log tells takes access away: from a line that arrives to the refusal of the next request.

    python bench/monitor_loop.py [--json] [--people N]

All of it is real: the line is kept and flushed by the process that watches, a rule finds it among all of Limen's own,
the finding becomes a risk in the database and in the facts, and the decision is the one that a request gets.
`event_to_refusal_ms_p95` and `_p50`: of one line about each of so many people, one after the other. Beside them, in the
same run, `disk_ms_p50`: how long a write of that line and an fsync take, twice of which are waited for on the way.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import statistics
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from limen.app import Limen, open_limen
from limen.clock import HOUR, SystemClock
from limen.company.load import load_company, load_settings
from limen.facts import Auth, Factor, Person, Session
from limen.identity.membership import Membership
from limen.identity.model import PersonStatus
from limen.identity.store import people
from limen.monitor.knowing import Knowing
from limen.monitor.normal_form.frame import Frame
from limen.monitor.watch import Watch
from limen.policy.decision import Request
from limen.storage import Transaction

BOUND_MS = 2_000
HARBOR = Path(__file__).resolve().parent.parent / "examples" / "harbor"
MONITOR = "watch: true\nsources:\n  app: {kind: json, comes: http}\n"
RULE = """title: Payroll is copied
id: 6f0e4e32-2f4f-4c1d-9d35-1a4cf5a5b001
logsource: {product: payroll}
detection: {selection: {kind: export}, condition: selection}
level: critical
custom: {limen: {confidence: 95, entity: person, sentence: "{who} copied pay slips.", next_step: Ask them.}}
"""


def folder_in(root: Path) -> Path:
    folder = root / "harbor"
    shutil.copytree(HARBOR, folder)
    (folder / "monitor.yaml").write_text(MONITOR)
    (folder / "detections").mkdir(exist_ok=True)
    (folder / "detections" / "payroll.yml").write_text(RULE)
    return folder


async def with_people(limen: Limen, how_many: int) -> list[Session]:
    """So many members of the staff, each signed in with a passkey just now."""
    now = limen.clock.now()

    def add(transaction: Transaction) -> None:
        for number in range(how_many):
            person = Person(f"p_{number}", f"P {number}", f"p{number}@harbor.example", frozenset({"staff"}))
            Membership(transaction, now, "").add(person)
            people.set_status(transaction.connection, person.id, PersonStatus.ACTIVE, now)
            transaction.changed("person", person.id)

    await limen.core.write(add)
    auth, sessions = Auth(3, frozenset({Factor.PASSKEY}), now), []
    for number in range(how_many):
        session = Session(f"s_{number}", f"p_{number}", auth, now, now + 9 * HOUR, 9 * HOUR)
        limen.known.sessions.put(os.urandom(32), session)
        sessions.append(session)
    return sessions


async def measured(root: Path, how_many: int) -> dict[str, float]:
    folder = folder_in(root)
    async with AsyncExitStack() as closing:
        limen = await open_limen(closing, load_settings(folder), folder, lambda: load_company(folder), SystemClock())
        watch = limen.core.offers.take(Watch)
        sessions = await with_people(limen, how_many)
        await watch.supervision.ready()
        await limen.core.offers.take(Knowing).look_again()
        while (health := watch.supervision.health) is None or health.behind or not health.detected_at:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        return await lines(limen, watch, sessions) | disk(root)


async def lines(limen: Limen, watch: Watch, sessions: list[Session]) -> dict[str, float]:
    took = []
    wiki = limen.known.apps["wiki"]

    def opens(session: Session) -> bool:
        facts = limen.known.facts(session, wiki, "203.0.113.7")
        return limen.core.engine().decide(Request("view"), facts, limen.clock.now()).effect.value == "permit"

    for number, session in enumerate(sessions):
        if not opens(session):
            raise SystemExit(f"{session.person_id} is refused before anything was said")
        said = {"id": str(number), "product": "payroll", "kind": "export", "user": f"p{number}@harbor.example"}
        began = time.perf_counter()
        frame = Frame(
            source="app", kind="json", received_at=limen.clock.now(), peer="192.0.2.1", data=json.dumps(said).encode()
        )
        await watch.supervision.deliver([frame])
        while opens(session):  # noqa: ASYNC110 -- what is waited for tells nobody
            await asyncio.sleep(0.001)
        took.append((time.perf_counter() - began) * 1_000)
    took.sort()
    return {
        "event_to_refusal_ms_p95": round(took[int(len(took) * 0.95)], 1),
        "event_to_refusal_ms_p50": round(statistics.median(took), 1),
        "people": len(took),
    }


def disk(root: Path) -> dict[str, float]:
    took = []
    with (root / "probe").open("wb") as file:
        for _ in range(50):
            began = time.perf_counter()
            file.write(b"x" * 200)
            file.flush()
            os.fsync(file.fileno())
            took.append((time.perf_counter() - began) * 1_000)
    return {"disk_ms_p50": round(statistics.median(took), 3)}


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--json", action="store_true", help="one line, an object")
    arguments.add_argument("--people", type=int, default=100, help="how many people something is said of")
    asked = arguments.parse_args()
    with TemporaryDirectory(prefix="monitor-loop-") as folder:
        found = asyncio.run(measured(Path(folder), asked.people))
    if asked.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"  {name:<28}{value:>10}")
    return 0 if found["event_to_refusal_ms_p95"] <= BOUND_MS else 1


if __name__ == "__main__":
    sys.exit(main())
