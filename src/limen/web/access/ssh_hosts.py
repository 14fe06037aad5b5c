"""What `limen-ssh-host` asks, from hosts: to enrol, and for its state. No cookie and no session counts here."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from limen.enforcement.ssh.hosts import MOST_OPEN, Asks, SshHostService
from limen.following.one_file import one_file
from limen.web.following import answering, answering_at, bearer
from limen.web.page import Route
from limen.web.site import Site

PROGRAM: Final = "limen.enforcement.ssh.limen_ssh_host.main"
"""Where the program begins that runs on hosts."""
_BY_HOSTS: Final = "hosts ask here, each by a token or a secret of its own"
PAGES: Final = (
    Route("POST", "/ssh/host/enrol", undecided=_BY_HOSTS, by_programs=True),
    Route("POST", "/ssh/host/state", undecided=_BY_HOSTS, by_programs=True, max_body_bytes=512 * 1024),
    Route("GET", "/ssh/host/program", undecided="the program for hosts, the same for all", media_type="text/plain"),
)


class _Enrols(msgspec.Struct, forbid_unknown_fields=True):
    token: str
    key: str


class _Asks(msgspec.Struct, forbid_unknown_fields=True):
    after: int
    open: list[int]
    active: list[int]
    only: bool = False
    clock: int = 0


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    hosts = site.ports.offers.take(SshHostService)

    async def enrol(request: Request) -> dict[str, Any] | None:
        said = msgspec.json.decode(await request.body(), type=_Enrols)
        done = await hosts.enrol(said.token, said.key, site.address(request))
        return {"secret": done.secret, "state": done.state.text, "signature": done.state.signature}

    async def state(request: Request) -> dict[str, Any] | None:
        said = msgspec.json.decode(await request.body(), type=_Asks)
        if max(len(said.open), len(said.active)) > MOST_OPEN or not 0 <= said.after < 2**53:
            raise msgspec.ValidationError
        asks = Asks(said.after, frozenset(said.open), frozenset(said.active), is_only=said.only, clock=said.clock)
        told = await hosts.ask(bearer(request), asks, site.address(request))
        return None if told is None else {"state": told.text, "signature": told.signature}

    router.add_api_route("/ssh/host/enrol", answering(enrol), methods=["POST"])
    router.add_api_route("/ssh/host/state", answering_at(site.ports.clock, state), methods=["POST"])

    @router.get("/ssh/host/program")
    async def program() -> Response:
        return PlainTextResponse(one_file(PROGRAM), headers={"cache-control": "no-store"})

    return router
