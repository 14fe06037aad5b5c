"""What it costs to keep 2,000 open WebSockets honest, in one run on one machine.

    python bench/streams.py [--json] [--streams N] [--rounds N]

The real gateway under uvicorn carries 2,000 WebSockets of 2,000 people, between clients and an app that run in a
process of their own. Measured is for how long its event loop does nothing else, as the longest gap between two ticks:
while nothing happens (what this machine does to any loop), while one person's fact changes (`one_person_ms`), and while
a revision is published (`publish_ms`, and `all_redecided_s` until each stream was decided anew). All are medians of
rounds; `_cpu` is the part of the gap in which the loop's own thread was running, and not some other program. Beside
them, in the same run: deciding all of them in one go, by the exact search for the next change and by the bound that is
used instead.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import hashlib
import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from check import GROUPS, HOST, policies, token_of

APPS = 50
AT_ONCE = 50
MOST_SECONDS = 240
TICK = 0.001


# The clients and the app, in a process of their own


class AppSide(asyncio.Protocol):
    """An app that takes every WebSocket and says nothing."""

    def connection_made(self, transport: Any) -> None:
        self.transport, self.got = transport, b""

    def data_received(self, data: bytes) -> None:
        self.got += data
        if self.got.startswith(b"GET") and b"\r\n\r\n" in self.got:
            head, self.got = self.got.lower(), b"-"
            at = head.index(b"sec-websocket-key:") + len(b"sec-websocket-key:")
            key = self.original(data, at, head).strip()
            proof = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
            self.transport.write(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Accept: " + proof + b"\r\n\r\n"
            )

    @staticmethod
    def original(data: bytes, at: int, head: bytes) -> bytes:
        return data[at : head.index(b"\r\n", at)]


async def crowd(count: int) -> None:
    """Serve the app, then open `count` WebSockets to the gateway whose port is read; say how many stand."""
    loop = asyncio.get_running_loop()
    app = await loop.create_server(AppSide, "127.0.0.1", 0, backlog=1_024)
    print(app.sockets[0].getsockname()[1], flush=True)
    port = int(await loop.run_in_executor(None, sys.stdin.readline))
    gate, held = asyncio.Semaphore(AT_ONCE), []

    async def open_one(number: int) -> None:
        async with gate:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(
                f"GET /ws HTTP/1.1\r\nHost: {HOST.format(number % APPS)}\r\nUpgrade: websocket\r\n"
                f"Connection: Upgrade\r\nSec-WebSocket-Key: {base64.b64encode(bytes(16)).decode()}\r\n"
                f"Sec-WebSocket-Version: 13\r\nCookie: __Host-limen-app={token_of(number)}\r\n\r\n".encode()
            )
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 101 " in head:
                held.append((reader, writer))

    await asyncio.gather(*(open_one(number) for number in range(count)))
    print(len(held), flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)


# The gateway


class Stall(NamedTuple):
    """The longest gap between two ticks, by the clock and by the processor, and how long it all took."""

    ms: float
    cpu_ms: float
    seconds: float


class Stalls:
    """The longest time for which the loop does not get to a tick that is due."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._longest = self._longest_cpu = self._last = self._last_cpu = 0.0
        self._tick: asyncio.TimerHandle | None = None

    def _ticked(self) -> None:
        now, cpu = time.perf_counter(), time.thread_time()
        self._longest = max(self._longest, now - self._last - TICK)
        self._longest_cpu = max(self._longest_cpu, cpu - self._last_cpu)
        self._last, self._last_cpu = now, cpu
        self._tick = self._loop.call_later(TICK, self._ticked)

    async def during(self, do: Callable[[], object], is_over: Callable[[], bool], least: float) -> Stall:
        """From `do` until it is over, and for `least` seconds."""
        began, over = time.perf_counter(), 0.0
        self._last, self._last_cpu = began, time.thread_time()
        self._longest = self._longest_cpu = 0.0
        self._ticked()
        do()
        while not over or time.perf_counter() - began < least:
            await asyncio.sleep(TICK)
            if not over and is_over():
                over = time.perf_counter() - began
            if time.perf_counter() - began > 30:
                raise SystemExit("the streams were not decided within 30 s")
        if self._tick is not None:
            self._tick.cancel()
        return Stall(self._longest * 1_000, self._longest_cpu * 1_000, over)


class Gate:
    """The gateway with its company, as `limen serve` puts it together."""

    def __init__(self, people: int, app_port: int, folder: Path) -> None:
        from limen.browser_state import BrowserStates
        from limen.clock import HOUR, SystemClock
        from limen.enforcement.app_login import AppLoginRoutes, AppLogins
        from limen.enforcement.assertion import Assertions, SigningKeys, new_signing_key
        from limen.enforcement.decision_point import DecisionPoint
        from limen.enforcement.gateway import Gateway
        from limen.facts import ActionRule, App, Auth, Factor, FactStore, Group, Label, Person, Session, Upstream
        from limen.pillar import AppSessions
        from limen.storage.journal.journal import Journal
        from limen.storage.kept_briefly import KeptBriefly

        self.clock = SystemClock()
        now = self.clock.now()
        self.known = known = FactStore(lease_until=float("inf"))
        rules = (ActionRule("view", frozenset({"GET"}), "/**"),)
        where = Upstream(f"http://127.0.0.1:{app_port}", connect_ms=30_000)
        self.apps = [
            App(f"a{n}", f"App {n}", HOST.format(n), where, Label(n % 2), "staff", rules=rules) for n in range(APPS)
        ]
        self.groups = [Group("staff"), *(Group(f"g{n}") for n in range(GROUPS))]
        known.set_company(self.apps, self.groups)
        for n in range(people):
            groups = frozenset({"staff", f"g{n % GROUPS}"})
            known.people.put(Person(f"p{n}", f"Person {n}", f"p{n}@harbor.example", groups, active=True))
            auth = Auth(3, frozenset({Factor.PASSKEY}), now)
            root = Session(f"r{n}", f"p{n}", auth, now, now + 12 * HOUR, 12 * HOUR)
            known.sessions.put(sha256(f"root {n}".encode()).digest(), root)
            child = Session(f"s{n}", f"p{n}", auth, now, now + 12 * HOUR, 12 * HOUR, app=f"a{n % APPS}", parent=root.id)
            known.sessions.put(sha256(token_of(n).encode()).digest(), child)
        self.engine = self.revision("first")
        self.journal = Journal.open(folder, (b"k" * 32,), clock=self.clock)
        doors = DecisionPoint(known=known, engine=lambda: self.engine, journal=self.journal, clock=self.clock)
        url = "http://limen.harbor.example"
        keys = SigningKeys((new_signing_key(),), b"p" * 32)
        identity = Assertions(public_url=url, clock=self.clock, keys=keys)

        async def never(*_: str, **_named: bool) -> Any:
            raise RuntimeError("nobody signs in here")

        paths = AppLoginRoutes(
            doors=doors,
            app_logins=AppLogins(states=BrowserStates(KeptBriefly.in_memory(self.clock)), public_url=url),
            keys=identity,
            sessions=AppSessions(open=never, end=never),
            public_url=url,
        )
        self.gateway = Gateway(doors=doors, identity=identity, app_login_routes=paths, public_url=url)
        self.streams = self.gateway.streams

    @staticmethod
    def revision(name: str) -> Any:
        """A company's policies: those of `check.py`, some of which hang on the time of day and the age of the proof."""
        from zoneinfo import ZoneInfo

        from limen.cedar import PolicySet
        from limen.policy import Engine

        text = (
            policies()
            + """
            @id("hours") forbid (principal, action, resource) when { resource.sensitivity >= 1 }
            unless { context.time.minute >= 0 && context.time.minute < 1440 && context.time.weekday <= 7 };
            @id("fresh") forbid (principal, action, resource)
            unless { context.now.durationSince(context.auth.at) <= duration("13h") };
        """
        )
        bodies = PolicySet.parse(text).to_json()["staticPolicies"].values()
        tree = {"templates": {}, "templateLinks": [], "staticPolicies": {b["annotations"]["id"]: b for b in bodies}}
        engine = Engine(tree, name, ZoneInfo("Europe/Berlin"))
        engine.prepare()
        return engine

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[int]:
        import uvicorn

        from limen.enforcement import strict_http
        from limen.serving import spare_the_collector

        config = uvicorn.Config(
            self.gateway,
            host="127.0.0.1",
            port=0,
            log_level="critical",
            lifespan="off",
            http=strict_http.protocol(lambda _word, _address: None),
            ws="websockets-sansio",
            ws_ping_interval=None,
            proxy_headers=False,
            timeout_graceful_shutdown=1,
            backlog=1_024,
        )
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 -- uvicorn tells by this flag alone
            await asyncio.sleep(0.01)
        spare_the_collector()
        try:
            yield server.servers[0].sockets[0].getsockname()[1]
        finally:
            await self.gateway.close()
            server.should_exit = True
            await running
            self.journal.close()

    # What happens

    def change_one(self, number: int) -> None:
        """One person's risk is another from now on; they stay permitted."""
        from limen.facts import Risk

        self.known.risks.put(f"p{number}", Risk(number % 50, known=True, at=self.clock.now()))

    def publish(self, engine: Any) -> None:
        self.engine = engine
        self.known.set_company(self.apps, self.groups)

    def open_streams(self) -> list[Any]:
        return sorted(self.streams.open(), key=lambda stream: stream.answer.session.id)


async def measure(count: int, rounds: int, folder: Path) -> dict[str, Any]:
    crowd_process = await asyncio.create_subprocess_exec(
        sys.executable, __file__, "--crowd", str(count), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert crowd_process.stdin is not None
    assert crowd_process.stdout is not None
    try:
        gate = Gate(count, int(await crowd_process.stdout.readline()), folder)
        async with gate.serving() as port:
            began = time.perf_counter()
            crowd_process.stdin.write(f"{port}\n".encode())
            opened = int(await crowd_process.stdout.readline())
            opening = time.perf_counter() - began
            if opened != count or len(gate.streams) != count:
                raise SystemExit(f"{opened} of {count} WebSockets stand, {len(gate.streams)} are watched over")
            stalls = Stalls()
            idle = [await stalls.during(lambda: None, lambda: True, 0.2) for _ in range(rounds)]
            one = [
                await stalls.during(lambda n=n: gate.change_one(n), gate.streams.are_settled, 0.1)  # type: ignore[misc]
                for n in range(rounds)
            ]
            published = []
            for number in range(rounds):
                engine = gate.revision(f"r{number}")
                published.append(await stalls.during(lambda e=engine: gate.publish(e), gate.streams.are_settled, 0.2))  # type: ignore[misc]
                if len(gate.streams) != count:
                    raise SystemExit(
                        f"{count - len(gate.streams)} streams were cut by a publication that changes nothing"
                    )
            exact, bound = in_one_go(gate, lambda d: d.valid_until), in_one_go(gate, lambda d: d.unchanged_until)
            revoked = await stalls.during(
                lambda: gate.known.set_not_before(("person", "p0"), gate.clock.now() + 1),
                lambda: len(gate.streams) == count - 1,
                0.1,
            )
    finally:
        crowd_process.stdin.write(b"\n")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(10):
                await crowd_process.wait()
        if crowd_process.returncode is None:
            crowd_process.kill()
            await crowd_process.wait()
    stalled = {"one_person": one, "publish": published, "idle": idle}
    return {
        **{f"{name}_ms": round(statistics.median(each.ms for each in found), 2) for name, found in stalled.items()},
        "all_redecided_s": round(statistics.median(each.seconds for each in published), 3),
        **{f"{name}_ms_max": round(max(each.ms for each in found), 2) for name, found in stalled.items()},
        **{
            f"{name}_cpu_ms": round(statistics.median(each.cpu_ms for each in found), 2)
            for name, found in stalled.items()
        },
        "revoked_ms": round(revoked.seconds * 1_000, 2),
        "one_go_exact_ms": round(exact, 1),
        "one_go_bound_ms": round(bound, 1),
        "opened_s": round(opening, 1),
        "streams": count,
    }


def in_one_go(gate: Gate, look_ahead: Callable[[Any], object]) -> float:
    """Deciding every stream without a pause, in ms, from a tenth of them."""
    from limen.policy.decision import Request

    known, engine, now = gate.known, gate.engine, gate.clock.now()
    known.set_company(gate.apps, gate.groups)
    sample = gate.open_streams()[::10]
    began = time.perf_counter()
    for stream in sample:
        session = known.issued(stream.answer.session.id)
        facts = known.facts(session, known.apps[stream.answer.app.id], stream.address)
        look_ahead(engine.decide(Request("view"), facts, now))
    return (time.perf_counter() - began) * 1_000 * len(gate.streams) / len(sample)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--json", action="store_true", help="one line for programs")
    options.add_argument("--streams", type=int, default=2_000)
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--crowd", type=int, default=0, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if chosen.crowd:
        asyncio.run(crowd(chosen.crowd))
        return 0
    with tempfile.TemporaryDirectory(prefix="streams-") as folder:
        found = run(measure(chosen.streams, chosen.rounds, Path(folder)))
    if chosen.json:
        print(json.dumps(found))
        return 0
    print(f"{found['streams']} open WebSockets through the gateway, {chosen.rounds} rounds; the loop's longest stall")
    rows = (
        ("nothing happens", "idle_ms", "what this machine does to any loop"),
        ("one person's fact changes", "one_person_ms", "target 10"),
        ("a revision is published", "publish_ms", "target 100"),
    )
    for name, key, said in rows:
        cpu = found[key.replace("_ms", "_cpu_ms")]
        print(f"  {name:36}{found[key]:>9} ms   (up to {found[f'{key}_max']}; {cpu} of CPU; {said})")
    print(f"  {'… until each was decided anew':36}{found['all_redecided_s']:>9} s    (target 3)")
    print(f"  {'one person is revoked: cut after':36}{found['revoked_ms']:>9} ms")
    print(f"  {'all in one go, by the bound':36}{found['one_go_bound_ms']:>9} ms")
    print(f"  {'all in one go, by the exact search':36}{found['one_go_exact_ms']:>9} ms")
    return 0


def run(work: Any) -> Any:
    """On the event loop that uvicorn takes for `limen serve`."""
    from uvicorn.loops.auto import auto_loop_factory

    async def bounded() -> Any:
        async with asyncio.timeout(MOST_SECONDS):
            return await work

    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        return runner.run(bounded())


if __name__ == "__main__":
    sys.exit(main())
