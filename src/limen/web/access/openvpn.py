"""What `limen-openvpn` asks, from OpenVPN servers: who may come in, and what has to end. No cookie counts here.

A server knows itself by its address and the secret that `limen radius openvpn` wrote for it (HTTP Basic, RFC 7617).
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Awaitable, Callable
from ipaddress import ip_address, ip_network
from typing import Any, Final, TypeAlias, TypeVar

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import SECOND, Instant, Milliseconds
from limen.enforcement.radius import store
from limen.enforcement.radius.door import RadiusDoor, Reply, Verdict
from limen.enforcement.radius.followers import MOST_SESSIONS, Has
from limen.enforcement.radius.questions import Asker
from limen.facts.addresses import normal
from limen.opaque import hash_of
from limen.rate_limit import RateLimit
from limen.storage.errors import StorageError
from limen.web.page import Route
from limen.web.requests import media_type_of
from limen.web.site import Site

_BY_SERVERS: Final = "OpenVPN servers ask here, each by a secret of its own"
PAGES: Final = (
    Route("POST", "/openvpn/device", undecided=_BY_SERVERS, by_programs=True),
    Route("POST", "/openvpn/login", undecided=_BY_SERVERS, by_programs=True),
    Route("POST", "/openvpn/state", undecided=_BY_SERVERS, by_programs=True, max_body_bytes=512 * 1024),
)
LONGEST: Final = 254
KNOWN_FOR: Final[Milliseconds] = 10 * SECOND
"""How long a secret is known without asking the database."""
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_ID: Final = re.compile(rf"{store.FOLLOWED}_[0-9a-f]{{32}}")


class _Device(msgspec.Struct, forbid_unknown_fields=True):
    server: str
    address: str
    fingerprint: str


class _Login(msgspec.Struct, forbid_unknown_fields=True):
    server: str
    address: str
    user: str
    password: str
    state: str = ""


class _State(msgspec.Struct, forbid_unknown_fields=True):
    server: str
    open: list[str]
    over: list[str]


_Said = TypeVar("_Said", _Device, _Login, _State)
_Work: TypeAlias = Callable[[str, _Said], Awaitable[dict[str, Any]]]


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    door = site.ports.offers.take(RadiusDoor)
    servers = _Servers(site, door)

    async def device(client: str, said: _Device) -> dict[str, Any]:
        if not _FINGERPRINT.fullmatch(said.fingerprint):
            raise msgspec.ValidationError
        asker = _asker(client, said.server, "", said.address)
        return answered(await door.certified(asker, bytes.fromhex(said.fingerprint)))

    async def login(client: str, said: _Login) -> dict[str, Any]:
        if max(len(said.user), len(said.password), len(said.state)) > LONGEST:
            raise msgspec.ValidationError
        asker = _asker(client, said.server, said.user, said.address)
        return answered(await door.login(asker, said.password, said.state))

    async def state(client: str, said: _State) -> dict[str, Any]:
        for ids in (said.open, said.over):
            if len(ids) > MOST_SESSIONS or not all(_ID.fullmatch(one) for one in ids):
                raise msgspec.ValidationError
        has = Has(frozenset(said.open), frozenset(said.over))
        return {"end": await door.sessions.followed(client, said.server, has)}

    router.add_api_route("/openvpn/device", servers.answering(_Device, device), methods=["POST"])
    router.add_api_route("/openvpn/login", servers.answering(_Login, login), methods=["POST"])
    router.add_api_route("/openvpn/state", servers.answering(_State, state), methods=["POST"])
    return router


class _Servers:
    """OpenVPN servers, each known by the secret of its address, which is where it asks from. Others hear nothing."""

    def __init__(self, site: Site, door: RadiusDoor) -> None:
        self._site, self._door = site, door
        self._tries = RateLimit(per_second=0.2, at_once=20)
        self._known: dict[bytes, tuple[str, Instant]] = {}

    def answering(self, shape: type[_Said], work: _Work[_Said]) -> Callable[[Request], Awaitable[Response]]:
        """What answers a server that proves to be one."""

        async def answer(request: Request) -> Response:
            try:
                client = await self._client(request)
                if not client:
                    return _json(401, {})
                if media_type_of(request) != "application/json":
                    return _json(400, {})
                said = msgspec.json.decode(await request.body(), type=shape)
                if not _NAME.fullmatch(said.server):
                    return _json(400, {})
                return _json(200, await work(client, said))
            except (msgspec.MsgspecError, RecursionError):
                return _json(400, {})
            except StorageError:
                return _json(503, {})

        return answer

    async def _client(self, request: Request) -> str:
        """The network of the client that asks; "" where it is none."""
        site = self._site
        written, address = request.headers.get("authorization", ""), site.address(request)
        hashed, now = hash_of(written[: 4 * LONGEST]), site.ports.clock.now()
        client, until = self._known.get(hashed, ("", 0))
        if now >= until:
            if not self._tries.admits(address, now):
                return ""
            client, secret = _basic(written)
            if client and not await self._door.is_server(client, secret):
                client = ""
            if client:
                live = {one: known for one, known in self._known.items() if now < known[1]}
                self._known = live | {hashed: (client, now + KNOWN_FOR)}
        if not client or not _is_in(address, client):
            site.ports.doors.tell("radius.refused", "not-an-openvpn-server", door="radius", address=address)
            return ""
        return client


def answered(reply: Reply) -> dict[str, Any]:
    """What the program is told."""
    if reply.verdict is Verdict.ACCEPT:
        return {"verdict": "accept", "session": reply.session, "ms": reply.lasts}
    if reply.verdict is Verdict.ASK:
        return {"verdict": "ask", "number": reply.number, "state": reply.state}
    return {"verdict": "reject"}


def _asker(client: str, server: str, user: str, address: str) -> Asker:
    """Who comes from where; OpenVPN tells an address, or this is no question of its own."""
    calling = normal(address)
    if not calling:
        raise msgspec.ValidationError
    return Asker(user, client, server, calling, follows=True)


def _basic(written: str) -> tuple[str, str]:
    """The client, as `ipaddress` writes a network, and the secret; both "" for anything else."""
    scheme, _, encoded = written.partition(" ")
    try:
        user, _, secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (NotBase64, ValueError):
        return "", ""
    return (user, secret) if scheme.lower() == "basic" else ("", "")


def _is_in(address: str, client: str) -> bool:
    try:
        return ip_address(address) in ip_network(client)
    except ValueError:
        return False


def _json(status: int, said: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(said), status, {"cache-control": "no-store"}, "application/json")
