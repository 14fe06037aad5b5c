"""Real fronts on loopback: nginx, Caddy and Envoy with exactly the documented configs, other ports apart."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

import pytest
from tests.enforcement.house import House, Ticking, gateway
from tests.enforcement.upstream import Seen, upstream
from tests.ports import free_port

from limen.enforcement.check import CheckServer

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
CONFIGS = {"nginx": "nginx.conf", "caddy": "Caddyfile", "envoy": "envoy.yaml"}
DOORS = ("gateway", "check", *CONFIGS)


@dataclass
class Guarded:
    """An app behind a front behind Limen; `port` is where browsers come in."""

    house: House
    app: Seen
    port: int
    check: CheckServer
    limen_port: int
    stop_limen: Callable[[], Awaitable[None]]


def program(name: str) -> str:
    """Where a front's program is; the test is skipped loudly (under LIMEN_REQUIRE_ALL it fails) where there is none."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        told = f"{name} IS NOT INSTALLED: this front was not tested"
        if os.environ.get("LIMEN_REQUIRE_ALL") == "1":
            pytest.fail(told)
        pytest.skip(told)
    return found


@asynccontextmanager
async def guarded(front: str) -> AsyncIterator[Guarded]:
    """The whole chain for one front. "gateway" is Limen's own, with no front before it."""
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(upstream())
        house = House(clock=Ticking(), upstream=app.url, trusted=(ip_network("127.0.0.1/32"),))
        limen = await stack.enter_async_context(AsyncExitStack())
        limen_port = await limen.enter_async_context(gateway(house))
        check = house.check_server()
        await check.start("127.0.0.1:0")
        stack.push_async_callback(check.close)
        port = limen_port
        if front in CONFIGS:
            port = await stack.enter_async_context(running(front, limen_port, check.port, app.port))
        yield Guarded(house, app, port, check, limen_port, limen.aclose)


@asynccontextmanager
async def running(front: str, limen: int, check: int, app: int) -> AsyncIterator[int]:
    """Run a front with its documented config; the port it listens on."""
    binary = program(front)
    port = free_port()
    config = _documented(front)
    for documented, real in (("8000", port), ("8080", limen), ("8081", check), ("9000", app)):
        assert documented in config
        config = config.replace(f":{documented}", f":{real}").replace(
            f"port_value: {documented}", f"port_value: {real}"
        )
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        written = _written(folder, CONFIGS[front], config)
        command = {
            "nginx": [binary, "-p", made, "-c", str(written), "-g", "daemon off;"],
            "caddy": [binary, "run", "--adapter", "caddyfile", "--config", str(written)],
            "envoy": [binary, "-c", str(written), "--concurrency", "1", "--disable-hot-restart", "-l", "warn"],
        }[front]
        log = folder / "log"
        with log.open("wb") as out:
            process = await asyncio.create_subprocess_exec(
                *command, stdout=out, stderr=out, env={**os.environ, "HOME": made, "XDG_DATA_HOME": made}
            )
            try:
                await _until_open(port, process, log)
                yield port
            finally:
                with contextlib.suppress(ProcessLookupError):
                    process.terminate()
                try:
                    await asyncio.wait_for(process.wait(), 5)
                except TimeoutError:
                    process.kill()
                    await process.wait()


async def _until_open(port: int, process: asyncio.subprocess.Process, log: Path) -> None:
    for _ in range(400):
        if process.returncode is not None:
            break
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.05)
    pytest.fail(f"the front did not start:\n{_end_of(log)}")


def _documented(front: str) -> str:
    return (HOW_TO / CONFIGS[front]).read_text()


def _end_of(log: Path) -> str:
    return log.read_text()[-3_000:]


def _written(folder: Path, name: str, config: str) -> Path:
    folder.chmod(0o755)  # nginx's workers run as somebody else
    (folder / "logs").mkdir()
    (folder / name).write_text(config)
    return folder / name
