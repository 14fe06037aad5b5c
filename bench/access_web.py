"""Grants at the web gateway: `limen serve` in this process, a real app behind it, and clients on real sockets.

Each of many people asks for a confidential app that no policy opens to them. `grant_to_access_ms_…_web`: from the call
that approves it until the first request through the gateway is let through. `revoke_to_cut_ms_…_web`: from the call
that revokes it until a WebSocket that was open is closed and the next request is refused. `end_skew_ms_…_web`: grants
of a minute end by themselves, while nothing is called: how far from the end the WebSocket was closed, or a request was
answered otherwise than the end demands (requests go out every few milliseconds, so it is that exact). In the same run
`commit_ms_p99`, what this machine takes to make one row durable: no approval can be faster.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web as upstream

from footprint import company, free_port

APP, HOST = "ledger", "ledger.harbor.localhost"
MINUTE = 60_000
BETWEEN = 0.01
WAIT_SECONDS = 30.0
RULES = """rules:
  - name: stand-in
    apps: [ledger]
    actions: [view]
    ask: [staff]
    approve: {groups: [administrators]}
    longest: 8h
"""


def web(rounds: int) -> dict[str, float]:
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    return asyncio.run(_web(rounds))


async def _web(rounds: int) -> dict[str, float]:
    async with _running(rounds) as there:
        opened, cut, commits = [], [], []
        for number in range(rounds):
            grant, took = await there.granted(number, 8 * 60 * MINUTE)
            opened.append(took)
            cut.append(await there.revoked(number, grant))
            commits.append(await there.commit())
        skews = await asyncio.gather(*(there.ended_by_itself(number) for number in range(rounds)))
    return {
        "grant_to_access_ms_p50_web": round(statistics.median(opened), 1),
        "grant_to_access_ms_p95_web": _quantile(opened, 95),
        "revoke_to_cut_ms_p50_web": round(statistics.median(cut), 1),
        "revoke_to_cut_ms_p95_web": _quantile(cut, 95),
        "end_skew_ms_p50_web": round(statistics.median(skews), 1),
        "end_skew_ms_p99_web": _quantile(skews, 99),
        "commit_ms_p99": _quantile(commits, 99),
    }


def _quantile(taken: Sequence[float], part: int) -> float:
    return round(statistics.quantiles(taken, n=100, method="inclusive")[part - 1], 1)


@dataclass
class _There:
    limen: Any
    access: Any
    client: aiohttp.ClientSession
    port: int

    async def asks(self, number: int, length: int) -> Any:
        session = self.limen.known.sessions[f"s_{number}"]
        return await self.access.ask(session, APP, ("view",), length, "to see that it works")

    async def granted(self, number: int, length: int) -> tuple[Any, float]:
        """A grant, and the milliseconds from its approval until a request is let through."""
        request = await self.asks(number, length)
        if await self.status(number) != 403:
            raise SystemExit("somebody was let in before anything was approved")
        began = time.perf_counter()
        _, grant = await self.access.approve(self.approver(), request.id)
        while await self.status(number) != 200:
            _within(began, "nobody is let in")
        return grant, (time.perf_counter() - began) * 1_000

    async def revoked(self, number: int, grant: Any) -> float:
        async with self.socket(number) as socket:
            closed = asyncio.create_task(_until_closed(socket))
            began = time.perf_counter()
            await self.access.revoke(self.approver(), grant.id, is_administrator=True)
            while await self.status(number) == 200:
                _within(began, "nobody is refused")
            refused = time.perf_counter()
            return (max(await asyncio.wait_for(closed, WAIT_SECONDS), refused) - began) * 1_000

    async def ended_by_itself(self, number: int) -> float:
        """By how many milliseconds the end was missed, early or late, by the WebSocket or by any request."""
        grant, _ = await self.granted(number, MINUTE)
        async with self.socket(number) as socket:
            closed = asyncio.create_task(_until_closed(socket))
            await asyncio.sleep(grant.until / 1_000 - time.time() - 1)
            last_let_in = first_refused = 0.0
            while not first_refused:
                sent = time.time()
                if await self.status(number) == 200:
                    last_let_in = sent
                else:
                    first_refused = time.time()
                await asyncio.sleep(BETWEEN)
            cut = time.time() - (time.perf_counter() - await asyncio.wait_for(closed, WAIT_SECONDS))
        end = grant.until / 1_000
        late, early = max(cut, last_let_in) - end, end - min(cut, first_refused)
        return max(late, early, 0.0) * 1_000

    def approver(self) -> Any:
        """The administrator's session, with a passkey used just now."""
        session = self.limen.known.sessions["s_ada"]
        return replace(session, auth=replace(session.auth, at=self.limen.clock.now()))

    async def status(self, number: int) -> int:
        async with self.client.get(f"http://127.0.0.1:{self.port}/", headers=_headers(number)) as answer:
            await answer.read()
            return answer.status

    @asynccontextmanager
    async def socket(self, number: int) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        address = f"http://127.0.0.1:{self.port}/socket"
        origin = f"http://{HOST}:{self.port}"
        async with self.client.ws_connect(address, headers=_headers(number), origin=origin) as socket:
            await socket.send_str("hello")
            await socket.receive_str()
            yield socket

    async def commit(self) -> float:
        began = time.perf_counter()
        await self.limen.core.database.writing(lambda transaction: transaction.changed("session", "nobody's"))
        return (time.perf_counter() - began) * 1_000


async def _until_closed(socket: aiohttp.ClientWebSocketResponse) -> float:
    """When the last of it came."""
    while not socket.closed:
        if (await socket.receive()).type in {
            aiohttp.WSMsgType.CLOSE,
            aiohttp.WSMsgType.CLOSED,
            aiohttp.WSMsgType.ERROR,
        }:
            break
    return time.perf_counter()


def _within(began: float, what: str) -> None:
    if time.perf_counter() - began > WAIT_SECONDS:
        raise SystemExit(f"{what} within {WAIT_SECONDS:.0f} s")


def _headers(number: int) -> dict[str, str]:
    return {"Host": HOST, "Cookie": f"__Host-limen-app={_token(number)}", "Accept": "application/json"}


def _token(number: int) -> str:
    return sha256(f"session {number}".encode()).hexdigest()[:43]


# The company, the app behind it, and Limen between them


@asynccontextmanager
async def _running(people: int) -> AsyncIterator[_There]:
    from limen.access.services import Access
    from limen.app import open_limen
    from limen.company.load import load_company, load_settings
    from limen.rate_limit import RateLimit
    from limen.serving import serve

    async with AsyncExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="access-")))
        root, port = folder / "company", free_port()
        company(root, port)
        (root / "access.yaml").write_text(RULES)
        (root / "apps.yaml").write_text(
            f"- id: {APP}\n  host: {HOST}\n  upstream: http://127.0.0.1:{await _app(closing)}\n  label: confidential\n"
            "  owner: administrators\n  actions:\n    view: [GET /**]\n"
        )
        limen = await open_limen(closing, load_settings(root), root, first=lambda: load_company(root))
        answers, are_known = asyncio.Event(), asyncio.Event()

        def look(_subject: object) -> None:
            if len(limen.known.sessions) >= 2 * people + 1:
                are_known.set()

        closing.callback(limen.known.watch(look))
        await limen.core.database.writing(lambda transaction: _sign_in(transaction, people))

        async def told() -> None:
            answers.set()

        serving = asyncio.create_task(serve(limen, told))

        async def end() -> None:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)

        closing.push_async_callback(end)
        await asyncio.wait_for(answers.wait(), WAIT_SECONDS)
        await asyncio.wait_for(are_known.wait(), WAIT_SECONDS)
        client = await closing.enter_async_context(aiohttp.ClientSession())
        hasty = RateLimit(per_second=1_000, at_once=1_000)  # nobody decides about so many in a minute
        yield _There(limen, replace(limen.core.offers.take(Access), _often=hasty), client, port)


async def _app(closing: AsyncExitStack) -> int:
    """A page, and a WebSocket that says what it is told; its port."""

    async def page(_request: upstream.Request) -> upstream.Response:
        return upstream.Response(text="ledger")

    async def socket(request: upstream.Request) -> upstream.WebSocketResponse:
        answer = upstream.WebSocketResponse()
        await answer.prepare(request)
        with contextlib.suppress(ConnectionError):
            async for message in answer:
                await answer.send_str(message.data)
        return answer

    app = upstream.Application()
    app.router.add_get("/", page)
    app.router.add_get("/socket", socket)
    runner = upstream.AppRunner(app)
    await runner.setup()
    closing.push_async_callback(runner.cleanup)
    port = free_port()
    await upstream.TCPSite(runner, "127.0.0.1", port).start()
    return port


def _sign_in(transaction: Any, people: int) -> None:
    """People with a session and one that hangs on it at the app, and an administrator, as identity's store has them."""
    from limen.clock import HOUR, SystemClock
    from limen.facts import Factor, Person, Session
    from limen.identity.model import PersonStatus, auth_of
    from limen.identity.store import people as people_store, sessions

    now, proofs = SystemClock().now(), {Factor.PASSKEY: SystemClock().now()}
    for name in (*map(str, range(people)), "ada"):
        groups = frozenset({"staff", *(["administrators"] if name == "ada" else [])})
        who = Person(f"p_{name}", f"Person {name}", f"p{name}@harbor.example", groups, active=True)
        own = Session(f"s_{name}", who.id, auth_of(proofs), now, now + 12 * HOUR, 2 * HOUR)
        people_store.add(transaction.connection, who, PersonStatus.ACTIVE, now)
        sessions.add(transaction.connection, own, sha256(f"own {name}".encode()).digest(), proofs)
        changed = [("person", who.id), ("session", own.id)]
        if name != "ada":
            at_app = Session(
                f"a_{name}", who.id, auth_of(proofs), now, now + 12 * HOUR, 2 * HOUR, app=APP, parent=own.id
            )
            sessions.add(transaction.connection, at_app, sha256(_token(int(name)).encode()).digest(), proofs)
            changed.append(("session", at_app.id))
        for kind, key in changed:
            transaction.changed(kind, key)
