"""What the rooms need from the rest of Limen; `app.py` plugs it in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from limen.clock import Clock
from limen.company.project import InForce
from limen.enforcement.doors import Doors
from limen.enforcement.handover import HandOver
from limen.facts import App, Known, Session
from limen.identity.parts import Parts
from limen.identity.workloads import Workloads
from limen.policy.engine import Engine
from limen.settings import Settings
from limen.storage.database import Database
from limen.storage.journal import Journal


@dataclass(frozen=True, slots=True)
class Ports:
    """The outside of the rooms. `in_force` is swapped by every publication, so it is read anew for each page.

    `alias` is a session's name for one app, as its assertions carry it.
    """

    settings: Settings
    clock: Clock
    known: Known
    doors: Doors
    hand_over: HandOver
    identity: Parts
    journal: Journal
    database: Database
    in_force: InForce
    workloads: Workloads = field(default_factory=Workloads)
    alias: Callable[[Session, App], str] = lambda _session, _app: ""

    @property
    def engine(self) -> Callable[[], Engine]:
        return lambda: self.in_force.engine
