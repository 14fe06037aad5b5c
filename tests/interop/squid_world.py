"""A real Squid before a site on loopback, set up as Limen says, with an ICAP server of the tests' own."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from aiohttp import web
from tests.data.doors.icap_client import IcapWorld, icap_world
from tests.data.doors.protecting import OwnProtection
from tests.interop.real_apps import absent
from tests.ports import free_ports

from limen.data.doors.recipes import squid

CONFIGURATION = """http_port 127.0.0.1:{port}
http_access allow localhost
cache deny all
cache_mem 8 MB
pid_filename none
access_log none
cache_log {folder}/cache.log
coredump_dir {folder}
netdb_filename none
visible_hostname squid.harbor.example
shutdown_lifetime 1 seconds
max_filedescriptors 4096
"""


@dataclass
class SquidWorld:
    icap: IcapWorld
    client: aiohttp.ClientSession
    site: str
    proxy: str
    received: list[bytes] = field(default_factory=list)

    async def post(self, body: bytes, path: str = "/up", **headers: str) -> tuple[int, bytes]:
        url = f"{self.site}{path}"
        async with self.client.post(url, data=body, proxy=self.proxy, headers=headers) as answer:
            return answer.status, await answer.read()

    async def get(self, path: str) -> tuple[int, bytes]:
        async with self.client.get(f"{self.site}{path}", proxy=self.proxy) as answer:
            return answer.status, await answer.read()


@asynccontextmanager
async def squid_world(
    folder: Path,
    protection: OwnProtection,
    *,
    downloads: dict[str, bytes] | None = None,
    asks: bool = True,
    more: str = "",
    **about: object,
) -> AsyncIterator[SquidWorld]:
    """`asks`: whether Squid is told to ask; without, it is a proxy as any. `more` stands first in its configuration."""
    program = shutil.which("squid", path="/usr/sbin:/usr/bin")
    if program is None:
        absent("SQUID IS NOT INSTALLED: no real proxy asked Limen (apt-get install squid)")
    received: list[bytes] = []
    site, port = await _site(received, downloads or {})
    (squid_port,) = free_ports(1)
    async with icap_world(protection, **about) as icap:
        process = _start(program, folder, squid_port, more, squid(f"127.0.0.1:{icap.port}") if asks else "")
        try:
            await _answers(squid_port, process)
            timeout = aiohttp.ClientTimeout(total=60)
            async with aiohttp.ClientSession(timeout=timeout) as client:
                yield SquidWorld(icap, client, f"http://127.0.0.1:{port}", f"http://127.0.0.1:{squid_port}", received)
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait, 20)
            await site.cleanup()


def _start(program: str, folder: Path, port: int, more: str, recipe: str) -> subprocess.Popen[bytes]:
    folder.chmod(0o777)  # Squid drops root's rights
    conf = folder / "squid.conf"
    conf.write_text(more + CONFIGURATION.format(port=port, folder=folder) + recipe)
    command = [program, "-N", "-n", f"limen{port}", "-f", str(conf)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)


async def _site(received: list[bytes], downloads: dict[str, bytes]) -> tuple[web.AppRunner, int]:
    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        received.append(body)
        return web.Response(text=str(len(body)))

    async def give(request: web.Request) -> web.Response:
        return web.Response(body=downloads.get(request.path, b"nothing"))

    app = web.Application(client_max_size=1 << 30)
    app.add_routes([web.post("/{path:.*}", take), web.get("/{path:.*}", give)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return runner, runner.addresses[0][1]


async def _answers(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(400):
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        if process.poll() is not None:
            break
        await asyncio.sleep(0.05)
    raise AssertionError("squid did not start")
