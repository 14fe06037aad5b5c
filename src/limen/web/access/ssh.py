"""A certificate for SSH: `limen ssh` opens this page in the browser, where the person is signed in and confirms.

The certificate goes to the program that waits on the same computer, and nowhere else: whoever sends somebody the
address of this page gets nothing for it. A certificate is no secret, and is worth nothing without the key, which never
leaves the program.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.enforcement.ssh.door import Asked, Issued, SshDoor
from limen.facts import LIMEN
from limen.following.wire import ED25519, KeyRefusedError, fingerprint, read_key
from limen.messages import gettext_noop
from limen.policy.decision import Effect
from limen.web.page import Route
from limen.web.permissions import VIEW
from limen.web.requests import one, query
from limen.web.site import Site, done_or_page
from limen.web.visit import Authorized, Sent, SignedInVisit
from limen.web.waiting_program import WaitingProgram, waiting_at

AT: Final = "/ssh/ask"
PAGES: Final = (
    Route("GET", AT, VIEW),
    Route("POST", AT, VIEW, does=gettext_noop("Get an SSH certificate")),
)
_FIELDS: Final = ("host", "account", "sudo", "key", "port", "state")
_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_ACCOUNT: Final = re.compile(r"([a-z_][a-z0-9_.-]{0,31})?")
_MARK: Final = slice(7, 15)
_WRONG: Final = (
    gettext_noop("This address is not one that limen ssh opens"),
    gettext_noop("run limen ssh again, and use the page that it opens"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What `limen ssh` asks for, and where it waits on the person's own computer."""

    asked: Asked
    program: WaitingProgram
    mark: str
    fields: dict[str, str]

    @property
    def way_back(self) -> str:
        return f"{AT}?{urlencode(self.fields)}"


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    door = site.ports.offers.take(SshDoor)

    @router.get(AT)
    async def show(request: Request, visit: Authorized) -> Response:
        wanted = read({name: query(request, name) for name in _FIELDS})
        if wanted is None:
            return site.wrong(visit, 400, *_WRONG)
        return site.page("access/ssh_asks.html", visit, wanted=wanted, here="/")

    @router.post(AT)
    async def issue(visit: Authorized, sent: Sent) -> Response:
        wanted = read({name: one(sent, name) for name in _FIELDS})
        if wanted is None:
            return site.wrong(visit, 400, *_WRONG)
        is_tied = visit.tied_until > visit.now
        work = door.ask(wanted.asked, visit.session, visit.person, visit.visitor.address, is_tied=is_tied)
        issued = await done_or_page(work, lambda wrong: site.failed(visit, wrong))
        if issued.answer.effect is Effect.CHALLENGE:
            return site.go(visit, "/step-up", app=LIMEN, to=wanted.way_back, decision=issued.answer.id)
        if not issued.certificate:
            return site.go(visit, "/not-yet", decision=issued.answer.id)
        return _handed_over(visit, wanted, issued)

    def _handed_over(visit: SignedInVisit, wanted: Wanted, issued: Issued) -> Response:
        url = wanted.program.url(
            account=issued.account,
            certificate=issued.certificate.split()[1],
            host=(issued.host_key.split() or ["", "none"])[1],
        )
        return site.page("access/ssh_issued.html", visit, wanted=wanted, account=issued.account, url=url, here="/")

    return router


def read(fields: dict[str, str]) -> Wanted | None:
    """What the address or the form says; None where anything of it is not as `limen ssh` writes it."""
    host, account = fields["host"], fields["account"]
    program = waiting_at(fields["port"], fields["state"])
    are_good = _HOST.fullmatch(host) and _ACCOUNT.fullmatch(account) and fields["sudo"] in {"", "1"}
    if program is None or not are_good:
        return None
    line = f"{ED25519.decode()} {fields['key']}"
    try:
        mark = fingerprint(read_key(line))[_MARK]
    except KeyRefusedError:
        return None
    asked = Asked(host=host, key=line, account=account, is_elevated=bool(fields["sudo"]))
    return Wanted(asked, program, mark, fields)
