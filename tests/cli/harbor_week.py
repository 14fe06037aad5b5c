"""Harbor with a week behind it: its folder published, its people in the database, real decisions in its journal."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

from limen.clock import DAY, HOUR, MINUTE, Instant, SetClock, SystemClock
from limen.company.load import load_company
from limen.company.places import database_url, journal_folder
from limen.company.publish import SERVER, publish
from limen.demo import harbor
from limen.demo.employees import read_people
from limen.facts import Device, Facts, Person
from limen.facts.nouns import UNKNOWN_DEVICE, Auth, Factor, Place, Risk, Session
from limen.identity.model import Passkey, PersonStatus
from limen.identity.store import factors, people
from limen.policy.decision import Request
from limen.storage import Database, Transaction
from limen.storage.journal import Journal

KEYS = (b"journal key of Harbor's week....",)
CALM = Risk(0, known=True)
KNOWN = Device("d1", True, "compliant", True, 2, "macos")


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody asked for, so many times, at a time of the day."""

    at: str
    who: str
    app: str
    action: str = "view"
    times: int = 1
    device: Device = UNKNOWN_DEVICE
    passkey: bool = True


WEEK = (
    Ask("09:00", "oscar", "wiki", times=30),
    Ask("09:10", "vera", "wiki", "edit", times=5),
    Ask("09:30", "rohan", "payroll", times=12, device=KNOWN),
    Ask("09:40", "farid", "crm", times=8),
    Ask("10:00", "lucia", "payroll", times=7),
    Ask("10:05", "maren", "payroll", times=3),
    Ask("10:20", "greta", "crm", passkey=False),
    Ask("10:30", "oscar", "payroll", times=2),
    Ask("10:45", "", "payroll", times=4),
    Ask("20:15", "yuki", "crm", times=2),
    Ask("21:30", "farid", "crm", times=4),
)


def harbor_week(at: Path, days: int = 1) -> Path:
    """The folder of Harbor with database and journal beside it; of so many days, all alike, the last is a Tuesday."""
    root = at / "harbor"
    shutil.copytree(harbor.folder(), root, ignore=shutil.ignore_patterns("data"))
    company = load_company(root)
    database = Database.open(database_url(root, company.settings))
    people = {one.id: Person(one.id, one.name, one.email, frozenset(one.groups), True) for one in read_people(root)}
    now = SystemClock().now()
    for person in people.values():
        database.write(lambda one, person=person: _enrol(one, person, now))
    publish(database, company, SERVER, "Harbor begins", now)
    database.close()
    engine, apps = company.engine(), company.all_apps
    first = _tuesday(now, company.settings.zone) - (days - 1) * DAY
    clock = SetClock(first)
    journal = Journal.open(journal_folder(root, company.settings), KEYS, clock=clock)
    for day, ask in product(range(days), WEEK):
        hour, minute = map(int, ask.at.split(":"))
        clock.forward(first + day * DAY + hour * HOUR + minute * MINUTE - clock.now())
        facts = _facts(ask, people.get(ask.who), apps[ask.app], clock.now())
        request = Request(ask.action, "GET", "/**", apps[ask.app].host)
        for _ in range(ask.times):
            decision = engine.decide(request, facts, clock.now())
            journal.decided("gateway", decision, ask.who, facts.place.address, 3.0)
    journal.close()
    return root


def _enrol(transaction: Transaction, person: Person, now: Instant) -> None:
    people.add(transaction.connection, person, PersonStatus.ACTIVE, now)
    key = person.id.encode()
    factors.insert_passkey(
        transaction, Passkey(f"k-{person.id}", person.id, key, key, 0, True, "", False, (), "", "Laptop", now)
    )


def _facts(ask: Ask, person: Person | None, app: object, now: Instant) -> Facts:
    place = Place("192.0.2.7", True, "DE", "office", False)
    if person is None:
        return Facts(app=app, place=place, risk=CALM)  # type: ignore[arg-type]
    proved = now - 5 * MINUTE
    factors = frozenset({Factor.PASSKEY}) if ask.passkey else frozenset({Factor.PASSWORD, Factor.CODE})
    auth = Auth(3 if ask.passkey else 2, factors, proved)
    session = Session(f"s-{ask.who}", person.id, Auth(), proved, proved + 12 * HOUR, HOUR)
    return Facts(app, person, auth, session, ask.device, place, CALM)  # type: ignore[arg-type]


def _tuesday(now: Instant, zone: ZoneInfo) -> Instant:
    """Midnight before the last whole Tuesday, in the company's zone."""
    day = datetime.fromtimestamp(now / 1000, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    day -= timedelta(days=1)
    while day.isoweekday() != 2:
        day -= timedelta(days=1)
    return int(day.timestamp()) * 1000
