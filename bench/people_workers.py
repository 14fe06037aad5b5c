"""How long a revocation takes until no worker can decide without it, and what several workers cost. One function for
each figure.

    python bench/people_workers.py [--json] [--trials N] [--only NAME]

`revocation_ms_p99_…`: from the call that ends a session to its return, by which every worker has acknowledged it: with
one process (`1p`), and with four workers over SQLite and PostgreSQL, while other sessions are checked all the time.
`permits_after`: of requests with that session, sent right after the return on connections kept to all workers, how many
were let in; `refused_before` of the same before it, which a worker refuses that was not given time for its lease.
`stream_ms_p99_…`: from the same call to the last byte of a stream through the gateway.
`ratio_check_4w`: CPU time, user and system, of all workers per check, with four against with one, in turns, while wrk
asks as much as it can; `ratio_plain_4w`: the same of uvicorn with an app that says ten bytes, in the same turns, which
is what this machine makes of any four processes beside one, and `ratio_check_beside_plain` the one over the other:
where two threads share a core, four processes cost more each whatever they do. `idle_cpu_percent_…`: what Limen's take
of one core while nobody asks anything.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from footprint import COMPILED, company, free_port
from revocation_streams import APP, HOST, sign_in, token_of

TRIALS, WORKERS = 1_000, 4
ONE_STREAM_IN = 10
"""Beside so many sessions that are ended, one is that has a stream open."""
KEPT = 24
"""Connections that are kept open for asking after a return: so many that each worker has some of them."""
LOAD = 3
TICKS = os.sysconf("SC_CLK_TCK")
CONNECTIONS, SECONDS, ROUNDS = 64, 4, 5
IDLE_SECONDS = 10


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--json", action="store_true", help="one line, an object")
    options.add_argument("--trials", type=int, default=TRIALS, help="sessions that are ended, for each figure")
    options.add_argument("--only", choices=[one.__name__ for one in FIGURES], help="one of the figures")
    chosen = options.parse_args()
    found: dict[str, float] = {}
    for figure in FIGURES:
        if chosen.only in (None, figure.__name__):
            found |= figure(chosen.trials)
    if chosen.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:34}{value:>12}")
    return 0


def one_process(trials: int = TRIALS) -> dict[str, float]:
    return asyncio.run(revoked("1p", trials, workers=1))


def sqlite(trials: int = TRIALS) -> dict[str, float]:
    return asyncio.run(revoked("4w_sqlite", trials, workers=WORKERS))


def postgres(trials: int = TRIALS) -> dict[str, float]:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from tests.postgresql import cluster

    with cluster() as server, server.database() as url:
        return asyncio.run(revoked("4w_postgres", trials, workers=WORKERS, database=url))


def ratio_check(_trials: int = TRIALS) -> dict[str, float]:
    return asyncio.run(checks_cost())


FIGURES = (one_process, sqlite, postgres, ratio_check)


# Limen, by one process or several


class Running:
    def __init__(self, root: Path, port: int, check: int, process: subprocess.Popen[bytes]) -> None:
        self.root, self.port, self.check, self.process = root, port, check, process

    def cpu_seconds(self) -> float:
        """Of all that answers, since it was started."""
        return sum(_cpu(pid) for pid in _family(self.process.pid))


@contextlib.contextmanager
def running(folder: Path, workers: int, app_port: int, database: str = "") -> Iterator[Running]:
    root, port = folder / "company", free_port()
    company(root, port)
    toml = root / "limen.toml"
    text = toml.read_text().replace("[listen]", '[listen]\ntrusted_proxies = ["127.0.0.1/32"]', 1)
    toml.write_text(text.replace("[database]", f'[database]\nurl = "{database}"', 1) if database else text)
    (root / "monitor.yaml").write_text("watch: false\n")
    (root / "apps.yaml").write_text(
        f"- id: {APP}\n  host: {HOST}\n  upstream: http://127.0.0.1:{app_port}\n  label: internal\n  owner: staff\n"
        "  actions:\n    view: [GET /**]\n  streams: [/events/**]\n"
    )
    found = re.search(r'^check = "127.0.0.1:(\d+)"', text, re.MULTILINE)
    assert found is not None
    said = folder / "said"
    with said.open("wb") as out:
        command = [sys.executable, "-m", "limen.cli.main", "serve", str(root), "--workers", str(workers)]
        process = subprocess.Popen(command, stdout=out, stderr=out, env=COMPILED)
    ready = f"{workers} workers answer." if workers > 1 else "enrol#"
    try:
        while ready not in said.read_text():
            if process.poll() is not None:
                raise SystemExit(said.read_text())
            time.sleep(0.1)
        yield Running(root, port, int(found[1]), process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _family(pid: int) -> list[int]:
    pids = [pid]
    for each in pids:
        for task in Path(f"/proc/{each}/task").glob("*/children"):
            pids += [int(child) for child in task.read_text().split()]
    return pids


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def ask(number: int) -> bytes:
    return (
        f"GET /check HTTP/1.1\r\nHost: check\r\nX-Forwarded-Method: GET\r\nX-Forwarded-Host: {HOST}\r\n"
        f"X-Forwarded-Uri: /\r\nX-Forwarded-For: 203.0.113.7\r\nUser-Agent: curl/8\r\n"
        f"Cookie: __Host-limen-app={token_of(number)}\r\n\r\n"
    ).encode()


class Connection:
    """One to the check server that is kept."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def status(self, number: int) -> str:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(ask(number))
        head = await reader.readuntil(b"\r\n\r\n")
        if length := re.search(rb"(?i)content-length: (\d+)", head):
            await reader.readexactly(int(length[1]))
        return head[9:12].decode()


# Revocations


async def revoked(name: str, trials: int, workers: int, database: str = "") -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="pw-") as folder:
        async with app() as app_port:
            with running(Path(folder), workers, app_port, database) as limen:
                async with revoking(limen.root, trials + trials // ONE_STREAM_IN + LOAD) as end_session:
                    return await _revoked(name, trials, limen, end_session)


async def _revoked(name: str, trials: int, limen: Running, end_session: Any) -> dict[str, float]:
    kept = [Connection(limen.check) for _ in range(KEPT)]
    streams = trials // ONE_STREAM_IN
    loading = [asyncio.create_task(load(limen.check, trials + streams + n)) for n in range(LOAD)]
    taken, permits, before = [], 0, 0
    for number in range(trials):
        before += await kept[number % KEPT].status(number) == "200"
        began = time.monotonic()
        await end_session(number)
        taken.append((time.monotonic() - began) * 1_000)
        permits += (await asyncio.gather(*[one.status(number) for one in kept])).count("200")
    cut = [await stream(limen.port, number, end_session) for number in range(trials, trials + streams)]
    for task in loading:
        task.cancel()
    await asyncio.gather(*loading, return_exceptions=True)
    return {
        f"revocation_ms_p50_{name}": round(statistics.median(taken), 1),
        f"revocation_ms_p99_{name}": p99(taken),
        f"revocations_{name}": trials,
        f"permits_after_{name}": permits,
        f"refused_before_{name}": trials - before,
        f"stream_ms_p99_{name}": p99(cut),
    }


def p99(taken: list[float]) -> float:
    return round(statistics.quantiles(taken, n=100, method="inclusive")[-1], 1)


async def load(port: int, number: int) -> None:
    one = Connection(port)
    while True:
        await one.status(number)
        await asyncio.sleep(0.002)


async def stream(port: int, number: int, end_session: Any) -> float:
    """Milliseconds from the call to the last byte of a stream of that session."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"GET /events/x HTTP/1.1\r\nHost: {HOST}:{port}\r\nCookie: __Host-limen-app={token_of(number)}\r\n\r\n"
    writer.write(head.encode())
    if not (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200"):
        raise SystemExit("a stream was not opened")
    ended = asyncio.create_task(_last_byte(reader))
    await asyncio.sleep(0.05)
    began = time.monotonic()
    await end_session(number)
    last = await ended
    writer.close()
    return (last - began) * 1_000


async def _last_byte(reader: asyncio.StreamReader) -> float:
    last = time.monotonic()
    with contextlib.suppress(OSError):
        while await reader.read(65_536):
            last = time.monotonic()
    return last


@contextlib.asynccontextmanager
async def app() -> AsyncIterator[int]:
    """An app that says a few bytes every 5 ms, without end. At the end its connections are cut, and what serves them
    ends by that: where asyncio cancels it, it prints an error for each.
    """
    open_now: dict[asyncio.Task[None] | None, asyncio.StreamWriter] = {}

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_now[asyncio.current_task()] = writer
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
            while True:
                writer.write(b"data: x\n\n")
                await writer.drain()
                await asyncio.sleep(0.005)
        del open_now[asyncio.current_task()]

    server = await asyncio.start_server(say, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    ending = [task for task in open_now if task is not None]
    for writer in open_now.values():
        writer.transport.abort()
    await asyncio.gather(*ending)


@contextlib.asynccontextmanager
async def revoking(root: Path, people: int) -> AsyncIterator[Any]:
    """What ends a session as a worker does, beside those that answer: it commits, and waits for each of them."""
    from limen.clock import SystemClock
    from limen.company.load import load_settings
    from limen.company.places import database_of
    from limen.facts import FactStore
    from limen.identity.sessions import end_session
    from limen.storage import Database, Feed

    database = Database.open(database_of(root, load_settings(root)))
    database.claim()
    feed = Feed(database, FactStore())
    await feed.start()
    await feed.settled(await database.writing(lambda t: (sign_in(t, people), t.changed_seq)[1]))

    async def end(number: int) -> None:
        def work(transaction: Any) -> int:
            end_session(transaction, f"s_{number}", SystemClock().now(), "", "ended-by-administrator", "")
            return int(transaction.changed_seq)

        await feed.settled(await database.writing(work))

    yield end
    await feed.stop()
    database.close()


# What a check costs


async def checks_cost() -> dict[str, float]:
    """In turns, so that other work on the machine hits both alike; and what a worker costs that is asked nothing."""
    with contextlib.ExitStack() as closing:
        async with app() as app_port:
            both, plain = [], [closing.enter_context(plainly(workers)) for workers in (1, WORKERS)]
            for workers in (1, WORKERS):
                folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="pw-")))
                limen = closing.enter_context(running(folder, workers, app_port))
                async with revoking(limen.root, 1):
                    pass
                both.append(limen)
            every = [*both, *plain]
            costs = [[await asyncio.to_thread(cost_of_a_check, one) for one in every] for _ in range(ROUNDS)]
            idle = [limen.cpu_seconds() for limen in both]
            await asyncio.sleep(IDLE_SECONDS)
            idle = [limen.cpu_seconds() - before for limen, before in zip(both, idle, strict=True)]
    return {
        "ratio_check_4w": round(statistics.median(four / one for one, four, _, _ in costs), 3),
        "ratio_plain_4w": round(statistics.median(four / one for _, _, one, four in costs), 3),
        "ratio_check_beside_plain": round(statistics.median(b / a * c / d for a, b, c, d in costs), 3),
        "check_us_1w": round(statistics.median(one for one, _, _, _ in costs), 1),
        "check_us_4w": round(statistics.median(four for _, four, _, _ in costs), 1),
        "idle_cpu_percent_1w": round(idle[0] / IDLE_SECONDS * 100, 1),
        "idle_cpu_percent_4w": round(idle[1] / IDLE_SECONDS * 100, 1),
    }


PLAIN = """
async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"10")]})
    await send({"type": "http.response.body", "body": b"0123456789"})
"""


@contextlib.contextmanager
def plainly(workers: int) -> Iterator[Running]:
    """Uvicorn with an app that decides nothing."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="pw-") as folder:
        (Path(folder) / "plain.py").write_text(PLAIN)
        words = ("--app-dir", folder, "--port", str(port), "--workers", str(workers), "--no-access-log")
        command = [sys.executable, "-m", "uvicorn", "plain:app", *words, "--lifespan", "off", "--log-level", "error"]
        process = subprocess.Popen(command, env=COMPILED)
        try:
            answers(port)
            yield Running(Path(folder), port, port, process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def answers(port: int) -> None:
    """Return once somebody listens there."""
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise SystemExit("uvicorn did not start")


def cost_of_a_check(limen: Running) -> float:
    """Microseconds of CPU, of all workers, while wrk asks as much as it can."""
    heads = [line for line in ask(0).decode().split("\r\n")[2:] if line]
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", *[word for head in heads for word in ("-H", head)]]
    began = limen.cpu_seconds()
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{limen.check}/check"], capture_output=True, text=True, check=True
    )
    spent = limen.cpu_seconds() - began
    found = re.search(r"(\d+) requests in", done.stdout)
    if found is None or "Non-2xx" in done.stdout:
        raise SystemExit(done.stdout)
    return spent / int(found[1]) * 1e6


if __name__ == "__main__":
    sys.exit(main())
