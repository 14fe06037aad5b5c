"""What RADIUS servers ask, in the JSON of FreeRADIUS's `rest` module. No cookie and no session counts here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import SECOND, Instant, Milliseconds
from limen.enforcement.radius import store
from limen.enforcement.radius.door import RadiusDoor, Reply, Verdict
from limen.enforcement.radius.questions import Asker
from limen.facts.addresses import normal
from limen.opaque import hash_of
from limen.rate_limit import RateLimit
from limen.storage.errors import StorageError
from limen.web.page import Route
from limen.web.requests import media_type_of
from limen.web.site import Site

_BY_SERVERS: Final = "RADIUS servers ask here, each by a token of its own"
PAGES: Final = tuple(
    Route("POST", f"/radius/{name}", undecided=_BY_SERVERS, by_programs=True)
    for name in ("login", "device", "accounting")
)
LONGEST: Final = {"User-Name": 254, "User-Password": 128, "Calling-Station-Id": 64, "State": 64, "Class": 64}
LONGEST_OTHER: Final = 128
_URN: Final = "urn:limen:device:"
_GOES_ON_SECONDS: Final = 300
_ADMINISTRATIVE: Final = 6
KNOWN_FOR: Final[Milliseconds] = 10 * SECOND
"""How long a token is known without asking the database: each packet of a NAS comes with it."""


class _Attribute(msgspec.Struct):
    value: list[str | int | float]


Attributes: TypeAlias = dict[str, str]
_Work: TypeAlias = Callable[[Attributes], Awaitable[dict[str, Any]]]


class _TooLongError(ValueError):
    """An attribute that nobody needs so long."""


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    door = site.ports.offers.take(RadiusDoor)
    servers = _Servers(site)

    async def login(said: Attributes) -> dict[str, Any]:
        reply = await door.login(_asker(said), said.get("User-Password", ""), said.get("State", ""))
        return answered(reply, site.origin)

    async def device(said: Attributes) -> dict[str, Any]:
        name = said.get("TLS-Client-Cert-Subject-Alt-Name-Uri", "")
        device_id = name.removeprefix(_URN) if name.startswith(_URN) else ""
        reply = await door.device(_asker(said), device_id, ends_at(said.get("TLS-Client-Cert-Expiration", "")))
        return answered(reply, site.origin)

    async def accounting(said: Attributes) -> dict[str, Any]:
        status, own_name = said.get("Acct-Status-Type", ""), said.get("Acct-Session-Id", "")
        await door.sessions.accounted(_asker(said), said.get("Class", ""), status, own_name)
        return {}

    for name, work in (("login", login), ("device", device), ("accounting", accounting)):
        router.add_api_route(f"/radius/{name}", servers.answering(work), methods=["POST"])
    return router


class _Servers:
    """RADIUS servers, each known by its token. Whoever has none is answered nothing."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._tries = RateLimit(per_second=0.2, at_once=20)
        self._known: dict[bytes, Instant] = {}

    def answering(self, work: _Work) -> Callable[[Request], Awaitable[Response]]:
        """What answers a server that proves to be one."""

        async def answer(request: Request) -> Response:
            if not await self._is_one(request):
                return _json(401, {})
            if media_type_of(request) != "application/json":
                return _json(400, {})
            try:
                return _json(200, await work(read(await request.body())))
            except (msgspec.MsgspecError, RecursionError, _TooLongError):
                return _json(400, {})
            except StorageError:
                return _json(503, {})

        return answer

    async def _is_one(self, request: Request) -> bool:
        site = self._site
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        hashed, now = hash_of(token.strip()[:LONGEST_OTHER]), site.ports.clock.now()
        is_bearer = scheme.lower() == "bearer"
        if is_bearer and now < self._known.get(hashed, 0):
            return True
        address = site.address(request)
        if not self._tries.admits(address, now):
            return False
        if is_bearer and await site.ports.database.reading(lambda shot: store.is_server(shot.connection, hashed)):
            self._known = {one: until for one, until in self._known.items() if now < until} | {hashed: now + KNOWN_FOR}
            return True
        site.ports.doors.tell("radius.refused", "not-a-radius-server", door="radius", address=address)
        return False


def read(body: bytes) -> Attributes:
    """The first value of each attribute, as text. Raises MsgspecError, and _TooLongError."""
    found: Attributes = {}
    for name, attribute in msgspec.json.decode(body, type=dict[str, _Attribute]).items():
        value = str(attribute.value[0]) if attribute.value else ""
        if name in LONGEST and len(value) > LONGEST[name]:
            raise _TooLongError
        found[name] = value[:LONGEST_OTHER] if name not in LONGEST else value
    return found


def ends_at(written: str) -> int:
    """The second of a certificate's notAfter as OpenSSL writes it, `YYMMDDHHMMSSZ` (UTCTime, RFC 5280); 0: none."""
    try:
        return int(datetime.strptime(written, "%y%m%d%H%M%SZ").replace(tzinfo=UTC).timestamp())
    except ValueError:
        return 0


def answered(reply: Reply, origin: str) -> dict[str, Any]:
    """What FreeRADIUS is told. Nothing that it would expand as a text of its own.

    There is no Termination-Action: with it a client may keep the session while it asks again, and nobody may answer.
    """
    said: dict[str, str | int] = {"control:Tmp-String-1": reply.verdict.value}
    if reply.verdict is Verdict.ASK:
        said["reply:State"] = reply.state
        said["reply:Reply-Message"] = f"Open {origin}/radius, type {reply.number} there, then press Enter here"
    elif reply.verdict is Verdict.ACCEPT:
        said |= {
            "reply:Class": reply.session,
            "reply:Session-Timeout": reply.seconds,
            "reply:Acct-Interim-Interval": _GOES_ON_SECONDS,
        }
        if reply.is_gear:
            said["reply:Service-Type"] = _ADMINISTRATIVE
        if reply.privilege:
            said["reply:Cisco-AVPair"] = f"shell:priv-lvl={reply.privilege}"
        if reply.vlan:
            said |= {
                "reply:Tunnel-Type": "VLAN",
                "reply:Tunnel-Medium-Type": "IEEE-802",
                "reply:Tunnel-Private-Group-Id": reply.vlan,
            }
    return {name: {"op": ":=", "do_xlat": False, "value": [str(value)]} for name, value in said.items()}


def _asker(said: Attributes) -> Asker:
    return Asker(
        user=said.get("User-Name", ""),
        client=said.get("Tmp-String-0", ""),
        nas=normal(said.get("Tmp-String-2", "")),
        calling=said.get("Calling-Station-Id", ""),
    )


def _json(status: int, said: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(said), status, {"cache-control": "no-store"}, "application/json")
