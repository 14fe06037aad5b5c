"""Run as a process by `test_kill.py`: says events and makes decisions as fast as it can, until somebody kills it.

It tells the id of each event after its transaction has committed, and each decision id together with the instant at
which it was made. What it told was acknowledged.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

from tests.storage.journal.decisions import Decided

from limen.events import Event
from limen.facts import App, Facts, Person, Upstream
from limen.policy.decision import Effect, Reason, Request
from limen.storage import Database
from limen.storage.journal import Journal

KEYS = (b"journal key of the kill test....",)


def main(folder: Path, tells: Connection) -> None:
    one_at_a_time = threading.Lock()

    def tell(line: str) -> None:
        with one_at_a_time:
            tells.send_bytes(line.encode())

    database = Database.open(folder / "limen.db")
    journal = Journal.open(folder / "journal", KEYS, database=database)
    tell("open")
    threading.Thread(target=decide, args=(journal, tell), daemon=True).start()
    for number in count():
        said = database.write(lambda t, n=number: t.say(Event(at=n, kind="session.revoked", details={"n": n})))
        tell(f"said {said.id}")


def decide(journal: Journal, tell: Callable[[str], None]) -> None:
    app = App("payroll", "Payroll", "payroll.harbor.example", Upstream("http://127.0.0.1:1"))
    everybody = [Facts(app=app, person=Person(f"p{n}", active=True)) for n in range(20)]
    reasons = (Reason("staff-view", "permit"),)
    while True:
        for facts in everybody:
            now = time.time_ns() // 1_000_000
            decision = Decided(Effect.PERMIT, reasons, facts, now, Request("view", "GET", "/run/*", app.host))
            decision_id = journal.decided("gateway", decision, facts.person.id, "192.0.2.1", 3.0)
            tell(f"decided {decision_id} {now}")
        time.sleep(0.005)
