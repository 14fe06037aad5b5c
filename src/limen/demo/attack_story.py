"""An attack on Harbor from end to end: each row a request, packet, log line or document, answered by the real parts.

Somebody has phished Greta's password. What follows is what such people do next, and what becomes of it.
"""

from __future__ import annotations

import html
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Final

from limen.clock import Instant
from limen.data.kinds import FOUND as FOUND_DATA
from limen.demo.attacked_harbor import (
    ADMINISTRATOR,
    PHISHED,
    ROBBED,
    TRICKED,
    AttackedHarbor,
    attacked_harbor,
    waited_for,
)
from limen.demo.attempt import Attempt, said, tried
from limen.demo.browser import TYPED, Browser, Page
from limen.demo.employees import PASSWORD, Employee, NotDoneError
from limen.demo.lateral_packet import FILES, LAPTOP, VAULT, Fenced, fenced
from limen.demo.roles import Question
from limen.demo.stories import FOUND, LOG
from limen.demo.story_row import NOT_HERE, Row, alarmed, decided
from limen.events import Event
from limen.facts import LIMEN
from limen.monitor.alerts.model import Verdict
from limen.monitor.alerts.service import WholeCase
from limen.ties import AT_THE_CHANGE
from limen.web.monitor.alerts import CASES, DID
from limen.web.requests import SESSION_COOKIE

OUTSIDE: Final = "203.0.113.99"
THIEF: Final = "203.0.113.178"
"""Invented addresses, of those that are for documentation (RFC 5737)."""
ROWS: Final = 12
SPRAYED: Final = ("jonas", "emil", "farid", "nadia", "oscar", "aino", "karim", "chiara")
_SPRAY: Final = "5f32ea65-27e2-5867-afd7-db7101a1381d"
_SPRAY_SUCCEEDED: Final = "28ab75e0-812b-5e39-86b2-7b4a3a84d00c"
_COPIED_COOKIE: Final = "fae9aa06-7e3c-579c-93fd-bf26c3bc8b61"
_MALWARE: Final = "79ca7d19-2afd-593e-94ba-043dbf273f42"
_GUARDED_ZONE: Final = "7a1b2f04-9a3e-5f1c-b2f8-3f2f7d3d9c63"
"""The rules of Limen's that find it, by their ids."""
_WIKI: Final = Question("wiki", "Open the plans in the wiki", "wiki", "view", path="/plans/winter")
_GIT: Final = Question("git", "Open the source code", "git", "view", path="/harbor/routes")
_PORTAL: Final = Question("portal", "Open the portal", LIMEN, "view", path="/devices")
_PARAGRAPH: Final = re.compile(r"<p(?:\s[^>]*)?>([^<]+)</p>")
_GERMAN: Final = '<section lang="de">'
"""The page about what was stopped says it in English first; its last paragraph is what somebody can do."""
SALARIES: Final = (
    "Employee,Payroll\n"
    "Ewa Lis,Salary: EUR 3 105.00\n"
    "Bram de Wit,Salary: EUR 2 890.50\n"
    "Chiara Fontana,Salary: EUR 3 240.00\n"
    "Karim Haddad,Salary: EUR 4 410.00\n"
)


async def tell_attack(folder: Path) -> AsyncIterator[Row]:
    """Start Harbor in `folder` and attack it. Yields each row as it comes. Raises NotSeenError, LimenError."""
    async with attacked_harbor(folder / "harbor") as harbor, fenced(harbor.company, folder / "router") as fence:
        attack = Attack(harbor, fence)
        await attack.everyday_upload()
        for scene in attack.scenes:
            began = time.perf_counter()
            row = await scene()
            yield row.after(attack.took or time.perf_counter() - began)
            attack.took = 0.0


class Attack:
    """`took`: how long the answer of a scene took, in seconds, where less than the whole scene counts; else 0."""

    def __init__(self, harbor: AttackedHarbor, fence: Fenced | str) -> None:
        self._harbor, self._fence = harbor, fence
        self._company = harbor.company
        self._limen = harbor.company.limen
        self._greta, self._linh = self._company.employees[PHISHED], self._company.employees[ROBBED]
        self._outside = self._at(self._greta, OUTSIDE)
        self.took = 0.0
        self.scenes: tuple[Callable[[], Awaitable[Row]], ...] = (
            self.password_alone,
            self.spray,
            self.password_and_code,
            self.passkey_asked,
            self.passkey_used,
            self.stolen_cookie,
            self.malware,
            self.quarantined,
            self.lateral_packet,
            self.salaries,
            self.case_closed,
            self.access_back,
        )

    # The password

    async def password_alone(self) -> Row:
        await self._outside.sign_in(with_code=False)
        attempt = await self._ask(self._outside.browser, _WIKI)
        does = "signs in with the password that Greta typed on a false page, and opens the wiki"
        return await decided(self._limen, "password-alone", "Somebody outside", does, attempt)

    async def spray(self) -> Row:
        home, browser = self._outside.home, self._outside.browser
        for who in SPRAYED:
            page = await browser.open(f"{home}/sign-in")
            sent = {"email": self._company.employees[who].who.email, "password": PASSWORD, "to": "/"}
            await browser.submit(page, "/sign-in", sent)
        alert, _ = await self._harbor.case_with(_SPRAY)
        does = f"tries the same password on {len(SPRAYED)} colleagues"
        row = Row(id="spray", who="Somebody outside", does=does, answer="deny", reason="")
        return alarmed(self._limen, row, alert)

    async def password_and_code(self) -> Row:
        """The false page asked Greta for her code as well, and passed it on while it was good."""
        self._outside.used_step = self._greta.used_step
        await self._outside.sign_in()
        alert, _ = await self._harbor.case_with(_SPRAY_SUCCEEDED)
        attempt = await waited_for("the end of that session", lambda: self._refused(self._outside.browser))
        does = "signs in with Greta's password and a code that she read out, and goes on until that is refused"
        row = await decided(self._limen, "password-and-code", "Somebody outside", does, attempt)
        case = await self._harbor.alerts.case(alert.case_id)
        return replace(alarmed(self._limen, row, alert), response=_did(case))

    async def passkey_asked(self) -> Row:
        async def challenged() -> Attempt | None:
            attempt = await self._ask(self._greta.browser, _WIKI)
            event = self._limen.journal.find(attempt.decision) if attempt.decision else None
            is_challenge = event is not None and event.decision is not None and event.decision.effect == "challenge"
            return attempt if is_challenge else None

        attempt = await waited_for("a passkey being asked for", challenged)
        return await decided(self._limen, "passkey-asked", "Greta", "opens the wiki at her own desk", attempt)

    async def passkey_used(self) -> Row:
        greta = self._harbor.passkey
        greta.browser = self._greta.browser
        await greta.prove_again(f"{greta.home}/step-up?app={LIMEN}&to=/")
        attempt = await self._ask(greta.browser, _WIKI)
        does = "uses her passkey, which nobody can phish"
        return await decided(self._limen, "passkey-used", "Greta", does, attempt)

    # The cookie and the laptop

    async def stolen_cookie(self) -> Row:
        """Harbor's clock goes forward until a cookie without its tie can only be a copy: nobody waits for it."""
        self._harbor.clock.forward_to(self._limen.clock.now() + AT_THE_CHANGE + 1_000)
        home, path = self._linh.home, _PORTAL.path
        cookies = dict(one.split("=", 1) for one in self._linh.browser.cookies_for(_host(home)).split("; "))
        thief = self._company.network.browser(THIEF)
        sent = {"Cookie": f"{SESSION_COOKIE}={cookies[SESSION_COOKIE]}", "User-Agent": "Someone else's laptop", **TYPED}
        began = time.perf_counter()

        async def refused() -> Attempt | None:
            since = self._limen.clock.now()
            page = await thief.request("GET", f"{home}{path}", sent)
            return await tried(self._limen.journal, _PORTAL, page, since, THIEF) if page.status != 200 else None

        attempt = await waited_for("the end of the session that was copied", refused)
        self.took = time.perf_counter() - began
        alert, case = await self._harbor.case_with(_COPIED_COOKIE)
        does = "uses a cookie that was copied off Linh's laptop, until it is refused"
        row = await decided(self._limen, "stolen-cookie", "Somebody outside", does, attempt)
        return replace(alarmed(self._limen, row, alert), response=_did(case))

    async def malware(self) -> Row:
        """What copied the cookie is found, too: the agent sends what the virus scanner wrote."""
        await self._linh.sign_in()
        await self._harbor.laptop.prove(self._linh)
        await self._linh.browser.open(self._company.url(_WIKI.app, _WIKI.path))
        began = time.perf_counter()
        await self._harbor.laptop.send_log(LOG, [FOUND.replace("bram", ROBBED)])
        alert, _ = await self._harbor.case_with(_MALWARE)

        async def responded() -> WholeCase | None:
            case = await self._harbor.alerts.case(alert.case_id)
            return case if any(one.subject_kind == "device" for one in case.responses) else None

        case = await waited_for("the quarantine", responded)
        self.took = time.perf_counter() - began
        does = "sends what the virus scanner on it found"
        row = Row(id="malware", who="Linh's laptop", does=does, answer="quarantine", reason="")
        return replace(alarmed(self._limen, row, alert), response=_did(case, "device"))

    async def quarantined(self) -> Row:
        """What was signed in on it is over; and whoever signs in anew is not on this laptop any more."""
        attempt = await self._ask(self._linh.browser, _WIKI)
        row = await decided(self._limen, "quarantined", "Linh's laptop", "opens the wiki", attempt)
        await self._linh.sign_in()
        try:
            await self._harbor.laptop.prove(self._linh)
        except NotDoneError as wrong:
            does = "opens the wiki, and tries to prove after a new sign-in that the browser is on it"
            what, _, fix = str(wrong).partition(": ")
            return replace(row, does=does, answer="deny", reason=f"{row.reason}; {what}.", remedy=fix)
        return replace(row, answer="permit", reason="The laptop still proves itself.")

    async def lateral_packet(self) -> Row:
        does = f"sends a packet to the backups, from {LAPTOP} to {VAULT} port {FILES}"
        row = Row(id="lateral-packet", who="Linh's laptop", does=does, answer=NOT_HERE, reason="")
        if isinstance(self._fence, str):
            remedy = "Run the demo as root on Linux with nftables, iproute2 and openssh-client installed."
            return replace(row, reason=f"{self._fence}.", remedy=remedy)
        is_refused = await self._fence.tried()
        if not is_refused:
            return replace(row, answer="permit", reason="The firewall let it through.")
        alert, _ = await self._harbor.case_with(_GUARDED_ZONE)
        return alarmed(self._limen, replace(row, answer="deny"), alert)

    # The salaries, and the end

    async def everyday_upload(self) -> None:
        """What looks into documents has done so before, as in a company that is at work. Raises NotDoneError."""
        lucia = self._company.employees[TRICKED]
        await lucia.browser.open(self._company.url("wiki", "/"))
        page = await self._upload(lucia, "minutes.csv", "Who,What\nEwa Lis,Orders tape\n")
        if page.status != HTTPStatus.OK:
            raise NotDoneError(f"an everyday document was answered with {page.status}")

    async def salaries(self) -> Row:
        lucia = self._company.employees[TRICKED]
        began, since = time.perf_counter(), self._limen.clock.now()
        page = await self._upload(lucia, "salaries-2026-11.csv", SALARIES)
        self.took = time.perf_counter() - began
        title, text = said(page)
        found = self._found(self._company.person_of(TRICKED).id, since)
        is_stopped = found is not None and page.status == HTTPStatus.FORBIDDEN
        return Row(
            id="salaries",
            who="Lucía",
            does="uploads the list of salaries to the wiki, as a mail in Greta's name asked her to",
            answer="stopped" if is_stopped else "permit",
            reason=" ".join(f"{title}. {text}".split()),
            remedy=html.unescape(_PARAGRAPH.findall(page.text.partition(_GERMAN)[0])[-1]) if is_stopped else "",
            policies=tuple(str(found.details.get("rules", "")).split()) if found is not None else (),
        )

    async def case_closed(self) -> Row:
        """Ada looks at every open case, takes back what Limen did and closes it with what it was, at the console."""
        ada, closed = self._company.employees[ADMINISTRATOR], 0
        await self._harbor.laptop.report()  # clean again
        for case in await self._harbor.alerts.cases():
            at = f"{CASES}/{case.case.id}"
            page = await ada.browser.open(f"{ada.home}{at}")
            for one in case.responses:
                if one.until > self._limen.clock.now() and not one.ended_at:
                    await ada.browser.submit(page, f"{at}/undo", {"id": one.id})
            verdict = {"verdict": Verdict.DEALT_WITH.value, "why": "Password changed, laptop cleaned"}
            await ada.browser.submit(page, f"{at}/close", verdict)
            closed += 1
        left = len(await self._harbor.alerts.cases())
        does = f"looks at {closed} cases, takes back the quarantine and closes them"
        reason = f"{left} cases are open." if left else "What was found no longer counts towards anybody's risk."
        return Row(id="case-closed", who="Ada", does=does, answer="open" if left else "closed", reason=reason)

    async def access_back(self) -> Row:
        async def permitted() -> Attempt | None:
            attempt = await self._ask(self._linh.browser, _GIT)
            return attempt if attempt.status == 200 and attempt.decision else None

        await self._linh.sign_in()
        await self._harbor.laptop.prove(self._linh)
        attempt = await waited_for("Linh's access", permitted)
        return await decided(self._limen, "access-back", "Linh", "opens the source code again", attempt)

    # Inside

    async def _upload(self, who: Employee, name: str, text: str) -> Page:
        """Send a document to the wiki, as a form of its own does."""
        body, kind = _form(name, text)
        origin = {
            "Origin": self._company.url("wiki", ""),
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Site": "same-origin",
        }
        url = self._company.url("wiki", "/attachments/new")
        return await who.browser.request("POST", url, {"Content-Type": kind, **origin}, body)

    def _found(self, person: str, since: Instant) -> Event | None:
        """What the scanner found and stopped in what somebody sent since then."""
        journal = self._limen.journal
        journal.flush()
        those = journal.recent(1, lambda one: one.kind == FOUND_DATA.name and one.actor == person and one.at >= since)
        return next((one for one in those if one.details.get("passed") is False), None)

    def _at(self, known: Employee, address: str) -> Employee:
        """Somebody at another browser, with what somebody knows."""
        found = Employee(known.who, self._company.network.browser(address), known.home, known.now)
        found.seed = known.seed
        return found

    async def _ask(self, browser: Browser, question: Question) -> Attempt:
        since = self._limen.clock.now()
        page = await browser.open(self._company.url(question.app, question.path))
        return await tried(self._limen.journal, question, page, since, browser.address)

    async def _refused(self, browser: Browser) -> Attempt | None:
        """An attempt to open the portal that was not let in; None while it still is."""
        attempt = await self._ask(browser, _PORTAL)
        return attempt if attempt.url.partition("?")[0].endswith("/sign-in") or attempt.status != 200 else None


def _host(url: str) -> str:
    return url.partition("://")[2]


def _did(case: WholeCase, *to: str) -> str:
    """What Limen did by itself about a case: to such subjects only, where any is named."""
    return ", ".join(dict.fromkeys(DID[one.kind] for one in case.responses if not to or one.subject_kind in to))


def _form(name: str, text: str) -> tuple[bytes, str]:
    """A form with one file, as browsers send it (RFC 7578), and its content type."""
    edge = "harbor-wiki-form"
    head = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/csv\r\n'
    return f"--{edge}\r\n{head}\r\n{text}\r\n--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}"
