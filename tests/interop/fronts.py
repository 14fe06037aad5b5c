"""Real fronts on loopback: nginx, Caddy and Envoy with the configs that `limen front-config` makes for the house."""

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
from limen.facts import LIMEN, App
from limen.front.config.guarded import Guarded as Front
from limen.front.config.render import TEMPLATES, front_config

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
DOORS = ("gateway", "check", *TEMPLATES)


@dataclass
class Guarded:
    """An app behind a front behind Limen; `port` is where browsers come in."""

    house: House
    app: Seen
    port: int
    check: CheckServer
    limen_port: int
    stop_limen: Callable[[], Awaitable[None]]
    front: str = ""
    process: asyncio.subprocess.Process | None = None


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
async def guarded(front: str, *, longest: int = 60) -> AsyncIterator[Guarded]:
    """The whole chain for one front. "gateway" is Limen's own, with no front before it."""
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(upstream())
        house = House(clock=Ticking(), upstream=app.url, trusted=(ip_network("127.0.0.1/32"),))
        limen = await stack.enter_async_context(AsyncExitStack())
        limen_port = await limen.enter_async_context(gateway(house))
        check = house.check_server()
        await check.start("127.0.0.1:0")
        stack.push_async_callback(check.close)
        port, process = limen_port, None
        if front in TEMPLATES:
            apps = tuple(house.known.apps.values())
            port, process = await stack.enter_async_context(running(front, limen_port, check.port, apps, longest))
        yield Guarded(house, app, port, check, limen_port, limen.aclose, front, process)


@asynccontextmanager
async def running(
    front: str, limen: int, check: int, apps: tuple[App, ...], longest: int = 60
) -> AsyncIterator[tuple[int, asyncio.subprocess.Process]]:
    """Run a front with the config that is made for it; the port it listens on, and its process."""
    binary = program(front)
    port = free_port()
    made_of = Front(
        domain="harbor.example",
        sign_in_host="limen.harbor.example",
        listen=f"127.0.0.1:{port}",
        limen=f"127.0.0.1:{limen}",
        check=f"127.0.0.1:{check}",
        apps=tuple(app for app in apps if app.id != LIMEN),
        longest_response_seconds=longest,
        longest_of_any_seconds=longest,
    )
    config = front_config(front, made_of)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        written = _written(folder, TEMPLATES[front], config)
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
                yield port, process
            finally:
                with contextlib.suppress(ProcessLookupError):
                    process.terminate()
                try:
                    await asyncio.wait_for(process.wait(), 60)
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


def _end_of(log: Path) -> str:
    return log.read_text()[-3_000:]


def _written(folder: Path, name: str, config: str) -> Path:
    folder.chmod(0o755)  # nginx's workers run as somebody else
    (folder / "logs").mkdir()
    (folder / name).write_text(config)
    return folder / name
