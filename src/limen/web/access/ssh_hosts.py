"""What `limen-ssh-host` asks, from hosts: to enrol, and for its state. No cookie and no session counts here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

import limen.enforcement.ssh
from limen.enforcement.ssh.hosts import MOST_OPEN, Asks, HostRefusedError, SshHostService
from limen.enforcement.ssh.wire import KeyRefusedError
from limen.storage.errors import StorageError
from limen.web.page import Route
from limen.web.requests import media_type_of
from limen.web.site import Site

PROGRAM: Final = Path(limen.enforcement.ssh.__file__).with_name("limen_ssh_host.py")
"""What runs on hosts."""
_BY_HOSTS: Final = "hosts ask here, each by a token or a secret of its own"
PAGES: Final = (
    Route("POST", "/ssh/host/enrol", undecided=_BY_HOSTS, by_programs=True),
    Route("POST", "/ssh/host/state", undecided=_BY_HOSTS, by_programs=True, max_body_bytes=512 * 1024),
    Route("GET", "/ssh/host/program", undecided="the program for hosts, the same for all", media_type="text/plain"),
)
RETRY_AFTER_SECONDS: Final = 5


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
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        asks = Asks(said.after, frozenset(said.open), frozenset(said.active), is_only=said.only, clock=said.clock)
        told = await hosts.ask(secret.strip() if scheme.lower() == "bearer" else "", asks, site.address(request))
        return None if told is None else {"state": told.text, "signature": told.signature}

    async def state_at(request: Request) -> Response:
        answer = await answered_state(request)
        answer.headers["limen-at"] = str(site.ports.clock.now())
        return answer

    answered_state = _answering(state)
    router.add_api_route("/ssh/host/enrol", _answering(enrol), methods=["POST"])
    router.add_api_route("/ssh/host/state", state_at, methods=["POST"])

    @router.get("/ssh/host/program")
    async def program() -> Response:
        return PlainTextResponse(PROGRAM.read_text(), headers={"cache-control": "no-store"})

    return router


_Work: TypeAlias = Callable[[Request], Awaitable[dict[str, Any] | None]]


def _answering(work: _Work) -> Callable[[Request], Awaitable[Response]]:
    """What answers a host in JSON; 204 where there is nothing new."""

    async def answered(request: Request) -> Response:
        if media_type_of(request) != "application/json":
            return _json(400, {"error": "malformed"})
        try:
            said = await work(request)
        except HostRefusedError:
            return _json(401, {"error": "refused"})
        except (msgspec.MsgspecError, KeyRefusedError, RecursionError):
            return _json(400, {"error": "malformed"})
        except StorageError:
            response = _json(503, {"error": "unavailable"})
            response.headers["retry-after"] = str(RETRY_AFTER_SECONDS)
            return response
        return Response(status_code=204) if said is None else _json(200, said)

    return answered


def _json(status: int, said: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(said), status, {"cache-control": "no-store"}, "application/json")
