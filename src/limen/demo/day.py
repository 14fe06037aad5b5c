"""A day at Harbor, asked for real: each step through a real door, its answer as the journal has it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from limen.clock import Instant
from limen.company.company import Company
from limen.demo.attempt import newest_decision
from limen.demo.browser import Browser, Page
from limen.demo.demo_folder import demo_folder
from limen.demo.employees import Employee
from limen.demo.harbor import Step, copy_to, read_day
from limen.demo.running_company import DayClock, RunningCompany, settled_company
from limen.facts import LIMEN
from limen.policy.decision import Effect

DATE: Final = "2026-11-24"
"""A Tuesday; the policy tests suppose one too."""
FIRST_THING: Final = "08:30"
STRANGER: Final = "nobody"
_SIGN_ON: Final = frozenset({"oidc", "saml"})
"""Doors at which it is decided about signing in, whatever way the app asked."""
_STRANGERS_ADDRESS: Final = "203.0.113.200"


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked and answered. `expected` is what the policy tests say; `microseconds` is what deciding took."""

    at: str
    who: str
    app: str
    method: str
    path: str
    action: str
    effect: str
    reasons: tuple[str, ...]
    microseconds: float
    expected: str
    decision: str
    door: str

    @property
    def is_as_expected(self) -> bool:
        return self.effect == self.expected

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class NotAnsweredError(Exception):
    """A step of the day did not come to a decision."""


async def live_through(steps_of: Path | None = None) -> AsyncIterator[Asked]:
    """Start Harbor in a folder of its own and go through its day. Yields each answer as it comes."""
    with demo_folder() as root:
        copy_to(root, prefer_usual_ports=False)
        zone = ZoneInfo("Europe/Berlin")
        clock = DayClock(_instant(FIRST_THING, zone))
        async with settled_company(root, clock) as company:
            day = Day(company, clock)
            for step in read_day(steps_of or root):
                clock.forward_to(_instant(step.at, zone))
                asked = await day.go_through(step)
                if asked is not None:
                    yield asked


class Day:
    """Has the people of a company do what the steps say."""

    def __init__(self, running: RunningCompany, clock: DayClock) -> None:
        company = running.limen.in_force.company
        if company is None:
            raise NotAnsweredError("Harbor has no revision in force")
        self._running = running
        self._clock = clock
        self._expected = expected_effects(company)
        self._challenges: dict[str, str] = {}
        self._has_opened: set[tuple[str, str]] = set()
        self._stranger = running.network.browser(_STRANGERS_ADDRESS)

    async def go_through(self, step: Step) -> Asked | None:
        """Do `step`. None where it asks for nothing. Raises NotAnsweredError."""
        employee = self._running.employees.get(step.who)
        if step.does == "prove_again" and employee is not None:
            await employee.prove_again(self._challenges.pop(step.who))
            return None
        if step.does != "ask" or (employee is None and step.who != STRANGER):
            raise NotAnsweredError(f"nobody can do {step.does!r} as {step.who!r}")
        if employee is not None:
            await self._be_there(employee, step)
        began = self._clock.now()
        page = await self._ask(employee, step)
        if urlsplit(page.url).path == "/step-up":
            self._challenges[step.who] = page.url
        return await self._answer(employee, step, began)

    async def _be_there(self, employee: Employee, step: Step) -> None:
        """Be signed in as the step wants it, at the address it names."""
        if step.address:
            employee.browser.address = step.address
        if step.factors == "password":
            await employee.sign_out()
            await employee.sign_in(with_code=False)
        elif not self._is_live(employee):
            await employee.sign_in()

    def _is_live(self, employee: Employee) -> bool:
        known, now = self._running.limen.known, self._clock.now()
        person = self._running.person_of(employee.who.id).id
        mine = [session for session in known.sessions.values() if session.person_id == person]
        return any(known.session_state(session, "", now) == "live" for session in mine)

    async def _ask(self, employee: Employee | None, step: Step) -> Page:
        browser = employee.browser if employee else self._stranger
        url = self._running.url(step.app, step.path)
        if employee is not None and step.app != LIMEN and (step.who, step.app) not in self._has_opened:
            self._has_opened.add((step.who, step.app))
            if step.method != "GET" or step.door == "check":
                await browser.open(self._running.url(step.app, "/"))
        if step.door == "check":
            return await self._ask_check_server(browser, step, url)
        if step.method == "GET" and employee is not None:
            return await browser.open(url)
        return await browser.fetch(step.method, url)

    async def _ask_check_server(self, browser: Browser, step: Step, url: str) -> Page:
        """What nginx does with `auth_request`: tell method, host and target, and pass the cookies."""
        place = urlsplit(url)
        told = {
            "Host": "check.localhost",
            "Cookie": browser.cookies_for(place.netloc),
            "X-Forwarded-Method": step.method,
            "X-Forwarded-Host": place.netloc,
            "X-Forwarded-Uri": step.path,
        }
        port = self._running.limen.enforcement.check.port
        return await browser.request("GET", f"http://localhost:{port}/check", told)

    async def _answer(self, employee: Employee | None, step: Step, since: Instant) -> Asked:
        """The newest decision in the journal that this step can have led to."""
        person = self._running.person_of(step.who).id if employee else ""
        found = await newest_decision(
            self._running.limen.journal,
            since,
            lambda event, made: (
                (event.actor, made.app) == (person, step.app)
                and (made.method == step.method or step.door in _SIGN_ON)
                and (made.door == step.door or step.app == LIMEN)
            ),
        )
        decided = found.decision if found else None
        if found is None or decided is None:
            raise NotAnsweredError(f"{step.who} {step.method} {step.app}{step.path}: no decision in the journal")
        return Asked(
            at=step.at,
            who=employee.who.name if employee else STRANGER,
            app=step.app,
            method=step.method,
            path=step.path,
            action=decided.action,
            effect=decided.effect,
            reasons=decided.reasons,
            microseconds=round(decided.micros, 1),
            expected=str(self._expected[step.test]),
            decision=found.id,
            door=decided.door,
        )


def expected_effects(company: Company) -> Mapping[str, Effect]:
    """What the company's own policy tests say, by their titles."""
    return {test.title: test.effect for test in company.tests}


def _instant(time_of_day: str, zone: ZoneInfo) -> Instant:
    return int(datetime.fromisoformat(f"{DATE}T{time_of_day}").replace(tzinfo=zone).timestamp()) * 1000
