"""How long an open stream goes on after access was ended: one function for each figure.

    python bench/revocation_streams.py [--json] [--rounds N]

`gateway_ms_p99`: from the call that ends a session (committed, and taken over by every worker) to the last byte that a
client gets of a stream through Limen's gateway. `fronts_stream_ms_p99`: the worst of the same through real nginx, Caddy
and Envoy with the configs that `limen front-config` prints, where client and app call the stream something else each
time. The app sends a few bytes every 2 ms; client and app run in a process of their own. Beside
them `commit_ms_p99`, what this machine takes meanwhile to make one row durable: no revocation can be faster.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from footprint import company, free_port

ROUNDS = 100
TICK = 0.002
APP, HOST = "wiki", "wiki.harbor.localhost"
CLAIMS = ("text/event-stream", "*/*", "TEXT/Event-Stream", "image/png", "application/json")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--json", action="store_true", help="one line, an object")
    options.add_argument("--rounds", type=int, default=ROUNDS, help="streams that are cut, for each door")
    options.add_argument("--app-and-clients", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.app_and_clients:
        asyncio.run(app_and_clients())
        return 0
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # it would say of each stream that it was cut
    found: dict[str, float] = {}
    for figure in FIGURES:
        found |= figure(chosen.rounds)
    if chosen.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:28}{value:>12}")
    return 0


def gateway(rounds: int = ROUNDS) -> dict[str, float]:
    taken, commits = asyncio.run(cut("gateway", rounds))
    median = round(statistics.median(taken), 1)
    return {"gateway_ms_p50": median, "gateway_ms_p99": p99(taken), "commit_ms_p99": p99(commits)}


def fronts(rounds: int = ROUNDS) -> dict[str, float]:
    found = {}
    for front in ("nginx", "caddy", "envoy"):
        found[f"{front}_stream_ms_p99"] = p99(asyncio.run(cut(front, rounds))[0])
    return {**found, "fronts_stream_ms_p99": max(found.values())}


FIGURES = (gateway, fronts)


def p99(taken: list[float]) -> float:
    return round(statistics.quantiles(taken, n=100, method="inclusive")[-1], 1)


# Limen, and what ends a session


async def cut(door: str, rounds: int) -> tuple[list[float], list[float]]:
    """Open a stream and end its session, again and again; milliseconds to the last byte, and those of a commit."""
    async with AsyncExitStack() as closing:
        there = await closing.enter_async_context(other_process())
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="revocation-")))
        limen, port = await running(closing, folder, int(await said(there)), rounds)
        if door != "gateway":
            port = await front(closing, door, folder, limen)
        taken, commits = [], []
        for number in range(rounds):
            claim = CLAIMS[number % len(CLAIMS)]
            await tell(there, f"{port} {token_of(number)} {claim}")
            opened = await said(there)
            if opened != "open":
                raise SystemExit(f"{door}: no stream was opened: {opened}")
            await asyncio.sleep(0.2)
            began = time.monotonic()
            await limen.identity.sessions.revoke(f"s_{number}", by="")
            taken.append((float(await said(there)) - began) * 1_000)
            began = time.monotonic()
            await limen.core.database.writing(lambda transaction: transaction.changed("session", "nobody's"))
            commits.append((time.monotonic() - began) * 1_000)
        return taken, commits


async def running(closing: AsyncExitStack, folder: Path, app_port: int, people: int) -> tuple[Any, int]:
    """Limen as `limen serve` puts it together, with one app and so many people who are signed in to it."""
    from limen.app import open_limen
    from limen.company.load import load_company, load_settings
    from limen.serving import serve

    root, port = folder / "company", free_port()
    company(root, port)
    (root / "apps.yaml").write_text(
        f"- id: {APP}\n  host: {HOST}\n  upstream: http://127.0.0.1:{app_port}\n  label: internal\n  owner: staff\n"
        "  actions:\n    view: [GET /**]\n  streams: [/events/**]\n"
    )
    toml = root / "limen.toml"
    toml.write_text(toml.read_text().replace("[listen]", '[listen]\ntrusted_proxies = ["127.0.0.1/32"]', 1))
    limen = await open_limen(closing, load_settings(root), root, first=lambda: load_company(root))
    await limen.core.database.writing(lambda transaction: sign_in(transaction, people))
    answers = asyncio.Event()

    async def told() -> None:
        answers.set()

    serving = asyncio.create_task(serve(limen, told))

    async def end() -> None:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)

    closing.push_async_callback(end)
    await asyncio.wait_for(answers.wait(), 30)
    while len(limen.known.sessions.keys()) < 2 * people:  # they come by the change feed
        await asyncio.sleep(0.01)
    return limen, port


def sign_in(transaction: Any, people: int) -> None:
    """People, each with a session and one that hangs on it at the app, written as identity's own store writes them."""
    from limen.clock import HOUR, SystemClock
    from limen.facts import Factor, Person, Session
    from limen.identity.model import PersonStatus, auth_of
    from limen.identity.store import people as people_store, sessions

    now, proofs = SystemClock().now(), {Factor.PASSKEY: SystemClock().now()}
    for n in range(people):
        who = Person(f"p_{n}", f"Person {n}", f"p{n}@harbor.example", frozenset({"staff"}), active=True)
        own = Session(f"s_{n}", who.id, auth_of(proofs), now, now + 12 * HOUR, 2 * HOUR)
        at_app = Session(f"a_{n}", who.id, auth_of(proofs), now, now + 12 * HOUR, 2 * HOUR, app=APP, parent=own.id)
        people_store.add(transaction.connection, who, PersonStatus.ACTIVE, now)
        sessions.add(transaction.connection, own, sha256(f"own {n}".encode()).digest(), proofs)
        sessions.add(transaction.connection, at_app, sha256(token_of(n).encode()).digest(), proofs)
        for kind, key in (("person", who.id), ("session", own.id), ("session", at_app.id)):
            transaction.changed(kind, key)


def token_of(number: int) -> str:
    return sha256(f"session {number}".encode()).hexdigest()[:43]


async def front(closing: AsyncExitStack, kind: str, folder: Path, limen: Any) -> int:
    """A real front before it; its port."""
    from limen.facts import LIMEN
    from limen.front.config.guarded import Guarded
    from limen.front.config.render import TEMPLATES, front_config

    beside = Path(sys.executable).parent / kind
    binary = str(beside) if beside.exists() else shutil.which(kind)
    if binary is None:
        raise SystemExit(f"{kind} is not installed")
    port, settings = free_port(), limen.settings
    made = Guarded(
        domain=settings.domain,
        sign_in_host=f"limen.{settings.domain}",
        listen=f"127.0.0.1:{port}",
        limen=settings.listen.address,
        check=settings.listen.check,
        apps=tuple(app for app in limen.known.apps.values() if app.id != LIMEN),
    )
    home = folder / kind
    (home / "logs").mkdir(parents=True)
    for one in (folder, home):
        one.chmod(0o755)
    config = home / TEMPLATES[kind]
    config.write_text(front_config(kind, made))
    command = {
        "nginx": [binary, "-p", str(home), "-c", str(config), "-g", "daemon off;"],
        "caddy": [binary, "run", "--adapter", "caddyfile", "--config", str(config)],
        "envoy": [binary, "-c", str(config), "--concurrency", "1", "--disable-hot-restart", "-l", "warn"],
    }[kind]
    where = {**os.environ, "HOME": str(home), "XDG_DATA_HOME": str(home)}
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet, env=where)

    async def end() -> None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()

    closing.push_async_callback(end)
    for _ in range(400):
        with contextlib.suppress(OSError):
            (await asyncio.open_connection("127.0.0.1", port))[1].close()
            return port
        await asyncio.sleep(0.05)
    raise SystemExit(f"{kind} did not start")


# The app and its clients, in a process of their own


@asynccontextmanager
async def other_process() -> AsyncIterator[asyncio.subprocess.Process]:
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, __file__, "--app-and-clients")
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def tell(process: asyncio.subprocess.Process, line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n".encode())
    await process.stdin.drain()


async def said(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), 90)).decode().strip()


async def app_and_clients() -> None:
    """Serve the app, then hold one stream after the other, and say when its last byte came (CLOCK_MONOTONIC)."""
    loop = asyncio.get_running_loop()
    app = await asyncio.start_server(one_stream, "127.0.0.1", 0)
    print(app.sockets[0].getsockname()[1], flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        port, token, claim = line.split()
        reader, writer = await asyncio.open_connection("127.0.0.1", int(port))
        writer.write(
            f"GET /events/all HTTP/1.1\r\nHost: {HOST}\r\nAccept: {claim}\r\n"
            f"Cookie: __Host-limen-app={token}\r\n\r\n".encode()
        )
        first = await reader.read(65_536)
        if not first.startswith(b"HTTP/1.1 200"):
            print(first[:60], flush=True)
            continue
        while b"tick" not in first:
            first = await reader.read(65_536)
        print("open", flush=True)
        last = time.monotonic()
        with contextlib.suppress(TimeoutError, ConnectionResetError):
            async with asyncio.timeout(60):
                while await reader.read(65_536):
                    last = time.monotonic()
        writer.close()
        print(last, flush=True)


async def one_stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A response without an end, of the type that was asked for."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    wanted = next(line.partition(": ")[2] for line in head.split("\r\n") if line.lower().startswith("accept: "))
    kind = "text/plain" if "*" in wanted else wanted
    writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
    with contextlib.suppress(ConnectionError):
        while not writer.is_closing():
            writer.write(b"4\r\ntick\r\n")
            await writer.drain()
            await asyncio.sleep(TICK)


if __name__ == "__main__":
    sys.exit(main())
