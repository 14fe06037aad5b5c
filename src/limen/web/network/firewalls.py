"""What `limen-firewall` asks, from routers and servers: to enrol, for its state, and to tell what happened there.

No cookie and no session counts here.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from limen.following.one_file import one_file
from limen.network.firewalls.crossings import Denied
from limen.network.firewalls.service import Asks, FirewallService, Told, Went
from limen.network.firewalls.telling import Counted, Drift, Probed, Tells
from limen.network.learning.from_firewalls import Begun
from limen.network.probes.model import MOST_PROBES
from limen.web.following import answering, answering_at, bearer
from limen.web.page import Route
from limen.web.site import Site

PROGRAM: Final = "limen.network.firewalls.limen_firewall.main"
"""Where the program begins that runs on firewalls."""
_BY_FIREWALLS: Final = "firewalls ask here, each by a token or a secret of its own"
_MOST_TOLD_BYTES: Final = 2 * 1024 * 1024
PAGES: Final = (
    Route("POST", "/network/firewall/enrol", undecided=_BY_FIREWALLS, by_programs=True),
    Route("POST", "/network/firewall/state", undecided=_BY_FIREWALLS, by_programs=True),
    Route(
        "POST",
        "/network/firewall/events",
        undecided=_BY_FIREWALLS,
        by_programs=True,
        max_body_bytes=_MOST_TOLD_BYTES,
    ),
    Route(
        "GET",
        "/network/firewall/program",
        undecided="the program for firewalls, the same for all",
        media_type="text/plain",
    ),
)

Digest = Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")]
Text = Annotated[str, msgspec.Meta(max_length=400)]


class _Enrols(msgspec.Struct, forbid_unknown_fields=True):
    token: str


class _Went(msgspec.Struct, forbid_unknown_fields=True):
    id: Annotated[str, msgspec.Meta(max_length=40)]
    how: Literal["trial", "confirmed", "undone", "refused"] = msgspec.field(name="is")
    why: Text = ""


class _Asks(msgspec.Struct, forbid_unknown_fields=True):
    after: Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
    in_force: Digest = ""
    change: _Went | None = None
    has: Annotated[list[Digest], msgspec.Meta(max_length=10)] = []
    clock: int = 0
    tunnel_key: Annotated[str, msgspec.Meta(pattern="^([A-Za-z0-9+/]{43}=)?$")] = ""


class _Difference(msgspec.Struct, forbid_unknown_fields=True):
    where: Text
    was: Text
    now: Text = msgspec.field(name="is")


class _Drift(msgspec.Struct, forbid_unknown_fields=True):
    at: int
    found: Annotated[list[_Difference], msgspec.Meta(min_length=1, max_length=200)]
    repaired: bool


Word = Annotated[str, msgspec.Meta(max_length=64)]
Byte = Annotated[int, msgspec.Meta(ge=0, le=255)]
Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
Count = Annotated[int, msgspec.Meta(ge=1, le=2**31)]
_DENIED = tuple[int, Word, Word, Word, Word, Byte, Port, Count]
"""When (seconds since 1970), the interfaces it came and would go by, from and to where, protocol, port, how often."""
_BEGUN = tuple[int, Word, Word, Byte, Port, Count]
"""When (seconds since 1970), from where, to where, protocol, port, how often."""
_COUNTED = tuple[Word, Word, Annotated[int, msgspec.Meta(ge=1, le=2**53)]]
"""Between which interfaces, how many packets were denied since this was told last."""

Outcome = Literal["through", "refused", "silent", "untried"]
_OUTCOME = tuple[Annotated[int, msgspec.Meta(ge=0, lt=MOST_PROBES)], Outcome]
"""The number of a probe in its round, and what came of it."""


class _Probed(msgspec.Struct, forbid_unknown_fields=True):
    round: Annotated[str, msgspec.Meta(max_length=40)]
    outcomes: Annotated[list[_OUTCOME], msgspec.Meta(max_length=MOST_PROBES)]


class _Tells(msgspec.Struct, forbid_unknown_fields=True):
    denied: Annotated[list[_DENIED], msgspec.Meta(max_length=5_000)] = []
    tried: Annotated[list[_DENIED], msgspec.Meta(max_length=5_000)] = []
    begun: Annotated[list[_BEGUN], msgspec.Meta(max_length=5_000)] = []
    drift: Annotated[list[_Drift], msgspec.Meta(max_length=100)] = []
    counted: Annotated[list[_COUNTED], msgspec.Meta(max_length=1_000)] = []
    lost: Annotated[int, msgspec.Meta(ge=0, le=2**31)] = 0
    moved: Annotated[list[Word], msgspec.Meta(max_length=1_000)] = []
    probed: _Probed | None = None


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    firewalls = site.ports.offers.take(FirewallService)

    async def enrol(request: Request) -> dict[str, Any] | None:
        said = msgspec.json.decode(await request.body(), type=_Enrols)
        done = await firewalls.enrol(said.token, site.address(request))
        return {"secret": done.secret, **_told(done.told)}

    async def state(request: Request) -> dict[str, Any] | None:
        said = msgspec.json.decode(await request.body(), type=_Asks)
        went = None if said.change is None else Went(said.change.id, said.change.how, said.change.why)
        asks = Asks(said.after, said.in_force, went, frozenset(said.has), said.clock, said.tunnel_key)
        told = await firewalls.ask(bearer(request), asks, site.address(request))
        return None if told is None else _told(told)

    async def events(request: Request) -> dict[str, Any] | None:
        one = firewalls.firewall(bearer(request), site.address(request))
        said = msgspec.json.decode(await request.body(), type=_Tells)
        await firewalls.telling.take(one, _tells(said), site.address(request))
        return None

    router.add_api_route("/network/firewall/enrol", answering(enrol), methods=["POST"])
    router.add_api_route("/network/firewall/state", answering_at(site.ports.clock, state), methods=["POST"])
    router.add_api_route("/network/firewall/events", answering(events), methods=["POST"])

    @router.get("/network/firewall/program")
    async def program() -> Response:
        return PlainTextResponse(one_file(PROGRAM), headers={"cache-control": "no-store"})

    return router


def _tells(said: _Tells) -> Tells:
    return Tells(
        (*(Denied(*each) for each in said.denied), *(Denied(*each, is_let_through=True) for each in said.tried)),
        tuple(Begun(*each) for each in said.begun),
        tuple(Counted(*each) for each in said.counted),
        tuple(
            Drift(tuple({"where": each.where, "was": each.was, "is": each.now} for each in one.found), one.repaired)
            for one in said.drift
        ),
        said.lost,
        tuple(said.moved),
        None if said.probed is None else Probed(said.probed.round, tuple(said.probed.outcomes)),
    )


def _told(told: Told) -> dict[str, Any]:
    return {"state": told.state.text, "signature": told.state.signature, "rulesets": dict(told.rulesets)}
