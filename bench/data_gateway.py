"""What looking into bodies costs at the gateway, in one run on one machine.

    python bench/data_gateway.py [--json] [--rounds N] [--only mix|kinds] [--long GIGABYTES]

The real gateway under uvicorn passes bodies of five megabytes (`bodies.py`: films, photographs, PDF, archives, Word,
text, JSON, sheets, and a mix of them), between four people and an app that run in a process of their own. Each body has
a name of its own, so that none is known. In turn

- `none`: nobody asks what is in them,
- `unasked`: a guard asks, and no rule applies,
- `held`: each is held until somebody who finds nothing has read it,
- `scan`: rules may stop something, so each is held and looked into for all detectors, by the processes that do so in
  service,
- `watch`: rules only watch, so each passes as it comes and is looked into meanwhile,
- `again`: as `scan`, downloads of documents that came before (of each kind alone).

`gateway_…_ratio` is the worse of uploads and downloads of the mix against `none`, as the median of rounds;
`up_ratio_KIND` that of uploads of one kind, looked into (`worst` the slowest), `again_ratio_KIND` of downloads that
came before. `none` is as fast as memory: what a link of 1 Gbit/s carries is 119 MB/s, and `of_1_gbit` is which part of
that comes through, looked into. `cpu_ms_…`: processor time of the gateway, with the processes that look into documents,
for one body; on a machine that others share, trust these. `beside_…_ms`: how long another person's little request takes
meanwhile, half of them and 99 of 100. `late`: so many bodies waited for a process, or took it, for so long that they
were refused. `scan_mb_s` is the scanner alone on text, by the CPU time that it takes.

`--long`: so many gigabytes of the mix, looked into; how much this process grew after eighty bodies
(`long_grew_mb`), and the most that one that looks into documents took (`long_worker_mb`).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Self

sys.path.insert(0, str(Path(__file__).parents[1]))  # what it looks into is the tests'

import bodies
from bounds import Bounds, show
from check import HOST, token_of
from streams import APPS, Gate

BOUNDS: Bounds = {"gateway_scan_ratio": (">=", 0.5)}
AT_ONCE: Final = 4
_LONGEST_ANSWER: Final = 1 << 26
"""Bytes that the process of clients says at once: how long each of thousands of requests took."""
GBIT: Final = 119.0
"""MB in a second of a link of 1 Gbit/s, behind the heads of Ethernet, IP and TCP."""
LITTLE: Final = "little.txt"
WAYS: Final = ("up", "down")
MODES: Final = ("none", "unasked", "held", "scan", "watch")

# The clients and the app, in a process of their own


def person(number: int) -> int:
    """The number of somebody, all of whom use one app."""
    return number * APPS


async def app(made: dict[str, tuple[str, bytes]]) -> asyncio.Server:
    """An app that takes what is sent to it, and answers `GET /KIND/…` with five megabytes of that kind."""
    answers = {
        f"/{kind}/".encode(): f"HTTP/1.1 200 OK\r\nContent-Type: {said}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        + body
        for kind, (said, body) in made.items()
    }
    nothing = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                target = head.split(b" ", 2)[1]
                if head.startswith(b"GET"):
                    writer.write(answers.get(target[: target.find(b"/", 1) + 1], nothing))
                else:
                    left = _length(head)
                    while left:
                        left -= len(await reader.read(min(left, 1 << 18)))
                    writer.write(nothing)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 18)


class Client:
    """A person's connection to the gateway."""

    def __init__(self, number: int, port: int) -> None:
        self._head = f"Host: {HOST.format(0)}\r\nCookie: __Host-limen-app={token_of(person(number))}\r\n"
        self._port = port

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 18)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def send(self, target: str, kind: str, body: bytes) -> bool:
        """Whether it passed."""
        said = f"{self._head}Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        self._writer.write(f"POST {target} HTTP/1.1\r\n{said}\r\n".encode())
        self._writer.write(body)
        return await self._answer()

    async def fetch(self, target: str) -> bool:
        self._writer.write(f"GET {target} HTTP/1.1\r\n{self._head}\r\n".encode())
        return await self._answer()

    async def _answer(self) -> bool:
        await self._writer.drain()
        head = await self._reader.readuntil(b"\r\n\r\n")
        if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 403")):
            raise SystemExit(head.decode("latin-1"))
        left = _length(head)
        while left:
            left -= len(await self._reader.read(min(left, 1 << 18)))
        return head.startswith(b"HTTP/1.1 200")


class Traffic:
    """What passes: so many bodies of one kind, or of the mix, which each of several people takes the next of."""

    def __init__(self, made: dict[str, tuple[str, bytes]]) -> None:
        self._made, self._names = made, 0

    async def run(self, port: int, way: str, mix: str, number: int, *, are_known: bool) -> dict[str, Any]:
        kinds = bodies.in_turn(bodies.MIX if mix == "mix" else [mix])
        left, is_over = iter([kinds[at % len(kinds)] for at in range(number)]), asyncio.Event()
        passed = late = 0
        began = time.perf_counter()

        async def one(number: int) -> None:
            nonlocal passed, late
            async with Client(number, port) as client:
                for kind in left:
                    said, body = self._made[kind]
                    self._names += 1
                    name = f"/{kind}/{'known' if are_known else self._names}"
                    if await (client.send(name, said, body) if way == "up" else client.fetch(name)):
                        passed += len(body)
                    else:
                        late += 1

        beside = asyncio.create_task(_beside(port, is_over))
        await asyncio.gather(*(one(number) for number in range(AT_ONCE)))
        took = time.perf_counter() - began
        is_over.set()
        return {"mb": passed / 1e6, "seconds": took, "late": late, "beside": await beside}


async def _beside(port: int, is_over: asyncio.Event) -> list[float]:
    """How long each of another person's little requests took, in milliseconds."""
    took = []
    async with Client(AT_ONCE, port) as client:
        while not is_over.is_set():
            began = time.perf_counter()
            await client.fetch(f"/none/{LITTLE}")
            took.append((time.perf_counter() - began) * 1e3)
            await asyncio.sleep(0.01)
    return took


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


async def others() -> None:
    """Serve the app; for each line, an order, let so much pass and say how fast it did."""
    made = {kind: (said, make()) for kind, (said, make) in bodies.KINDS.items()}
    served, traffic, loop = await app(made), Traffic(made), asyncio.get_running_loop()
    print(served.sockets[0].getsockname()[1], flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(await traffic.run(**json.loads(line))), flush=True)


class Others:
    """That process."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self._process, self.app_port = process, port

    @classmethod
    async def started(cls) -> Others:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, __file__, "--others"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_LONGEST_ANSWER,
        )
        assert process.stdout is not None
        return cls(process, int(await process.stdout.readline()))

    async def run(self, **order: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        said: dict[str, Any] = json.loads(await self._process.stdout.readline())
        return said

    async def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()


# The gateway


class Guards:
    """What is compared, and the processes that look into documents."""

    def __init__(self, gate: Gate) -> None:
        from limen.data.detectors.every import DETECTORS
        from limen.data.documents import Inspected
        from limen.data.extraction.pool import Pool
        from limen.data.inspection import Inspection
        from limen.data.scanning.scanner import Scanner

        scanner, text = Scanner(list(DETECTORS.values()), key=b"k" * 16), bodies.text()
        scanner.text(text[: 2 << 20])
        began = time.process_time()
        scanner.text(text)
        self.alone = len(text) / 1e6 / (time.process_time() - began)
        self.pool = Pool(scanner)
        inspect = Inspection(scanner, self.pool).inspect

        async def read(body: AsyncIterator[bytes] | bytes, *_about: str) -> Inspected:
            _ = [body] if isinstance(body, bytes) else [piece async for piece in body]
            return Inspected("text")

        self.of = {
            "none": None,
            "unasked": _guard(gate, read, asks=False),
            "held": _guard(gate, read),
            "scan": _guard(gate, inspect),
            "watch": _guard(gate, inspect, stops=False),
            "again": _guard(gate, inspect),
        }


def _guard(gate: Gate, inspect: Any, *, asks: bool = True, stops: bool = True) -> Any:
    from limen.data.documents import Inspected, WhyNot
    from limen.data.doors.judging import together
    from limen.enforcement.documents.guard import DocumentGuard
    from limen.facts.passing import Judged, Step
    from limen.pillar.data_checks import DataChecks

    async def note(*_: Any, **_named: Any) -> str:
        return ""

    checks = DataChecks(
        asks=lambda passing: asks and passing.name != LITTLE,
        inspect=inspect,
        not_inspected=lambda why: Inspected("", why_not=frozenset({WhyNot(why)})),
        judge=lambda _passing, _inspected: Judged(Step.ALLOW),
        note=note,
        together=lambda several: together(list(several)),
        stops=lambda _passing: stops,
    )
    return DocumentGuard(checks, gate.clock, b"k" * 32)


class Measured:
    """The gateway and what passes it."""

    def __init__(self, gate: Gate, guards: Guards, others: Others, port: int) -> None:
        self._gate, self._guards, self._others, self._port = gate, guards, others, port
        self.beside: dict[str, list[float]] = {}
        self.cpu: dict[tuple[str, str], list[float]] = {}
        self.late = 0

    async def speed(self, mode: str, way: str, mix: str, number: int) -> float:
        """MB in a second, until all of it is looked into."""
        guard = self._gate.gateway.guard = self._guards.of[mode]
        busy = self._busy()
        said = await self._others.run(port=self._port, way=way, mix=mix, number=number, are_known=mode == "again")
        began = time.perf_counter()
        if guard is not None:
            await guard.behind.settled()
        behind = time.perf_counter() - began
        self.late += said["late"]
        self.cpu.setdefault((mode, mix), []).append((self._busy() - busy) * 1e3 / number)
        if mix == "mix":
            self.beside.setdefault(mode, []).extend(said["beside"])
        speed: float = said["mb"] / (said["seconds"] + behind)
        return speed

    def _busy(self) -> float:
        """Seconds of processor time that the gateway took so far, with the processes that look into documents."""
        stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in self._guards.pool.pids]
        return time.process_time() + sum(int(one[11]) + int(one[12]) for one in stats) / os.sysconf("SC_CLK_TCK")


async def measure(chosen: argparse.Namespace, folder: Path) -> dict[str, float]:
    from limen.facts import ActionRule

    others = await Others.started()
    gate = Gate(person(AT_ONCE) + 1, others.app_port, folder)
    rules = (ActionRule("view", frozenset({"GET", "POST"}), "/**"),)
    gate.apps = [replace(one, rules=rules) for one in gate.apps]
    gate.known.set_company(gate.apps, gate.groups)
    guards = Guards(gate)
    try:
        async with gate.serving() as port:
            measured = Measured(gate, guards, others, port)
            if chosen.long:
                return await _long(measured, guards, chosen.long)
            found = await _mix(measured, chosen) if chosen.only != "kinds" else {}
            found |= await _kinds(measured, chosen) if chosen.only != "mix" else {}
            return {**found, "late": measured.late, "scan_mb_s": round(guards.alone, 1)}
    finally:
        guards.pool.close()
        await others.end()


async def _mix(measured: Measured, chosen: argparse.Namespace) -> dict[str, float]:
    speeds: dict[tuple[str, str], list[float]] = {(mode, way): [] for mode in MODES for way in WAYS}
    for number in range(chosen.rounds + 1):
        for (mode, way), found in speeds.items():
            if number:
                found.append(await measured.speed(mode, way, "mix", len(bodies.MIX)))
            elif mode in {"none", "scan"}:  # warms up
                await measured.speed(mode, way, "photo", 2 * AT_ONCE)
    none = {way: speeds["none", way] for way in WAYS}
    ratios = {
        mode: min(
            statistics.median(one / other for one, other in zip(speeds[mode, way], none[way], strict=True))
            for way in WAYS
        )
        for mode in MODES[1:]
    }
    slowest = min(statistics.median(speeds["scan", way]) for way in WAYS)
    beside = {
        f"beside_{mode}_ms_{name}": round(statistics.quantiles(took, n=100)[at], 1)
        for mode in ("none", "scan", "watch")
        for took in (measured.beside[mode],)
        for name, at in (("p50", 49), ("p99", 98))
    }
    return {
        **{f"gateway_{mode}_ratio": round(ratio, 3) for mode, ratio in ratios.items()},
        "of_1_gbit": round(min(1.0, slowest / GBIT), 2),
        **{f"cpu_ms_{mode}": round(statistics.median(measured.cpu[mode, "mix"]), 1) for mode in MODES},
        **{f"{mode}_{way}_mb_s": round(statistics.median(found), 1) for (mode, way), found in speeds.items()},
        **beside,
    }


async def _kinds(measured: Measured, chosen: argparse.Namespace) -> dict[str, float]:
    compared = (("scan", "up"), ("none", "up"), ("again", "down"), ("none", "down"))
    found: dict[str, float] = {}
    await measured.speed("scan", "up", "photo", 4 * AT_ONCE)  # warms up
    for kind in bodies.KINDS:
        for _ in range(2):
            await measured.speed("again", "down", kind, 1)
        number = 2 * AT_ONCE if kind != "sheet" else 2
        rounds = [
            [await measured.speed(mode, way, kind, number) for mode, way in compared] for _ in range(chosen.rounds)
        ]
        found[f"cpu_ms_{kind}"] = round(statistics.median(measured.cpu["scan", kind][-chosen.rounds :]), 1)
        found[f"cpu_ms_again_{kind}"] = round(statistics.median(measured.cpu["again", kind][-chosen.rounds :]), 1)
        found[f"up_mb_s_{kind}"] = round(statistics.median(scan for scan, *_ in rounds), 1)
        found[f"up_ratio_{kind}"] = round(statistics.median(scan / none for scan, none, *_ in rounds), 4)
        found[f"again_ratio_{kind}"] = round(statistics.median(again / none for *_, again, none in rounds), 4)
    return {**found, "up_ratio_worst": min(found[f"up_ratio_{kind}"] for kind in bodies.KINDS)}


async def _long(measured: Measured, guards: Guards, gigabytes: float) -> dict[str, float]:
    await measured.speed("scan", "up", "mix", 2 * len(bodies.MIX))
    here = _megabytes("self", "VmRSS")
    began = time.perf_counter()
    for way in WAYS:
        await measured.speed("scan", way, "mix", int(gigabytes * 1e9 / 2 / bodies.SIZE))
    took = time.perf_counter() - began
    return {
        "long_gb": gigabytes,
        "long_s": round(took, 1),
        "long_mb_s": round(gigabytes * 1e3 / took, 1),
        "long_here_mb": here,
        "long_grew_mb": round(_megabytes("self", "VmRSS") - here, 1),
        "long_worker_mb": max(_megabytes(pid, "VmHWM") for pid in guards.pool.pids),
    }


def _megabytes(pid: int | str, name: str) -> float:
    [line] = [one for one in Path(f"/proc/{pid}/status").read_text().splitlines() if one.startswith(name)]
    return round(int(line.split()[1]) * 1_024 / 1e6, 1)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--json", action="store_true", help="one line for programs")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--only", choices=("mix", "kinds"))
    options.add_argument("--long", type=float, default=0.0, help="gigabytes that pass, in place of all else")
    options.add_argument("--others", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.others:
        asyncio.run(others())
        return 0
    import uvloop

    with tempfile.TemporaryDirectory(prefix="data-gateway-") as folder:
        found = uvloop.run(measure(chosen, Path(folder)))
    show(found, BOUNDS, as_json=chosen.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
