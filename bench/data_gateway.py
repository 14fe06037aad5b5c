"""What looking into bodies costs at the gateway, in one run on one machine.

    python bench/data_gateway.py [--json] [--rounds N] [--seconds N]

The real gateway under uvicorn passes bodies of 5 MB of ordinary text, between clients and an app that run in a process
of their own, four at a time. In turn nobody asks what is in them (no guard at all), a guard asks and no rule applies
(`gateway_unasked_ratio`), each is held until somebody who finds nothing has read it (`gateway_held_ratio`), and each is
looked into for all detectors, by the processes that do so in service (`gateway_scan_ratio`): the worse of uploads and
downloads, as the median of rounds. `scan_mb_s` is the scanner alone on the same text, by the CPU time that it takes:
what one core looks into at most.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.data.ordinary.documents import documents

from check import HOST, token_of
from streams import Gate

SIZE = 5_000_000
DOCUMENTS = 500
AT_ONCE = 4


def ordinary_text() -> bytes:
    """Five megabytes of what a business writes: letters, invoices, logs, lists, source; the same each time."""
    text = "\n\n".join(one.text for one in documents(16, DOCUMENTS)).encode()
    return (text * (SIZE // len(text) + 1))[:SIZE]


# The clients and the app, in a process of their own


async def app(body: bytes) -> asyncio.Server:
    """An app that takes what is sent to it, and answers a GET with five megabytes."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(body) + body

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if head.startswith(b"GET"):
                    writer.write(answer)
                else:
                    left = _length(head)
                    while left:
                        left -= len(await reader.read(min(left, 1 << 18)))
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 18)


async def client(port: int, way: str, body: bytes, until: float) -> int:
    """Send or fetch bodies one after the other; how many."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 18)
    common = f"Host: {HOST.format(0)}\r\nCookie: __Host-limen-app={token_of(0)}\r\n"
    post = f"POST /up HTTP/1.1\r\n{common}Content-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    count = 0
    while time.perf_counter() < until:
        if way == "up":
            writer.write(post)
            writer.write(body)
        else:
            writer.write(f"GET /down HTTP/1.1\r\n{common}\r\n".encode())
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(head.decode("latin-1"))
        left = _length(head)
        while left:
            left -= len(await reader.read(min(left, 1 << 18)))
        count += 1
    writer.close()
    return count


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


async def others() -> None:
    """Serve the app; for each line `port way seconds` say how many MB a second came through."""
    body, loop = ordinary_text(), asyncio.get_running_loop()
    served = await app(body)
    print(served.sockets[0].getsockname()[1], flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        port, way, seconds = line.split()
        began = time.perf_counter()
        until = began + float(seconds)
        counts = await asyncio.gather(*(client(int(port), way, body, until) for _ in range(AT_ONCE)))
        print(sum(counts) * len(body) / 1e6 / (time.perf_counter() - began), flush=True)


# The gateway


def guards(gate: Gate) -> tuple[dict[str, Any], float, Any]:
    """The guards that are compared, how fast the scanner is alone (MB/s), and the processes that look into bodies."""
    from limen.data.detectors.every import DETECTORS
    from limen.data.documents import Inspected, WhyNot
    from limen.data.doors.judging import together
    from limen.data.extraction.pool import Pool
    from limen.data.inspection import Inspection
    from limen.data.scanning.scanner import Scanner
    from limen.enforcement.documents.guard import DocumentGuard
    from limen.facts.passing import Judged, Step
    from limen.pillar.data_checks import DataChecks

    scanner, text = Scanner(list(DETECTORS.values()), key=b"k" * 16), ordinary_text()
    scanner.text(text[: 2 << 20])
    began = time.process_time()
    scanner.text(text)
    alone = len(text) / 1e6 / (time.process_time() - began)
    pool = Pool(scanner)
    inspection = Inspection(scanner, pool)

    async def read(body: AsyncIterator[bytes] | bytes, *_about: str) -> Inspected:
        _ = [body] if isinstance(body, bytes) else [piece async for piece in body]
        return Inspected("text")

    async def note(*_: Any, **_named: Any) -> str:
        return ""

    def guard(inspect: Any, *, asks: bool = True) -> DocumentGuard:
        checks = DataChecks(
            asks=lambda _passing: asks,
            inspect=inspect,
            not_inspected=lambda why: Inspected("", why_not=frozenset({WhyNot(why)})),
            judge=lambda _passing, _inspected: Judged(Step.ALLOW),
            note=note,
            together=lambda several: together(list(several)),
        )
        return DocumentGuard(checks, gate.clock, b"k" * 32)

    return (
        {"none": None, "unasked": guard(read, asks=False), "held": guard(read), "scan": guard(inspection.inspect)},
        alone,
        pool,
    )


async def measure(rounds: int, seconds: float, folder: Path) -> dict[str, float]:
    from limen.facts import ActionRule

    child = await asyncio.create_subprocess_exec(
        sys.executable, __file__, "--others", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        gate = Gate(1, int(await child.stdout.readline()), folder)
        rules = (ActionRule("view", frozenset({"GET", "POST"}), "/**"),)
        gate.apps = [replace(one, rules=rules) for one in gate.apps]
        gate.known.set_company(gate.apps, gate.groups)
        compared, alone, pool = guards(gate)
        speeds: dict[tuple[str, str], list[float]] = {(name, way): [] for name in compared for way in ("up", "down")}
        async with gate.serving() as port:
            for number in range(rounds + 1):
                for (name, way), found in speeds.items():
                    gate.gateway.guard = compared[name]
                    child.stdin.write(f"{port} {way} {seconds if number else 0.2}\n".encode())
                    speed = float(await child.stdout.readline())
                    if number:  # the first round warms up
                        found.append(speed)
        pool.close()
    finally:
        child.stdin.close()
        await child.wait()

    def ratio(name: str, way: str) -> float:
        pairs = zip(speeds[name, way], speeds["none", way], strict=True)
        return statistics.median(one / other for one, other in pairs)

    return {
        "gateway_scan_ratio": round(min(ratio("scan", way) for way in ("up", "down")), 3),
        "gateway_held_ratio": round(min(ratio("held", way) for way in ("up", "down")), 3),
        "gateway_unasked_ratio": round(min(ratio("unasked", way) for way in ("up", "down")), 3),
        **{f"{name}_{way}_mb_s": round(statistics.median(found), 1) for (name, way), found in speeds.items()},
        "scan_mb_s": round(alone, 1),
    }


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--json", action="store_true", help="one line for programs")
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--seconds", type=float, default=1.0)
    options.add_argument("--others", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.others:
        asyncio.run(others())
        return 0
    import uvloop

    with tempfile.TemporaryDirectory(prefix="data-gateway-") as folder:
        found = uvloop.run(measure(chosen.rounds, chosen.seconds, Path(folder)))
    if chosen.json:
        print(json.dumps(found))
        return 0
    print("5 MB bodies through the gateway, four at a time, MB/s")
    rows = {"none": "no guard", "unasked": "a guard, no rule", "held": "each held", "scan": "each looked into"}
    for name, said in rows.items():
        print(f"  {said:24}up {found[f'{name}_up_mb_s']:>8}   down {found[f'{name}_down_mb_s']:>8}")
    print(f"  looked into, against none: {found['gateway_scan_ratio']} (target 0.5)")
    print(f"  the scanner alone, on one core: {found['scan_mb_s']} MB/s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
