"""The visitor of the demo as one of Harbor's people: signs in for real, asks at real doors, and changes facts for real.

What is asked here goes over HTTP with the very sign-in that the visitor's own browser has, so both get the same answer.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

from limen import ties
from limen.clock import HOUR, MINUTE, Instant
from limen.demo.app_sessions import AppSession, AppSessions
from limen.demo.attempt import Attempt, tried
from limen.demo.both_ways import other_way
from limen.demo.browser import Browser, LoopError
from limen.demo.employees import Employee, NotDoneError
from limen.demo.laptops import HEALTHY, UNKNOWN, Laptops
from limen.demo.roles import ROLES, Question, Role
from limen.demo.running_company import DayClock, RunningCompany
from limen.demo.thief import Theft, as_thief, places_to_try
from limen.enforcement.decision_point import APP_COOKIE
from limen.facts import LIMEN, Person, Session, SessionState
from limen.web.requests import BROWSER_COOKIE, SESSION_COOKIE

PLACES: Final = {
    "office": ("192.0.2.77", "At the office"),
    "hall": ("198.51.100.77", "In the warehouse hall"),
    "away": ("203.0.113.77", "Somewhere else"),
}
MOST_HOSTS: Final = 16
TIE: Final = ties.COOKIE.decode()
TOLD_WITHIN_SECONDS: Final = 3.0
"""How long the demo's page waits until the apps have heard of a sign-out; they hear it sooner."""
_GLANCE_SECONDS: Final = 0.02
EVENING: Final = 21
MORNING: Final = 9
_STRIDE: Final = 90 * MINUTE
"""How far time goes at once while somebody is at work; shorter than what Harbor's sessions may idle."""


class Visitor:
    """Whoever watches the demo. One at a time; `address` is where the trusted hop says they are."""

    def __init__(self, company: RunningCompany, clock: DayClock) -> None:
        self.company = company
        self.clock = clock
        self.role: Role | None = None
        self.place = "office"
        self.device = UNKNOWN
        self.laptops = Laptops(company)
        self.last: Attempt | None = None
        self.theft: Theft | None = None
        self.seen: dict[str, str] = {}
        """The app cookie that the visitor's own browser sent last, by host and port."""
        self.user_agent = ""
        self._with_passkey: dict[str, Employee] = {}
        self._with_password: dict[str, Employee] = {}
        self._now: Employee | None = None
        self._handed_tie = ""

    @property
    def address(self) -> str:
        return PLACES[self.place][0]

    @property
    def person(self) -> Person | None:
        return self.company.person_of(self.role.who) if self.role is not None else None

    @property
    def session(self) -> Session | None:
        """The live sign-in that the visitor's browser has, or None."""
        if self._now is None:
            return None
        token = self._cookies().get(SESSION_COOKIE, "")
        found = self.company.limen.known.session(sha256(token.encode()).digest()) if token else None
        standing = self.company.limen.known.session_state(found, "", self.clock.now())
        return found if standing is SessionState.LIVE else None

    # Being somebody

    async def prepare(self) -> None:
        """Have each of the three hold a passkey, and a password with a code. Once, right after they enrolled."""
        known = self.company.limen.known
        for role in ROLES:
            enrolled, person = self.company.employees[role.who], self.company.person_of(role.who)
            session = next(one for one in known.sessions.values() if one.person_id == person.id and not one.app)
            other = await other_way(self.company, enrolled, session)
            held = {enrolled.who.factor: enrolled, other.who.factor: other}
            self._with_passkey[role.who], self._with_password[role.who] = held["passkey"], held["password_and_code"]

    async def become(self, role: Role, proof: str = "passkey") -> dict[str, str]:
        """Sign in as `role` with a passkey, with "password_and_code", or with a "password" alone.

        Returns the cookies for the visitor's browser. Raises NotDoneError.
        """
        await self.leave()
        before = self.role
        found = (self._with_passkey if proof == "passkey" else self._with_password)[role.who]
        found.browser = self._browser()
        if proof == "password_and_code":
            self.clock.forward_to((found.used_step + 1) * 30_000)  # a code is good once; the next one is near
        await found.sign_in(with_code=proof == "password_and_code")
        self._now, self.role, self.theft = found, role, None
        self.seen.clear()
        if before is not role:
            self.last, self.device = None, UNKNOWN
            self.go_to("office")
        return self._cookies()

    async def prove_again(self) -> dict[str, str]:
        """Use the person's passkey in the sign-in that they have; its cookie changes. Raises NotDoneError."""
        if self.role is None or self._now is None or self.session is None:
            raise NotDoneError("nobody is signed in any more")
        holder = self._with_passkey[self.role.who]
        holder.browser = self._now.browser
        await holder.prove_again(f"{holder.home}/step-up?app={LIMEN}&to=/")
        self._now = holder
        return self._cookies()

    async def leave(self) -> None:
        """Sign out, where somebody is signed in."""
        if self._now is not None and self.session is not None:
            await self._now.sign_out()
            await self._apps_are_told()

    async def end_all_sessions(self) -> None:
        """What the person would do in the portal: end every other sign-in of theirs, then this one."""
        if self._now is None or self.session is None:
            raise NotDoneError("nobody is signed in any more")
        page = await self._now.browser.open(f"{self._now.home}/sessions")
        await self._now.browser.submit(page, "/sessions/end-others", {})
        await self.leave()
        if self.theft is not None:
            again = await as_thief(self.company, self.theft.tried[0].question, self.theft.cookie)
            self.theft = replace(self.theft, after=again)

    def at_apps(self) -> list[tuple[AppSessions, AppSession]]:
        """Where the person is or was signed in, as the apps themselves have it that ask Limen; the newest first."""
        person = self.person
        held = [
            (app, one) for app in self.company.app_sessions.values() for one in (app.of(person.email) if person else ())
        ]
        return sorted(held, key=lambda one: -one[1].at)

    async def _apps_are_told(self) -> None:
        """Wait until every app has heard that the person is signed out."""
        for _ in range(int(TOLD_WITHIN_SECONDS / _GLANCE_SECONDS)):
            if all(one.ended_at for _, one in self.at_apps()):
                return
            await asyncio.sleep(_GLANCE_SECONDS)

    # Facts

    def go_to(self, place: str) -> None:
        self.place = place
        if self._now is not None:
            self._now.browser.address = self.address

    async def sit_at(self, device: str) -> dict[str, str] | None:
        """Change to another of `DEVICES`. From a known one to one that nobody knows goes by a sign-in of its own, whose
        cookies are returned. Raises NotDoneError.
        """
        if self.role is None or self._now is None or self.session is None:
            raise NotDoneError("nobody is signed in any more")
        was, self.device = self.device, device
        if device == UNKNOWN and was != UNKNOWN:
            return await self.become(self.role)
        await self._keep_up()
        return None

    def cookies_to_hand(self) -> dict[str, str] | None:
        """The cookies for the visitor's browser, where its tie to the laptop is another than it was handed last."""
        cookies = self._cookies()
        tie = cookies.get(TIE, "")
        if not tie or tie == self._handed_tie:
            return None
        self._handed_tie = tie
        return cookies

    async def _keep_up(self) -> None:
        """What the agent beside the visitor does by itself, however far Harbor's clock was moved."""
        session = self.session
        if self.device != UNKNOWN and self.role is not None and self._now is not None and session is not None:
            is_healthy = self.device == HEALTHY
            await self.laptops.keep_up(self.role.who, self._now, session, is_healthy=is_healthy)

    async def stay_until(self, then: Instant) -> None:
        """Let time pass while the visitor is at work, so that their sign-in gets old and does not idle."""
        while self.clock.now() < then:
            self.clock.forward_to(min(then, self.clock.now() + _STRIDE))
            session = self.session
            if session is not None:
                self.company.limen.known.used(session, self.clock.now())
            await asyncio.sleep(0)

    def later(self, hours: int) -> Instant:
        return self.clock.now() + hours * HOUR

    def next_hour(self, hour: int, *, on_a_working_day: bool = False) -> Instant:
        """The next time that it is `hour` o'clock at Harbor."""
        zone = self.company.limen.settings.zone
        now = datetime.fromtimestamp(self.clock.now() / 1000, zone)
        then = now.replace(hour=hour, minute=0, second=0, microsecond=0)
        while then <= now or (on_a_working_day and then.isoweekday() > 5):
            then = (then + timedelta(days=1)).replace(hour=hour)
        return int(then.timestamp()) * 1000

    # What the front sees

    def saw(self, host: str, user_agent: str, cookie: str) -> None:
        """A browser sent this cookie to an app's host. Only that of whoever presses the demo's buttons is kept."""
        if user_agent == self.user_agent and (host in self.seen or len(self.seen) < MOST_HOSTS):
            self.seen[host] = cookie

    # Asking

    async def ask(self, question: Question) -> Attempt:
        """Ask as the visitor's browser would; kept as `last`."""
        if self._now is None:
            raise NotDoneError("nobody is signed in yet")
        await self._keep_up()
        browser, url = self._now.browser, self.company.url(question.app, question.path)
        if question.method != "GET":
            await browser.open(self.company.url(question.app, "/"))
        since = self.clock.now()
        try:
            if question.method == "GET":
                page = await browser.open(url)
            else:
                page = await browser.fetch(question.method, url)
        except (LoopError, OSError, TimeoutError) as wrong:
            raise NotDoneError(f"{question.says}: {wrong}") from None
        now = await tried(self.company.limen.journal, question, page, since, self.address)
        before = self.last
        if before is not None and before.question.id == question.id:
            event = (
                await asyncio.to_thread(self.company.limen.journal.find, before.decision) if before.decision else None
            )
            was = event.decision.effect if event is not None and event.decision is not None else ""
            now = replace(now, was=was)
        self.last = now
        return now

    async def ask_again(self) -> None:
        """The question that was asked last, or the role's first: with the facts as they are now."""
        if self.role is not None:
            await self.ask(self.last.question if self.last is not None else self.role.questions[0])

    # The thief

    async def steal(self) -> None:
        """Copy the app's cookie and use it from another machine. Raises NotDoneError where there is none."""
        if self.role is None or self._now is None or self.session is None:
            raise NotDoneError("nobody is signed in any more")
        question = self.last.question if self.last is not None else self.role.questions[0]
        own_cookies = {LIMEN, *self.company.app_sessions}  # where another cookie than the gateway's counts
        if question.app in own_cookies or question.method != "GET":
            question = next(one for one in self.role.questions if one.app not in own_cookies and one.method == "GET")
        host = urlsplit(self.company.url(question.app, "/")).netloc
        cookie = self.seen.get(host, "")
        is_from_browser = bool(cookie)
        if not cookie:
            await self._now.browser.open(self.company.url(question.app, question.path))
            cookie = self._cookies(host).get(APP_COOKIE.decode(), "")
        if not cookie:
            raise NotDoneError(f"there is no cookie to copy: {question.app} was never opened")
        trying = [await as_thief(self.company, one, cookie) for one in places_to_try(question)]
        self.theft = Theft(cookie, is_from_browser, tuple(trying))

    # Inside

    def _browser(self) -> Browser:
        return self.company.network.browser(self.address)

    def _cookies(self, host: str = "") -> dict[str, str]:
        """The cookies of the demo's copy of the visitor's browser, for a host; the sign-in host's unless said."""
        if self._now is None:
            return {}
        at = host or urlsplit(self._now.home).netloc
        pairs = (one.partition("=") for one in self._now.browser.cookies_for(at).split("; ") if one)
        return {name: value for name, _, value in pairs if host or name in {SESSION_COOKIE, BROWSER_COOKIE, TIE}}
