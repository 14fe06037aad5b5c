"""What the pages need from the rest of Limen; `app.py` plugs it in."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from limen.backup.schedule import BackupSchedule
from limen.clock import Clock
from limen.company.projection import InForce
from limen.enforcement.app_login import AppLogins
from limen.enforcement.decision_point import DecisionPoint
from limen.facts import App, FactStore, Session
from limen.finding import Finding
from limen.identity.services import IdentityServices
from limen.identity.workloads import Workloads
from limen.pillar import FirstStep, Offers, SawSignIn
from limen.policy.engine import Engine
from limen.settings import Settings
from limen.storage.break_glass import BreakGlass
from limen.storage.database import Database
from limen.storage.journal import Journal


async def nothing_found() -> tuple[Finding, ...]:
    """Where there is nothing to examine."""
    return ()


async def no_wait() -> None:
    """Where nobody else decides, nothing is waited for."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The outside of the pages. `in_force` is swapped by every publication, so it is read anew for each page.

    `alias` is a session's name for one app, as its assertions carry it. `settled` returns when no worker decides any
    more without what was written before. `scarce` says what room is running out, in sentences. `examine` looks at the
    whole set-up, and changes nothing. `backups` takes them; None where none are taken. `offers` is what the parts give,
    `first_steps` what they want done after a sign-in, `saw_sign_in` which of them is told of it, `proofs` their pages
    that prove something by themselves.
    """

    settings: Settings
    clock: Clock
    known: FactStore
    doors: DecisionPoint
    app_logins: AppLogins
    identity: IdentityServices
    journal: Journal
    database: Database
    in_force: InForce
    workloads: Workloads = field(default_factory=Workloads)
    break_glass: BreakGlass = field(default_factory=lambda: BreakGlass(Path(os.devnull), (b"never open",)))
    alias: Callable[[Session, App], str] = lambda _session, _app: ""
    settled: Callable[[], Awaitable[None]] = no_wait
    scarce: Callable[[], Sequence[str]] = tuple
    examine: Callable[[], Awaitable[tuple[Finding, ...]]] = nothing_found
    backups: BackupSchedule | None = None
    offers: Offers = field(default_factory=Offers)
    first_steps: Sequence[FirstStep] = ()
    saw_sign_in: Sequence[SawSignIn] = ()
    proofs: Mapping[str, str] = field(default_factory=dict)

    @property
    def engine(self) -> Callable[[], Engine]:
        return lambda: self.in_force.engine
