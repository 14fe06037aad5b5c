"""Sealing and opening files: `limen seal` and `limen open` open these pages in the browser, where the person confirms.

What comes of it goes to the command that waits on the same computer, and nowhere else. The key of a file is wrapped
for the command, so that neither the address nor anybody who sees it learns it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.data.sealing.age_keys import Recipient
from limen.data.sealing.service import Sealing
from limen.data.sealing.wire import MOST_BYTES, Allowed, Asked, Opened, asked_in, code_of, packed, public_key_in
from limen.facts import LIMEN, Label
from limen.messages import gettext_noop
from limen.policy.decision import Effect
from limen.web.page import Route
from limen.web.permissions import VIEW
from limen.web.requests import one, query
from limen.web.site import Site, done_or_page
from limen.web.visit import Authorized, Sent, SignedInVisit
from limen.web.waiting_program import WaitingProgram, waiting_at

SEAL: Final = "/data/seal"
OPEN: Final = "/data/open"
PAGES: Final = (
    Route("GET", SEAL, VIEW),
    Route("POST", SEAL, VIEW, does=gettext_noop("Seal files in your name")),
    Route("GET", OPEN, VIEW),
    Route("POST", OPEN, VIEW, does=gettext_noop("Open sealed files")),
)
_SEAL_FIELDS: Final = ("label", "key", "port", "state")
_OPEN_FIELDS: Final = ("files", "key", "port", "state")
_WRONG: Final = (
    gettext_noop("This address is not one that limen seal or limen open opens"),
    gettext_noop("run the command again, and use the page that it opens"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a command asks for: `key` is its own public key, made for this one question, and `code` is shown of it.

    To seal, `label` says files of which kind; to open, `files` are those.
    """

    program: WaitingProgram
    key: bytes
    fields: dict[str, str]
    label: Label | None = None
    files: tuple[Asked, ...] = ()

    @property
    def code(self) -> str:
        return code_of(self.key)


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    sealing = site.ports.offers.take(Sealing)

    @router.get(SEAL)
    async def show_seal(request: Request, visit: Authorized) -> Response:
        wanted = to_seal({name: query(request, name) for name in _SEAL_FIELDS})
        if wanted is None:
            return site.wrong(visit, 400, *_WRONG)
        return site.page("data/seal.html", visit, wanted=wanted, here="/")

    @router.post(SEAL)
    async def seal(visit: Authorized, sent: Sent) -> Response:
        wanted = to_seal({name: one(sent, name) for name in _SEAL_FIELDS})
        if wanted is None or wanted.label is None:
            return site.wrong(visit, 400, *_WRONG)
        work = sealing.allow(wanted.label, wanted.key, visit.session, visit.person, visit.visitor.address)
        return _handed_over(visit, wanted, await done_or_page(work, lambda wrong: site.failed(visit, wrong)))

    @router.get(OPEN)
    async def show_open(request: Request, visit: Authorized) -> Response:
        wanted = to_open({name: query(request, name, MOST_BYTES) for name in _OPEN_FIELDS})
        if wanted is None:
            return site.wrong(visit, 400, *_WRONG)
        labels = await done_or_page(sealing.labels(wanted.files), lambda wrong: site.failed(visit, wrong))
        return site.page("data/open.html", visit, wanted=wanted, labels=labels, here="/")

    @router.post(OPEN)
    async def open_files(visit: Authorized, sent: Sent) -> Response:
        wanted = to_open({name: one(sent, name) for name in _OPEN_FIELDS})
        if wanted is None:
            return site.wrong(visit, 400, *_WRONG)
        key, address = Recipient(wanted.key), visit.visitor.address
        work = sealing.open(wanted.files, key, visit.session, visit.person, address)
        answered = await done_or_page(work, lambda wrong: site.failed(visit, wrong))
        if answered.decision.effect is Effect.CHALLENGE:
            back = f"{OPEN}?{urlencode(wanted.fields)}"
            return site.go(visit, "/step-up", app=LIMEN, to=back, decision=answered.decision.id)
        if answered.opened is None:
            return site.go(visit, "/not-yet", decision=answered.decision.id)
        return _handed_over(visit, wanted, answered.opened)

    def _handed_over(visit: SignedInVisit, wanted: Wanted, said: Allowed | Opened) -> Response:
        return site.page("data/confirmed.html", visit, url=wanted.program.url(said=packed(said)), here="/")

    return router


def to_seal(fields: dict[str, str]) -> Wanted | None:
    """What the address or the form says; None where anything of it is not as `limen seal` writes it."""
    program, key = waiting_at(fields["port"], fields["state"]), public_key_in(fields["key"])
    label = {one.word: one for one in Label}.get(fields["label"])
    if program is None or key is None or label is None:
        return None
    return Wanted(program, key, fields, label=label)


def to_open(fields: dict[str, str]) -> Wanted | None:
    """As `to_seal`, of `limen open`."""
    program, key = waiting_at(fields["port"], fields["state"]), public_key_in(fields["key"])
    files = asked_in(fields["files"])
    if program is None or key is None or files is None:
        return None
    return Wanted(program, key, fields, files=tuple(files))
